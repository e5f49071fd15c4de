"""What the registry tells of good practices: in full once they are published, before that little.

Promises: no personal data, the contact is an id; of a practice that is not published no text.
"""

from datetime import date
from typing import ClassVar, Literal

from shared.contracts.event import Event, Part, State, Topic

PRACTICES = Topic("registry.practice.v1")


class PracticeDocument(Part):
    """Something to read about a practice."""

    title: str
    url: str


class PracticeContent(Part):
    """A practice as it is published."""

    title: str
    topics: tuple[str, ...]
    problem: str
    solution: str
    cost: str | None = None
    evidence: str | None = None
    """What shows that it worked."""
    transferability: str | None = None
    """What another city needs in order to do the same."""
    contact_id: str | None = None
    documents: tuple[PracticeDocument, ...] = ()
    languages: tuple[str, ...] = ()
    """Languages of the documents and of the people, BCP 47."""


class PracticeState(State):
    """A good practice of one city."""

    city_id: str
    status: Literal[
        "draft", "submitted", "formally_checked", "published", "returned", "withdrawn"
    ]  # fmt: skip
    content: PracticeContent | None = None
    """None while it is not published."""
    adapted_from: str | None = None
    """The practice that it was made after."""
    visit_id: str | None = None
    """The activity at which its city saw that one."""
    recheck_on: date | None = None
    """When the programme team looks at it again."""
    illustrative: bool = False


class PracticeEvent(Event):
    """Any event of a good practice."""

    TOPIC: ClassVar[Topic] = PRACTICES
    state: PracticeState


class PracticeDraftedV1(PracticeEvent):
    """A city began to describe a practice."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.drafted.v1"


class PracticeRevisedV1(PracticeEvent):
    """The description of a practice that is not published was changed."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.revised.v1"


class PracticeSubmittedV1(PracticeEvent):
    """A city handed a practice in, to be checked."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.submitted.v1"


class PracticeCheckedV1(PracticeEvent):
    """The first of two officers found the description formally complete."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.checked.v1"


class PracticePublishedV1(PracticeEvent):
    """The second officer found the practice good: everyone may read it."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.published.v1"


class PracticeReturnedV1(PracticeEvent):
    """An officer gave a practice back to its city, with comments."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.returned.v1"


class PracticeWithdrawnV1(PracticeEvent):
    """A practice was taken back for good."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.withdrawn.v1"


class PracticeRecheckedV1(PracticeEvent):
    """An officer looked at a published practice again and found it still good."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.rechecked.v1"


class PracticeMovedV1(PracticeEvent):
    """A practice is of the record that stands for its city, since a merge or the end of one."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.moved.v1"


class PracticeCommentedV1(PracticeEvent):
    """Somebody commented on a practice; the comment stays in the registry."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.practice.commented.v1"
