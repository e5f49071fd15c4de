"""Publishing a round: its proposals go to the cities, and each new pair begins a pairing."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TypeVar

from services.matching.domain import pairings, rounds
from services.matching.domain.exchanges import answer_by
from services.matching.domain.pairings import Pairing
from services.matching.domain.programmes import Stamp
from services.matching.domain.rounds import Proposal, Round
from services.matching.errors import ExchangeNotFound, RoundNotFound, RoundOutdated
from services.matching.store import BOARDS, EXCHANGES, PAIRINGS, PROPOSALS, ROUNDS, Board
from services.matching.usecases import consent
from services.matching.usecases.memory import remember_turns
from services.matching.usecases.rounds import keep, live_pairings, require_team
from services.matching.usecases.targets import Target, find, stamp, take
from shared.auth import Principal
from shared.ids import PairingId, RoundId, new_id
from shared.unit_of_work import Tx

RowT = TypeVar("RowT", Pairing, Proposal)

ROWS_PER_BREATH = 5
"""Pairs that are published at a stretch: a millisecond, then other requests have their turn."""


async def publish(tx: Tx, who: Principal, target: Target) -> Round:
    """Put a round's proposals to the cities, and begin a pairing for each new pair.

    Proposals of earlier rounds are superseded; pairings that nobody has answered and that this
    round does not have end.

    Raises:
        RoundNotSolved, RoundIsWhatIf: 409.
        RoundOutdated: a later round is published, a city has accepted a pair that this round
            does not have, or one of its cities has said no or left meanwhile (409).
    """
    require_team(who)
    tx.give_way()
    round_ = await take(tx, ROUNDS, target, RoundNotFound)
    round_, events = rounds.publish(round_, stamp(tx, who))
    exchange = await find(tx, EXCHANGES, Target(round_.exchange_id, 0), ExchangeNotFound)
    await _supersede(tx, round_)
    proposals = await _proposals(tx, round_.id)
    await consent.let_in(tx, round_, proposals, stamp(tx, who))
    live = await live_pairings(tx, round_.exchange_id)
    await _end_unanswered(tx, stamp(tx, who), (live, proposals))
    going = {pairing.pair for pairing in live}
    await _put_to_cities(tx, round_, proposals)
    until = answer_by(exchange, tx.now)
    new = [proposal for proposal in proposals if proposal.pair not in going]
    await consent.require_current(tx, round_, new)
    async for proposal in _breathing(tx, new):
        pairing_id = PairingId(new_id("pai"))
        tx.save(PAIRINGS, *pairings.propose(proposal, pairing_id, until, stamp(tx, who)))
    await consent.settle(tx, round_)
    await remember_turns(tx, exchange, round_, proposals)
    return keep(tx, round_, *events)


async def _proposals(tx: Tx, round_id: RoundId) -> list[Proposal]:
    return await tx.find(PROPOSALS, {"round_id": round_id}, sort=(("rank", 1),))


async def _supersede(tx: Tx, round_: Round) -> None:
    """Tell that the proposals of the round that stood published stand no more."""
    board = await tx.get(BOARDS, round_.exchange_id)
    if board is None:
        return
    if board.requested_at > round_.requested_at:
        raise RoundOutdated(f"Round {board.round_id} is newer and published.")
    async for old in _breathing(tx, await _proposals(tx, board.round_id)):
        tx.tell(*rounds.supersede(old), board.event_id)


async def _end_unanswered(
    tx: Tx, by: Stamp, sides: tuple[Sequence[Pairing], Sequence[Proposal]]
) -> None:
    live, proposals = sides
    kept = {proposal.pair for proposal in proposals}
    async for pairing in _breathing(tx, live):
        if pairing.pair in kept:
            continue
        if pairing.status != "proposed":
            raise RoundOutdated(f"{pairing.id} is {pairing.status} and not in this round.")
        tx.save(PAIRINGS, *pairings.supersede(pairing, by))


async def _put_to_cities(tx: Tx, round_: Round, proposals: Iterable[Proposal]) -> None:
    """Tell of the proposals, and set down that this round stands published."""
    last = None
    async for proposal in _breathing(tx, proposals):
        last = tx.tell(*rounds.publish_proposal(proposal))
    tx.put(BOARDS, Board(round_.exchange_id, round_.id, round_.requested_at, last))


async def _breathing(tx: Tx, rows: Iterable[RowT]) -> AsyncIterator[RowT]:
    for place, row in enumerate(rows):
        yield row
        if place % ROWS_PER_BREATH == ROWS_PER_BREATH - 1:
            await tx.breathe()
