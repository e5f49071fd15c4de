"""The bodies of the routes about good practices."""

from datetime import date, datetime
from typing import Annotated, Self, cast

from pydantic import Field, StringConstraints

from services.registry.api.fields import Day, Times
from services.registry.domain.practice_states import (
    Check,
    Content,
    ContentChanges,
    Document,
    Lineage,
    Practice,
    Status,
)
from services.registry.errors import PracticeVisitStray
from shared.ids import (
    ActivityId,
    ActivityRef,
    CityId,
    CityRef,
    ContactId,
    ContactRef,
    PracticeId,
    PracticeRef,
    TopicCode,
    TopicRef,
)
from shared.web import Input, Language, Name, Output, Text

_MAX_TOPICS = 5
"""A practice about everything is found under nothing."""
_MAX_DOCUMENTS = 20
_MAX_LANGUAGES = 20
_LONG_CHARS = 8000
"""Two pages: problem and solution are told in full."""

Long = Annotated[str, StringConstraints(min_length=1, max_length=_LONG_CHARS)]
WebAddress = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s<>\"]+$")]
"""Where a document is, open to everyone."""
Topics = Annotated[tuple[TopicRef, ...], Field(min_length=1, max_length=_MAX_TOPICS)]


class DocumentBody(Input):
    """Something to read about the practice."""

    title: Name
    url: WebAddress


Documents = Annotated[tuple[DocumentBody, ...], Field(max_length=_MAX_DOCUMENTS)]
Languages = Annotated[tuple[Language, ...], Field(max_length=_MAX_LANGUAGES)]


class NewPractice(Input):
    """A good practice to describe."""

    city_id: CityRef
    title: Name
    topics: Topics
    problem: Long
    solution: Long
    cost: Text | None = None
    evidence: Text | None = None
    """What shows that it worked: figures and where they are from. No names of people."""
    transferability: Text | None = None
    """What another city needs in order to do the same."""
    contact_id: ContactRef | None = None
    """Whom to ask: a contact of the city."""
    documents: Documents = ()
    languages: Languages = ()
    """Languages of the documents and of the people to talk to."""
    adapted_from: PracticeRef | None = None
    """The published practice of another city that it was made after."""
    visit_id: ActivityRef | None = None
    """The activity at which the city saw that practice."""
    illustrative: bool = False

    def content(self) -> Content:
        """Give the description."""
        return Content(
            self.title,
            tuple(dict.fromkeys(self.topics)),
            self.problem,
            self.solution,
            self.cost,
            self.evidence,
            self.transferability,
            self.contact_id,
            _documents(self.documents),
            self.languages,
            self.illustrative,
        )

    def lineage(self) -> Lineage | None:
        """Give where it is from.

        Raises:
            PracticeVisitStray: 422 `practice_visit_stray`.
        """
        if self.adapted_from is None:
            if self.visit_id is not None:
                raise PracticeVisitStray
            return None
        return Lineage(self.adapted_from, self.visit_id)


class PracticeChanges(Input):
    """Parts of the description to change. What is left out stays; null empties a part."""

    title: Name = Field(default_factory=str)  # not "": the document's default must be valid
    topics: Topics = Field(default_factory=tuple)
    problem: Long = Field(default_factory=str)
    solution: Long = Field(default_factory=str)
    cost: Text | None = None
    evidence: Text | None = None
    transferability: Text | None = None
    contact_id: ContactRef | None = None
    documents: Documents = ()
    languages: Languages = ()

    def changes(self) -> ContentChanges:
        """Give the parts that were named."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "documents" in given:
            given["documents"] = _documents(self.documents)
        if "topics" in given:
            given["topics"] = tuple(dict.fromkeys(self.topics))
        return cast("ContentChanges", given)


class PracticeWords(Input):
    """A comment."""

    text: Text


class PracticeWithdrawal(Input):
    """Why a practice is taken back."""

    reason: Text


class PracticeRecheck(Input):
    """When the practice is looked at again; in 24 months unless given."""

    recheck_on: Day | None = None


class DocumentOut(Output):
    """Something to read about the practice."""

    title: str
    url: str


class CommentOut(Output):
    """What somebody said of the practice."""

    by: str
    """The subject of their token."""
    at: datetime
    text: str


class CheckOut(Output):
    """Who checked the practice, and when."""

    by: str
    at: datetime

    @classmethod
    def of(cls, check: Check | None) -> Self | None:
        """Show a check."""
        return cls(by=check.by, at=check.at) if check else None


class ReviewOut(Output):
    """What officers and the practice's own city see besides."""

    comments: tuple[CommentOut, ...]
    formal_check: CheckOut | None
    thematic_check: CheckOut | None


class PracticeOut(Output):
    """A good practice of one city."""

    id: PracticeId
    version: int
    city_id: CityId
    status: Status
    title: str
    topics: tuple[TopicCode, ...]
    problem: str
    solution: str
    cost: str | None
    evidence: str | None
    transferability: str | None
    contact_id: ContactId | None
    documents: tuple[DocumentOut, ...]
    languages: tuple[str, ...]
    adapted_from: PracticeId | None
    visit_id: ActivityId | None
    published_at: datetime | None
    recheck_on: date | None
    withdrawn_reason: str | None
    illustrative: bool
    review: ReviewOut | None
    """For officers and the practice's own city, else null."""
    times: Times

    @classmethod
    def of(cls, practice: Practice, *, inside: bool) -> Self:
        """Show a practice; `inside` to officers and its own city."""
        content, lineage = practice.content, practice.lineage
        return cls(
            id=practice.id,
            version=practice.version,
            city_id=practice.city_id,
            status=practice.status,
            title=content.title,
            topics=content.topics,
            problem=content.problem,
            solution=content.solution,
            cost=content.cost,
            evidence=content.evidence,
            transferability=content.transferability,
            contact_id=content.contact_id,
            documents=tuple(DocumentOut(title=d.title, url=d.url) for d in content.documents),
            languages=content.languages,
            adapted_from=lineage and lineage.adapted_from,
            visit_id=lineage and lineage.visit_id,
            published_at=practice.published_at,
            recheck_on=practice.recheck_on,
            withdrawn_reason=practice.withdrawn_reason,
            illustrative=content.illustrative,
            review=_review(practice) if inside else None,
            times=Times.of(practice.audit),
        )


def _review(practice: Practice) -> ReviewOut:
    comments = (CommentOut(by=c.by, at=c.at, text=c.text) for c in practice.comments)
    return ReviewOut(
        comments=tuple(comments),
        formal_check=CheckOut.of(practice.formal_check),
        thematic_check=CheckOut.of(practice.thematic_check),
    )


def _documents(documents: tuple[DocumentBody, ...]) -> tuple[Document, ...]:
    return tuple(Document(each.title, each.url) for each in documents)
