"""Pairings: from the proposal that two cities answer to the end of their cooperation.

    proposed ── accept ─▶ accepted_by_one_side ── accept by the other ─▶ active
        └───────┴── decline, with a reason from a list ──▶ dissolved ◀── dissolve ──┘

Promises that who answered, for which side and when stays on record.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from services.matching.domain.programmes import Stamp
from services.matching.domain.rounds import Proposal
from services.matching.errors import PairingAnswered, PairingEnded, PairingNotProposed
from services.matching.solver.problem import Pair
from shared.contracts.matching import (
    PairingAcceptedV1,
    PairingActivatedV1,
    PairingDissolvedV1,
    PairingEvent,
    PairingProposedV1,
    PairingState,
    Side,
)
from shared.ids import CityId, ExchangeId, PairingId, ProposalId

Status = Literal[
    "proposed", "accepted_by_one_side", "active", "suspended", "concluded", "dissolved"
]

LIVE: tuple[Status, ...] = ("proposed", "accepted_by_one_side", "active", "suspended")
"""Not ended: such a pair is not proposed a second time."""

BINDING: tuple[Status, ...] = ("accepted_by_one_side", "active", "suspended")
"""A city has said yes: the next round keeps the pair as it keeps a lock."""


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


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done about a pairing; ``side`` is None where the programme team acted."""

    what: Literal["proposed", "accepted", "declined", "dissolved"]
    by: str
    at: datetime
    side: Side | None = None
    note: str | None = None


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
    version: int = 0

    @property
    def pair(self) -> Pair:
        """The two cities."""
        return Pair(self.eu_city_id, self.partner_city_id)


def propose(proposal: Proposal, id_: PairingId, stamp: Stamp) -> tuple[Pairing, PairingEvent]:
    """Begin a pairing that awaits the answers of both cities."""
    pairing = Pairing(
        id=id_,
        exchange_id=proposal.exchange_id,
        proposal_id=proposal.id,
        eu_city_id=proposal.eu_city_id,
        partner_city_id=proposal.partner_city_id,
        topics=proposal.topics,
        history=(Step("proposed", stamp.by, stamp.at),),
        city_ids=(proposal.eu_city_id, proposal.partner_city_id),
    )
    return pairing, PairingProposedV1(state=public(pairing))


def accept(pairing: Pairing, side: Side, stamp: Stamp) -> tuple[Pairing, PairingEvent]:
    """Say yes for one side; the second yes makes the pairing active.

    Raises:
        PairingNotProposed: it no longer waits for answers (409).
        PairingAnswered: this side has accepted already (409).
    """
    _require_waiting(pairing)
    if side in pairing.accepted_by:
        raise PairingAnswered
    both = bool(pairing.accepted_by)
    pairing = replace(
        pairing,
        status="active" if both else "accepted_by_one_side",
        accepted_by=(*pairing.accepted_by, side),
        history=(*pairing.history, Step("accepted", stamp.by, stamp.at, side)),
    )
    event = PairingActivatedV1 if both else PairingAcceptedV1
    return pairing, event(state=public(pairing), changed=("status", "accepted_by"))


def decline(
    pairing: Pairing, side: Side, why: tuple[DeclineReason, str | None], stamp: Stamp
) -> tuple[Pairing, PairingEvent]:
    """Say no for one side, with a reason and perhaps a note; that ends the pairing.

    Raises:
        PairingNotProposed: it no longer waits for answers (409).
    """
    _require_waiting(pairing)
    reason, note = why
    return _ended(pairing, reason, Step("declined", stamp.by, stamp.at, side, note))


def dissolve(pairing: Pairing, reason: DissolveReason, step: Step) -> tuple[Pairing, PairingEvent]:
    """End a pairing before its time; its history stays.

    Raises:
        PairingEnded: 409.
    """
    if pairing.status not in LIVE:
        raise PairingEnded(f"The pairing is {pairing.status}.")
    return _ended(pairing, reason, step)


def supersede(pairing: Pairing, stamp: Stamp) -> tuple[Pairing, PairingEvent]:
    """End a pairing that nobody has answered, since a later round does not have it."""
    return _ended(pairing, SUPERSEDED, Step("dissolved", stamp.by, stamp.at))


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
    )


def _require_waiting(pairing: Pairing) -> None:
    if pairing.status not in {"proposed", "accepted_by_one_side"}:
        raise PairingNotProposed(f"The pairing is {pairing.status}.")


def _ended(pairing: Pairing, reason: str, step: Step) -> tuple[Pairing, PairingEvent]:
    pairing = replace(
        pairing,
        status="dissolved",
        dissolved_reason=str(reason),
        history=(*pairing.history, step),
    )
    changed = ("status", "dissolved_reason")
    return pairing, PairingDissolvedV1(state=public(pairing), changed=changed)
