"""Consent: two cities answer what is proposed to them, or let the date pass.

    proposed ── accept ─▶ accepted_by_one_side ── accept by the other ─▶ active
        └───────┴── decline, with a reason from a list ─▶ dissolved
        └───────┴── 23:59 of the last day passes ─▶ dissolved (lapsed)

Promises that an answer which comes too late is none, whether a worker looked or not.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.matching.domain.exchanges import LAST_MINUTE, Due
from services.matching.domain.pairings.states import (
    LAPSED,
    SUPERSEDED,
    WAITING,
    DeclineReason,
    Pairing,
    Step,
    end,
    public,
)
from services.matching.domain.programmes import Stamp
from services.matching.domain.rounds import Proposal
from services.matching.errors import (
    PairingAnswered,
    PairingAnswerLate,
    PairingNotProposed,
)
from shared.contracts.matching import (
    PairingAcceptedV1,
    PairingActivatedV1,
    PairingEvent,
    PairingLapsedV1,
    PairingProposedV1,
    PairingRemindedV1,
    Side,
)
from shared.ids import PairingId

REMINDED_BEFORE = timedelta(days=3)
"""Enough for a mayor to be found; with less to go when it is proposed nobody is reminded."""


def propose(
    proposal: Proposal, id_: PairingId, due: Due | None, stamp: Stamp
) -> tuple[Pairing, PairingEvent]:
    """Begin a pairing that awaits the answers of both cities until then."""
    pairing = Pairing(
        id=id_,
        exchange_id=proposal.exchange_id,
        proposal_id=proposal.id,
        eu_city_id=proposal.eu_city_id,
        partner_city_id=proposal.partner_city_id,
        topics=proposal.topics,
        history=(Step("proposed", stamp.by, stamp.at),),
        city_ids=(proposal.eu_city_id, proposal.partner_city_id),
        answer_by=due.at if due else None,
        time_zone=due.time_zone if due else None,
        next_at=first_look(due.at if due else None, stamp.at),
        score=proposal.score,
        parts=proposal.parts,
    )
    return pairing, PairingProposedV1(state=public(pairing))


def first_look(answer_by: datetime | None, now: datetime) -> datetime | None:
    """Give when the worker first has to look at a pairing that is proposed now."""
    if answer_by is None:
        return None
    reminder = answer_by - REMINDED_BEFORE
    return reminder if reminder > now else answer_by + LAST_MINUTE


def accept(pairing: Pairing, side: Side, stamp: Stamp) -> tuple[Pairing, PairingEvent]:
    """Say yes for one side; the second yes makes the pairing active.

    Raises:
        PairingNotProposed: it no longer waits for answers (409).
        PairingAnswerLate: the date has passed (409).
        PairingAnswered: this side has accepted already (409).
    """
    _require_waiting(pairing, stamp.at)
    if side in pairing.accepted_by:
        raise PairingAnswered
    both = bool(pairing.accepted_by)
    pairing = replace(
        pairing,
        next_at=None if both else pairing.next_at,
        status="active" if both else "accepted_by_one_side",
        accepted_by=(*pairing.accepted_by, side),
        met_eu_city_id=pairing.eu_city_id if both else None,
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
        PairingAnswerLate: the date has passed (409).
    """
    _require_waiting(pairing, stamp.at)
    reason, note = why
    return end(pairing, reason, Step("declined", stamp.by, stamp.at, side, note))


def lapse(pairing: Pairing, stamp: Stamp) -> tuple[Pairing, tuple[PairingEvent, ...]]:
    """End a pairing whose date has passed without both answers; else nothing happens."""
    if not pairing.overdue(stamp.at):
        return pairing, ()
    silent = tuple(Step("lapsed", stamp.by, stamp.at, side) for side in pairing.unanswered())
    lapsed = replace(
        pairing,
        status="dissolved",
        dissolved_reason=LAPSED,
        next_at=None,
        history=(*pairing.history, *silent),
    )
    event = PairingLapsedV1(state=public(lapsed), changed=("status", "dissolved_reason"))
    return lapsed, (event,)


def remind(pairing: Pairing, stamp: Stamp) -> tuple[Pairing, tuple[PairingEvent, ...]]:
    """Remind the cities that have not answered, once; else nothing happens."""
    answer_by = pairing.answer_by
    if pairing.reminded_at is not None or not pairing.unanswered() or answer_by is None:
        return pairing, ()
    if stamp.at < answer_by - REMINDED_BEFORE or pairing.overdue(stamp.at):
        return pairing, ()
    reminded = replace(
        pairing,
        reminded_at=stamp.at,
        next_at=answer_by + LAST_MINUTE,
        history=(*pairing.history, Step("reminded", stamp.by, stamp.at)),
    )
    return reminded, (PairingRemindedV1(state=public(reminded), changed=("reminded_at",)),)


def supersede(pairing: Pairing, stamp: Stamp) -> tuple[Pairing, PairingEvent]:
    """End a pairing that nobody has answered, since a later round does not have it."""
    return end(pairing, SUPERSEDED, Step("dissolved", stamp.by, stamp.at))


def _require_waiting(pairing: Pairing, now: datetime) -> None:
    if pairing.status not in WAITING:
        raise PairingNotProposed(f"The pairing is {pairing.status}.")
    if pairing.overdue(now):
        raise PairingAnswerLate
