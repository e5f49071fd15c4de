"""Rounds: asked for, cancelled and read; solving and publishing have files of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.matching.domain import records, rounds
from services.matching.domain.exchanges import Exchange
from services.matching.domain.pairings import BINDING, LIVE, Pairing, Status
from services.matching.domain.rounds import Cities, Decision, Kind, Proposal, Round
from services.matching.errors import (
    ProposalNotFound,
    RoundExchangeUnknown,
    RoundNotFound,
)
from services.matching.solver.problem import Pair, Problem
from services.matching.store import (
    BOARDS,
    EXCHANGES,
    PAIRINGS,
    PROPOSALS,
    ROUND_INPUTS,
    ROUND_PROGRESS,
    ROUNDS,
    RoundInputs,
    RoundProgress,
)
from services.matching.usecases.consent import refusals
from services.matching.usecases.snapshot import snapshot
from services.matching.usecases.targets import Target, stamp, take
from shared.auth import SYSTEM, Principal, Role, require_role
from shared.contracts.matching import RoundEvent
from shared.ids import ApplicationId, CityId, ExchangeId, ProposalId, RoundId, new_id
from shared.mongo import Mongo
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class RequestRound:
    """A round to solve, with what is decided before it."""

    exchange_id: ExchangeId
    locks: tuple[Decision, ...] = ()
    vetoes: tuple[Decision, ...] = ()
    kind: Kind = "regular"
    stand_ins: tuple[ApplicationId, ...] = ()
    """Applications of the reserve list that take part as if admitted."""
    lock_unanswered: bool = False
    """Whether pairs that await answers are kept as they are; else they are only favoured."""
    automatic: bool = False
    """Whether the worker publishes it once it is solved."""


async def request(tx: Tx, who: Principal, command: RequestRound) -> Round:
    """Ask for a round: its inputs are stored as they are now.

    A pairing that a city has accepted is kept as a lock, and one that was declined, lapsed or
    dissolved is vetoed, whether the officer names it or not.

    Raises:
        RoundExchangeUnknown, RoundTooLarge, RoundCityNotAdmitted, RoundPairsContradictory: 422.
    """
    require_team(who)
    tx.give_way()
    exchange = await tx.get(EXCHANGES, command.exchange_id)
    if exchange is None:
        raise RoundExchangeUnknown
    problem = await snapshot(tx, exchange, command.stand_ins)
    problem, locks, vetoes = await _decided(tx, exchange, command, problem)
    board = await tx.get(BOARDS, exchange.id)
    round_ = Round(
        id=RoundId(new_id("rnd")),
        exchange_id=command.exchange_id,
        locks=locks,
        vetoes=vetoes,
        requested_by=who.subject,
        requested_at=tx.now,
        kind=command.kind,
        base_round_id=board.round_id if board else None,
        stand_ins=command.stand_ins,
        automatic=command.automatic,
    )
    cities = [city.id for city in problem.eu], [city.id for city in problem.partner]
    record = await records.written_in_parts(problem, tx.breathe)
    return await keep_request(tx, round_, record, cities)


async def keep_request(tx: Tx, round_: Round, record: bytes, cities: Cities) -> Round:
    """Save a round that waits for the worker, with its inputs.

    Raises:
        RoundCityNotAdmitted, RoundPairsContradictory: 422.
    """
    await tx.breathe()
    round_ = replace(round_, inputs_sha256=records.digest(record))
    await tx.breathe()
    round_, events = rounds.request_round(round_, cities)
    admitted = tuple(CityId(city) for side in cities for city in side)
    tx.put(ROUND_INPUTS, RoundInputs(round_.id, records.packed(record), admitted))
    await tx.breathe()
    tx.put(ROUND_PROGRESS, RoundProgress(round_.id, "waiting", tx.now))
    return keep(tx, round_, *events)


async def cancel(tx: Tx, who: Principal, target: Target) -> Round:
    """Give a round up, also while it is being solved: its worker stops within a second.

    Raises:
        RoundEnded: it has a result, or was cancelled before (409).
    """
    require_role(who, Role.OFFICER)
    round_ = await take(tx, ROUNDS, target, RoundNotFound)
    round_, events = rounds.cancel(round_, stamp(tx, who))
    return keep(tx, round_, *events)


def keep(tx: Tx, round_: Round, *events: RoundEvent) -> Round:
    """Save a round with its events; a what-if has none and is kept all the same."""
    if round_.kind == "what_if":
        tx.put(ROUNDS, round_)
        return round_
    return tx.save(ROUNDS, round_, *events)


def require_team(who: Principal) -> None:
    """Let pass officers, and the platform itself where a rule of the exchange has it act.

    Raises:
        Forbidden: 403.
    """
    if who != SYSTEM:
        require_role(who, Role.OFFICER)


def require_round(who: Principal, round_: Round | None) -> Round:
    """Let pass who may read a round: officers, and everybody once it is published.

    Raises:
        RoundNotFound: 404.
    """
    if round_ is None or not may_read(who, round_):
        raise RoundNotFound
    return round_


async def proposal_of(mongo: Mongo, who: Principal, id_: ProposalId) -> tuple[Proposal, Round]:
    """Give a proposal and its round to who may read them: everybody once it was published.

    Raises:
        ProposalNotFound: 404.
    """
    proposal = await mongo.get(PROPOSALS, id_)
    round_ = await mongo.get(ROUNDS, proposal.round_id) if proposal else None
    if proposal is None or round_ is None or not may_read(who, round_):
        raise ProposalNotFound
    return proposal, round_


def may_read(who: Principal, round_: Round) -> bool:
    """Tell whether the caller may read the round: officers, and everybody once it is published."""
    return round_.status == "published" or Role.OFFICER in who.roles


async def live_pairings(
    tx: Tx, exchange_id: ExchangeId, statuses: Sequence[Status] = LIVE
) -> list[Pairing]:
    """Give the exchange's pairings that have not ended, or those in the given statuses."""
    query = {"exchange_id": exchange_id, "status": {"$in": list(statuses)}}
    return await tx.find(PAIRINGS, query, sort=(("_id", 1),))


async def _decided(
    tx: Tx, exchange: Exchange, command: RequestRound, problem: Problem
) -> tuple[Problem, tuple[Decision, ...], tuple[Decision, ...]]:
    """Add locks, vetoes and incumbents to the problem; locks and vetoes with what answers make."""
    named = {lock.pair for lock in command.locks}
    eu, partner = {city.id for city in problem.eu}, {city.id for city in problem.partner}
    live = [
        each
        for each in await live_pairings(tx, exchange.id)
        if each.eu_city_id in eu and each.partner_city_id in partner
    ]
    kept = LIVE if command.lock_unanswered else BINDING
    binding = [
        Decision(
            each.eu_city_id,
            each.partner_city_id,
            f"{each.id} is {each.status}.",
            each.topics,
            each.id,
        )
        for each in live
        if each.status in kept and each.pair not in named
    ]
    locks = (*command.locks, *binding)
    locked = {lock.pair for lock in locks}
    settled = locked | {each.pair for each in live} | {veto.pair for veto in command.vetoes}
    refused = [
        each
        for each in await refusals(tx, exchange.id)
        if each.eu_city_id in eu and each.partner_city_id in partner and each.pair not in settled
    ]
    vetoes = (*command.vetoes, *refused)
    problem = replace(
        problem,
        locks=tuple(lock.pair for lock in locks),
        vetoes=tuple(veto.pair for veto in vetoes),
        incumbents=_sorted(each.pair for each in live if each.pair not in locked),
    )
    return problem, locks, vetoes


def _sorted(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=lambda each: (each.eu_city_id, each.partner_city_id)))
