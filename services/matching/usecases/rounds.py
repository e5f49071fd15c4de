"""Rounds: asked for and published by officers, finished by the worker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.matching.domain import pairings, rounds
from services.matching.domain.pairings import BINDING, LIVE, Pairing
from services.matching.domain.rounds import Decision, Proposal, Round
from services.matching.errors import (
    ProposalNotFound,
    RoundExchangeUnknown,
    RoundNotFound,
    RoundOutdated,
)
from services.matching.solver.problem import Problem
from services.matching.solver.solution import Infeasible, Solution
from services.matching.store import (
    BOARDS,
    EXCHANGES,
    PAIRINGS,
    PROPOSALS,
    ROUND_CERTIFICATES,
    ROUND_INPUTS,
    ROUND_PROGRESS,
    ROUNDS,
    Board,
    RoundCertificate,
    RoundInputs,
    RoundProgress,
)
from services.matching.usecases.snapshot import snapshot
from services.matching.usecases.targets import Target, stamp, take
from shared.auth import Principal, Role, require_role
from shared.ids import ExchangeId, PairingId, ProposalId, RoundId, new_id
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class RequestRound:
    """A round to solve, with what is decided before it."""

    exchange_id: ExchangeId
    locks: tuple[Decision, ...] = ()
    vetoes: tuple[Decision, ...] = ()


async def request(tx: Tx, who: Principal, command: RequestRound) -> Round:
    """Ask for a round: its inputs are stored as they are now.

    A pairing that a city has accepted is kept as a lock, whether the officer names it or not.

    Raises:
        RoundExchangeUnknown, RoundTooLarge, RoundCityNotAdmitted, RoundPairsContradictory: 422.
    """
    require_role(who, Role.OFFICER)
    exchange = await tx.get(EXCHANGES, command.exchange_id)
    if exchange is None:
        raise RoundExchangeUnknown
    problem = await snapshot(tx, exchange, ((), ()))
    locks = (*command.locks, *await _binding(tx, command, problem))
    round_ = Round(
        id=RoundId(new_id("rnd")),
        exchange_id=command.exchange_id,
        locks=locks,
        vetoes=command.vetoes,
        requested_by=who.subject,
        requested_at=tx.now,
    )
    problem = replace(
        problem,
        locks=tuple(lock.pair for lock in locks),
        vetoes=tuple(veto.pair for veto in command.vetoes),
    )
    round_, event = rounds.request_round(round_, problem)
    tx.put(ROUND_INPUTS, RoundInputs(round_.id, problem))
    tx.put(ROUND_PROGRESS, RoundProgress(round_.id, "waiting", tx.now))
    return tx.save(ROUNDS, round_, event)


@dataclass(frozen=True, slots=True)
class Taken:
    """A round that a worker has taken: its inputs, and how often it was taken, from 1."""

    problem: Problem
    tries: int


async def begin(tx: Tx, round_id: RoundId) -> Taken | None:
    """Note that a worker has taken the round; None if it is done already."""
    round_ = await tx.get(ROUNDS, round_id)
    inputs = await tx.get(ROUND_INPUTS, round_id)
    if round_ is None or inputs is None or round_.status != "requested":
        return None
    progress = await tx.get(ROUND_PROGRESS, round_id)
    tries = progress.tries + 1 if progress else 1
    tx.put(ROUND_PROGRESS, RoundProgress(round_id, "solving", tx.now, tries))
    return Taken(inputs.problem, tries)


async def finish(tx: Tx, round_id: RoundId, outcome: Solution | Infeasible) -> Round | None:
    """Save what the worker found; None, and no effect, if another worker was first."""
    round_ = await tx.get(ROUNDS, round_id)
    if round_ is None or round_.status != "requested":
        return None
    await tx.get(ROUND_PROGRESS, round_id)
    tx.put(ROUND_PROGRESS, RoundProgress(round_id, "done", tx.now))
    if isinstance(outcome, Infeasible):
        round_, failure = rounds.failed(round_, outcome.problem, tx.now)
        return tx.save(ROUNDS, round_, failure)
    proposals = [
        rounds.propose(round_, suggestion, ProposalId(new_id("prp")))
        for suggestion in outcome.suggestions
    ]
    await tx.prefetch(PROPOSALS, [proposal.id for proposal in proposals])
    for proposal in proposals:
        tx.put(PROPOSALS, proposal)
    tx.put(ROUND_CERTIFICATES, RoundCertificate(round_id, outcome.certificate))
    round_, event = rounds.solved(round_, outcome, tx.now)
    return tx.save(ROUNDS, round_, event)


async def publish(tx: Tx, who: Principal, target: Target) -> Round:
    """Put a round's proposals to the cities, and begin a pairing for each new pair.

    Proposals of earlier rounds are superseded; pairings that nobody has answered and that this
    round does not have end.

    Raises:
        RoundNotSolved: 409.
        RoundOutdated: a later round is published, or a city has accepted a pair that this round
            does not have (409).
    """
    require_role(who, Role.OFFICER)
    round_ = await take(tx, ROUNDS, target, RoundNotFound)
    round_, event = rounds.publish(round_, stamp(tx, who))
    await _take_board(tx, round_)
    proposals = await tx.find(PROPOSALS, {"round_id": round_.id}, sort=(("_id", 1),))
    earlier = await tx.find(PROPOSALS, {"exchange_id": round_.exchange_id, "status": "published"})
    for old in earlier:
        tx.save(PROPOSALS, *rounds.supersede(old))
    live = await _live(tx, round_.exchange_id, LIVE)
    _end_unanswered(tx, who, (live, proposals))
    going = {pairing.pair for pairing in live}
    for proposal in proposals:
        published, told = rounds.publish_proposal(proposal)
        tx.save(PROPOSALS, published, told)
        if proposal.pair not in going:
            pairing_id = PairingId(new_id("pai"))
            tx.save(PAIRINGS, *pairings.propose(published, pairing_id, stamp(tx, who)))
    return tx.save(ROUNDS, round_, event)


def require_round(who: Principal, round_: Round | None) -> Round:
    """Let pass who may read a round: officers, and everybody once it is published.

    Raises:
        RoundNotFound: 404.
    """
    if round_ is None or (round_.status != "published" and Role.OFFICER not in who.roles):
        raise RoundNotFound
    return round_


def require_proposal(who: Principal, proposal: Proposal | None) -> Proposal:
    """Let pass who may read a proposal: officers, and everybody once it was published.

    Raises:
        ProposalNotFound: 404.
    """
    if proposal is None or (proposal.status == "suggested" and Role.OFFICER not in who.roles):
        raise ProposalNotFound
    return proposal


async def _binding(tx: Tx, command: RequestRound, problem: Problem) -> list[Decision]:
    """Give the locks that cities' answers make, apart from those that the officer names."""
    named = {lock.pair for lock in command.locks}
    eu, partner = {city.id for city in problem.eu}, {city.id for city in problem.partner}
    return [
        Decision(each.eu_city_id, each.partner_city_id, f"{each.id} is {each.status}.", each.topics)
        for each in await _live(tx, command.exchange_id, BINDING)
        if each.pair not in named and each.eu_city_id in eu and each.partner_city_id in partner
    ]


async def _live(
    tx: Tx, exchange_id: ExchangeId, statuses: Sequence[pairings.Status]
) -> list[Pairing]:
    query = {"exchange_id": exchange_id, "status": {"$in": list(statuses)}}
    return await tx.find(PAIRINGS, query, sort=(("_id", 1),))


async def _take_board(tx: Tx, round_: Round) -> None:
    board = await tx.get(BOARDS, round_.exchange_id)
    if board is not None and board.requested_at > round_.requested_at:
        raise RoundOutdated(f"Round {board.round_id} is newer and published.")
    tx.put(BOARDS, Board(round_.exchange_id, round_.id, round_.requested_at))


def _end_unanswered(
    tx: Tx, who: Principal, sides: tuple[Sequence[Pairing], Sequence[Proposal]]
) -> None:
    live, proposals = sides
    kept = {proposal.pair for proposal in proposals}
    for pairing in live:
        if pairing.pair in kept:
            continue
        if pairing.status != "proposed":
            raise RoundOutdated(f"{pairing.id} is {pairing.status} and not in this round.")
        tx.save(PAIRINGS, *pairings.supersede(pairing, stamp(tx, who)))
