"""What the registry tells of what cities seek and offer."""

from typing import ClassVar

from shared.contracts.event import Event, State, Topic

INTERESTS = Topic("registry.interest.v1")


class InterestState(State):
    """What one city says of one topic; both levels 0 means that it is withdrawn."""

    city_id: str
    topic: str
    seeks: int
    """0-5: needs help."""
    offers: int
    """0-5: has experience to give."""
    illustrative: bool = False
    practice_id: str | None = None
    """The good practice that shows it."""


class InterestEvent(Event):
    """Any event of an interest."""

    TOPIC: ClassVar[Topic] = INTERESTS
    state: InterestState


class InterestDeclaredV1(InterestEvent):
    """A city said what it seeks and offers on a topic, for the first time or anew."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.interest.declared.v1"


class InterestWithdrawnV1(InterestEvent):
    """A city took back what it had said of a topic."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.interest.withdrawn.v1"
