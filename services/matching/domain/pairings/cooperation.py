"""The cooperation of two cities after both said yes: pauses, an end, or another partner.

    active ── suspend ─▶ suspended ── resume ─▶ active
    active, suspended ── conclude, with a summary ─▶ concluded
    (all that live) ── dissolve, with a reason ─▶ dissolved
    active, suspended ── replace ─▶ dissolved (partner_replaced), and a new pairing in its place

Promises that a replacement loses nothing: the old pairing keeps its history and names the new one,
the new one names the old one.
"""

from dataclasses import dataclass, replace
from datetime import date

from services.matching.domain.exchanges import Due
from services.matching.domain.pairings.answers import first_look
from services.matching.domain.pairings.states import (
    LIVE,
    Conclusion,
    DissolveReason,
    Pairing,
    Step,
    end,
    public,
)
from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    PairingEnded,
    PairingMemorandumUnfit,
    PairingNotActive,
    PairingNotSuspended,
)
from shared.contracts.matching import (
    PairingConcludedV1,
    PairingDissolvedV1,
    PairingEvent,
    PairingProposedV1,
    PairingResumedV1,
    PairingSuspendedV1,
    Side,
)
from shared.ids import CityId, PairingId


def suspend(
    pairing: Pairing, side: Side | None, note: str, stamp: Stamp
) -> tuple[Pairing, PairingEvent]:
    """Let an active cooperation pause, for a reason.

    Raises:
        PairingNotActive: 409.
    """
    if pairing.status != "active":
        raise PairingNotActive(f"The pairing is {pairing.status}.")
    step = Step("suspended", stamp.by, stamp.at, side, note)
    paused = replace(pairing, status="suspended", history=(*pairing.history, step))
    return paused, PairingSuspendedV1(state=public(paused), changed=("status",))


def resume(pairing: Pairing, side: Side | None, stamp: Stamp) -> tuple[Pairing, PairingEvent]:
    """Let a suspended cooperation go on.

    Raises:
        PairingNotSuspended: 409.
    """
    if pairing.status != "suspended":
        raise PairingNotSuspended(f"The pairing is {pairing.status}.")
    step = Step("resumed", stamp.by, stamp.at, side)
    going = replace(pairing, status="active", history=(*pairing.history, step))
    return going, PairingResumedV1(state=public(going), changed=("status",))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said of a cooperation at its planned end."""

    summary: str
    memorandum: bool = False
    memorandum_on: date | None = None


def conclude(
    pairing: Pairing, side: Side | None, outcome: Outcome, stamp: Stamp
) -> tuple[Pairing, PairingEvent]:
    """Bring a cooperation to its planned end; its plan and its history stay.

    Raises:
        PairingNotActive: it is neither active nor suspended (409).
        PairingMemorandumUnfit: a date without a memorandum, or in the future (422).
    """
    if pairing.status not in {"active", "suspended"}:
        raise PairingNotActive(f"The pairing is {pairing.status}.")
    if outcome.memorandum_on is not None:
        if not outcome.memorandum:
            raise PairingMemorandumUnfit("is given although there is no memorandum")
        if outcome.memorandum_on > stamp.at.date():
            raise PairingMemorandumUnfit("lies in the future")
    concluded = replace(
        pairing,
        status="concluded",
        conclusion=Conclusion(
            outcome.summary, outcome.memorandum, outcome.memorandum_on, stamp.by, stamp.at
        ),
        history=(*pairing.history, Step("concluded", stamp.by, stamp.at, side)),
    )
    event = PairingConcludedV1(state=public(concluded), changed=("status", "memorandum"))
    return concluded, event


def dissolve(pairing: Pairing, reason: DissolveReason, step: Step) -> tuple[Pairing, PairingEvent]:
    """End a pairing before its time; its history stays.

    Raises:
        PairingEnded: 409.
    """
    if pairing.status not in LIVE:
        raise PairingEnded(f"The pairing is {pairing.status}.")
    return end(pairing, reason, step)


def replace_partner(
    pairing: Pairing, new: Pairing, note: str, stamp: Stamp
) -> tuple[tuple[Pairing, PairingEvent], tuple[Pairing, PairingEvent]]:
    """End a cooperation in favour of one with another city, and begin that one as proposed.

    A pairing whose partner was replaced by one that did not say yes can be replaced anew.

    Raises:
        PairingEnded: it is concluded or dissolved for another reason (409).
        PairingNotActive: it still waits for its own answers (409).
    """
    if pairing.status in {"proposed", "accepted_by_one_side"}:
        raise PairingNotActive(f"The pairing is {pairing.status}: let it be answered first.")
    again = pairing.dissolved_reason == DissolveReason.PARTNER_REPLACED
    if pairing.status not in LIVE and not again:
        raise PairingEnded(f"The pairing is {pairing.status}.")
    old = replace(
        pairing,
        status="dissolved",
        dissolved_reason=str(DissolveReason.PARTNER_REPLACED),
        replaced_by=new.id,
        history=(*pairing.history, Step("replaced", stamp.by, stamp.at, note=note)),
    )
    changed = ("status", "dissolved_reason", "replaced_by")
    ended = PairingDissolvedV1(state=public(old), changed=changed)
    return (old, ended), (new, PairingProposedV1(state=public(new)))


def successor_of(
    pairing: Pairing, place: tuple[Side, CityId], new: tuple[PairingId, Due], stamp: Stamp
) -> Pairing:
    """Give the pairing that has another city on one side and awaits the answers of both.

    ``new`` is its id and when the answers are due.
    """
    id_, due = new
    side, city_id = place
    eu = city_id if side == "eu" else pairing.eu_city_id
    partner = city_id if side == "partner" else pairing.partner_city_id
    return Pairing(
        id=id_,
        exchange_id=pairing.exchange_id,
        proposal_id=pairing.proposal_id,
        eu_city_id=eu,
        partner_city_id=partner,
        topics=pairing.topics,
        history=(Step("proposed", stamp.by, stamp.at),),
        city_ids=(eu, partner),
        answer_by=due.at,
        time_zone=due.time_zone,
        next_at=first_look(due.at, stamp.at),
        replaces=pairing.id,
    )
