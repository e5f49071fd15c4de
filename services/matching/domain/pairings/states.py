"""What a pairing is: its states, its reasons, and what is done about it step by step.

Promises that who answered, for which side and when stays on record.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from services.matching.domain.exchanges import LAST_MINUTE
from services.matching.solver.problem import Pair
from services.matching.solver.solution import Part
from shared.contracts.matching import (
    PairingDissolvedV1,
    PairingEvent,
    PairingState,
    Side,
)
from shared.ids import CityId, ExchangeId, PairingId, ProposalId

Status = Literal[
    "proposed", "accepted_by_one_side", "active", "suspended", "concluded", "dissolved"
]

WAITING: tuple[Status, ...] = ("proposed", "accepted_by_one_side")
"""An answer is awaited."""

LIVE: tuple[Status, ...] = ("proposed", "accepted_by_one_side", "active", "suspended")
"""Not ended: such a pair is not proposed a second time."""

BINDING: tuple[Status, ...] = ("accepted_by_one_side", "active", "suspended")
"""A city has said yes: the next round keeps the pair as it keeps a lock."""

SIDES: tuple[Side, ...] = ("eu", "partner")


class DeclineReason(StrEnum):
    """Why a city does not want a proposed pairing."""

    TOPICS_DO_NOT_FIT = "topics_do_not_fit"
    SIZE_DOES_NOT_FIT = "size_does_not_fit"
    NO_CAPACITY = "no_capacity"
    OTHER_PRIORITIES = "other_priorities"
    ALREADY_COOPERATING = "already_cooperating"
    POLITICAL_DECISION = "political_decision"
    OTHER = "other"


class DissolveReason(StrEnum):
    """Why a pairing ends before its time."""

    PARTNER_WITHDREW = "partner_withdrew"
    PRIORITIES_CHANGED = "priorities_changed"
    NO_CONTACT = "no_contact"
    PARTNER_REPLACED = "partner_replaced"
    FUNDING_ENDED = "funding_ended"
    OTHER = "other"


SUPERSEDED = "superseded_by_round"
"""A proposal that nobody had answered when a later round was published without it."""

LAPSED = "lapsed"
"""A proposal whose date passed without both answers."""

Did = Literal[
    "proposed", "accepted", "declined", "lapsed", "reminded", "suspended", "resumed", "concluded",
    "replaced", "dissolved",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done about a pairing; ``side`` is None where the programme team acted."""

    what: Did
    by: str
    at: datetime
    side: Side | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a cooperation that came to its planned end leaves."""

    summary: str
    memorandum: bool
    """Whether the cities signed a memorandum of understanding."""
    memorandum_on: date | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pairing:
    """A cooperation of two cities, from the proposal on."""

    id: PairingId
    exchange_id: ExchangeId
    proposal_id: ProposalId
    eu_city_id: CityId
    partner_city_id: CityId
    topics: tuple[str, ...]
    history: tuple[Step, ...]
    status: Status = "proposed"
    accepted_by: tuple[Side, ...] = ()
    dissolved_reason: str | None = None
    city_ids: tuple[CityId, ...] = ()
    """Both cities again, for the one index that finds the pairings of a city."""
    met_eu_city_id: CityId | None = None
    """The EU city once both have said yes, for the index that finds who has met before."""
    answer_by: datetime | None = None
    """23:59 of the last day for the answers, UTC; None: proposed before there was a date."""
    time_zone: str | None = None
    """IANA name of the zone in which that is 23:59."""
    next_at: datetime | None = None
    """When its cities are to be reminded, or it lapses, whichever comes next; for the worker."""
    reminded_at: datetime | None = None
    score: int | None = None
    """Of the proposal, for statistics; None where nothing was scored."""
    parts: tuple[Part, ...] = ()
    replaces: PairingId | None = None
    replaced_by: PairingId | None = None
    conclusion: Conclusion | None = None
    version: int = 0

    @property
    def pair(self) -> Pair:
        """The two cities."""
        return Pair(self.eu_city_id, self.partner_city_id)

    def city(self, side: Side) -> CityId:
        """Give the city of a side."""
        return self.eu_city_id if side == "eu" else self.partner_city_id

    def unanswered(self) -> tuple[Side, ...]:
        """Give the sides whose answer is awaited; none once it is decided."""
        if self.status not in WAITING:
            return ()
        return tuple(side for side in SIDES if side not in self.accepted_by)

    def overdue(self, now: datetime) -> bool:
        """Tell whether the date for the answers has passed without both."""
        late = self.answer_by is not None and now >= self.answer_by + LAST_MINUTE
        return late and self.status in WAITING


def end(pairing: Pairing, reason: str, step: Step) -> tuple[Pairing, PairingEvent]:
    """Dissolve a pairing, whatever it is; its history stays."""
    pairing = replace(
        pairing,
        status="dissolved",
        dissolved_reason=str(reason),
        next_at=None,
        history=(*pairing.history, step),
    )
    changed = ("status", "dissolved_reason")
    return pairing, PairingDissolvedV1(state=public(pairing), changed=changed)


def public(pairing: Pairing) -> PairingState:
    """Give the state that other services may copy: without who answered."""
    return PairingState(
        id=pairing.id,
        exchange_id=pairing.exchange_id,
        proposal_id=pairing.proposal_id,
        eu_city_id=pairing.eu_city_id,
        partner_city_id=pairing.partner_city_id,
        topics=pairing.topics,
        status=pairing.status,
        accepted_by=pairing.accepted_by,
        dissolved_reason=pairing.dissolved_reason,
        answer_by=pairing.answer_by,
        time_zone=pairing.time_zone,
        replaces=pairing.replaces,
        replaced_by=pairing.replaced_by,
        memorandum=pairing.conclusion.memorandum if pairing.conclusion else None,
    )
