"""What a city says of a topic: how much help it seeks, how much experience it offers, and why.

Promises: a declared interest has a level above 0; a withdrawn one has none and can be declared
again, under the same id.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.errors import InterestEmpty, InterestNotFound, InterestTopicsRepeated
from shared.contracts.registry import InterestDeclaredV1, InterestState, InterestWithdrawnV1
from shared.ids import CityId, InterestId, PracticeId, TopicCode

MAX_LEVEL = 5
"""Levels go from 0 (none) to 5; a finer scale would claim a precision that no city has."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What is said: `seeks` and `offers` from 0 to 5, and the evidence for it.

    Evidence is in words, or the good practice that shows it; `reason` says why it changed.
    """

    seeks: int
    offers: int
    evidence: str | None = None
    illustrative: bool = False
    practice_id: PracticeId | None = None
    reason: str | None = None

    @property
    def strength(self) -> int:
        """The higher of the two levels; 0 is a withdrawn interest."""
        return max(self.seeks, self.offers)


NOTHING = Levels(0, 0)
"""What a city says of a topic that it has taken back."""


@dataclass(frozen=True, slots=True)
class Interest:
    """One city's word on one topic. `strength` is kept so that listings can sort by it."""

    id: InterestId
    city_id: CityId
    topic: TopicCode
    levels: Levels
    strength: int
    audit: Audit
    version: int = 0


def begin(id_: InterestId, city_id: CityId, topic: TopicCode, author: Author) -> Interest:
    """Give an interest of which nothing has been said yet; it is kept once it is declared."""
    return Interest(id_, city_id, topic, NOTHING, 0, started(author))


def declare(
    interest: Interest, levels: Levels, author: Author
) -> tuple[Interest, tuple[InterestDeclaredV1, ...]]:
    """Say something of the topic, for the first time or anew; the same again gives no event.

    Raises:
        InterestEmpty: both levels are 0 (422 `interest_empty`).
    """
    if levels.strength == 0:
        raise InterestEmpty("At least one of seeks and offers must be above 0.")
    if levels == interest.levels:
        return interest, ()
    after = _with(interest, levels, author)
    return after, (InterestDeclaredV1(state=public(after)),)


def withdraw(
    interest: Interest, author: Author, reason: str | None = None
) -> tuple[Interest, InterestWithdrawnV1]:
    """Take back what was said of the topic.

    Raises:
        InterestNotFound: nothing is said of it now (404 `interest_not_found`).
    """
    if not is_declared(interest):
        raise InterestNotFound
    nothing = replace(NOTHING, illustrative=interest.levels.illustrative, reason=reason)
    after = _with(interest, nothing, author)
    return after, InterestWithdrawnV1(state=public(after))


def joined(here: Levels, there: Levels, reason: str) -> Levels:
    """Give what a city says when two of its interests become one: the higher of each level.

    The evidence is that of `here`, and where it has none that of `there`.
    """
    return Levels(
        max(here.seeks, there.seeks),
        max(here.offers, there.offers),
        here.evidence or there.evidence,
        here.illustrative,
        here.practice_id or there.practice_id,
        reason,
    )


def is_declared(interest: Interest) -> bool:
    """Tell whether the city says something of the topic now."""
    return interest.strength > 0


def require_distinct(topics: Iterable[TopicCode]) -> None:
    """Let pass a profile that speaks of each topic once.

    Raises:
        InterestTopicsRepeated: 422 `interest_topics_repeated`.
    """
    seen, repeated = set[TopicCode](), list[TopicCode]()
    for topic in topics:
        if topic in seen:
            repeated.append(topic)
        seen.add(topic)
    if repeated:
        raise InterestTopicsRepeated(dict.fromkeys(repeated))


def public(interest: Interest) -> InterestState:
    """Give what the other services may know: levels, not the evidence, which is free text."""
    return InterestState(
        id=interest.id,
        city_id=interest.city_id,
        topic=interest.topic,
        seeks=interest.levels.seeks,
        offers=interest.levels.offers,
        illustrative=interest.levels.illustrative,
        practice_id=interest.levels.practice_id,
    )


def _with(interest: Interest, levels: Levels, author: Author) -> Interest:
    audit = continued(interest.audit, author)
    return replace(interest, levels=levels, strength=levels.strength, audit=audit)
