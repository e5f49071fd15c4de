"""Matching anew those whom a decline or a lapse leaves alone, with the reserve stepping in.

What cities have agreed to is kept, what they still think about is favoured or kept, what they have
refused does not come again. Promises one re-match at a time per exchange where the platform asks by
itself, and that what it can't fill it leaves to an officer instead of trying for ever.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Literal

from services.matching.domain.exchanges import Exchange
from services.matching.domain.rounds import Decision, Round
from services.matching.domain.stand_ins import (
    Alone,
    Fits,
    between_reserves,
    is_candidate,
    stand_ins,
)
from services.matching.domain.standings import standings_of
from services.matching.errors import ExchangeNotFound, RematchUnneeded
from services.matching.solver.problem import Pair, Problem, Shape
from services.matching.store import (
    BOARDS,
    EXCHANGES,
    REMATCHES,
    ROUNDS,
    VACANCIES,
    Rematch,
    Vacancy,
    vacancies_of,
)
from services.matching.usecases.applications import reserve_list
from services.matching.usecases.consent import refusals
from services.matching.usecases.publishing import publish
from services.matching.usecases.rounds import RequestRound, live_pairings, request
from services.matching.usecases.snapshot import snapshot
from services.matching.usecases.targets import Target
from shared.auth import SYSTEM, Principal, Role, require_role
from shared.ids import CityId, ExchangeId, RoundId
from shared.unit_of_work import Tx

MAX_TRIES = 5
"""Rounds in a row that answers overtake before they are published; then an officer should look."""

_BOTH_IN_RESERVE = "Both are in reserve: neither would step in for anybody."

Done = Literal["asked", "published", "waiting", "settled", "left"]
"""What was done about the vacancies of an exchange: ``left`` is left to an officer."""


async def rematch(
    tx: Tx, who: Principal, exchange_id: ExchangeId, *, lock_unanswered: bool
) -> Round:
    """Ask for a re-match as an officer.

    Raises:
        ExchangeNotFound: 404.
        RematchUnneeded: nothing was published yet, or nobody is without a partner (409).
        RoundTooLarge: 422.
    """
    require_role(who, Role.OFFICER)
    exchange = await _exchange(tx, exchange_id)
    if await tx.get(BOARDS, exchange_id) is None:
        raise RematchUnneeded("No round of the exchange has been published yet.")
    command = await _command(tx, exchange, lock_unanswered=lock_unanswered)
    return await request(tx, who, command)


async def fill(tx: Tx, exchange_id: ExchangeId) -> Done:
    """Do the next thing about what an exchange has to fill by itself; may run more than once.

    Raises:
        RoundOutdated: the round that would fill it was overtaken: see ``fill_again`` (409).
    """
    vacancies = [each for each in await vacancies_of(tx, exchange_id) if each.automatic]
    if not vacancies:
        return "settled"
    last = await tx.get(REMATCHES, exchange_id)
    round_ = await tx.get(ROUNDS, last.round_id) if last else None
    if round_ is None or round_.status == "published":
        return await _ask(tx, exchange_id, vacancies, tries=1)
    if round_.status == "requested":
        return "waiting"
    if round_.status == "solved":
        await publish(tx, SYSTEM, Target(round_.id, round_.version))
        return "published"
    _leave(tx, vacancies)
    return "left"


async def fill_again(tx: Tx, exchange_id: ExchangeId, overtaken: RoundId) -> Done:
    """Ask anew in place of a round that was overtaken, unless another worker has done so."""
    last = await tx.get(REMATCHES, exchange_id)
    vacancies = [each for each in await vacancies_of(tx, exchange_id) if each.automatic]
    if last is None or last.round_id != overtaken or not vacancies:
        return "waiting"
    if last.tries >= MAX_TRIES:
        _leave(tx, vacancies)
        return "left"
    return await _ask(tx, exchange_id, vacancies, tries=last.tries + 1)


async def leave_to_officers(tx: Tx, exchange_id: ExchangeId) -> Done:
    """Let an officer see to what an exchange has to fill: by itself it can't."""
    _leave(tx, [each for each in await vacancies_of(tx, exchange_id) if each.automatic])
    return "left"


async def last_rematch(tx: Tx, exchange_id: ExchangeId) -> Rematch | None:
    """Give the round by which an exchange was last matched anew by itself."""
    return await tx.get(REMATCHES, exchange_id)


async def _ask(tx: Tx, exchange_id: ExchangeId, vacancies: Sequence[Vacancy], tries: int) -> Done:
    exchange = await _exchange(tx, exchange_id)
    try:
        command = await _command(tx, exchange, lock_unanswered=True)
    except RematchUnneeded:  # everybody has found a partner otherwise
        for each in vacancies:
            tx.delete(VACANCIES, each.id)
        return "settled"
    round_ = await request(tx, SYSTEM, replace(command, automatic=True))
    await tx.get(REMATCHES, exchange_id)
    tx.put(REMATCHES, Rematch(exchange_id, round_.id, tries))
    return "asked"


def _leave(tx: Tx, vacancies: Sequence[Vacancy]) -> None:
    for each in vacancies:
        tx.put(VACANCIES, replace(each, automatic=False))


async def _command(tx: Tx, exchange: Exchange, *, lock_unanswered: bool) -> RequestRound:
    """Give the round that matches anew whom nobody is with, with those who step in.

    Raises:
        RematchUnneeded: nobody is (409).
    """
    eu_list = await reserve_list(tx, exchange.id, "eu")
    partner_list = await reserve_list(tx, exchange.id, "partner")
    on_list = {each.city_id: each.id for each in (*eu_list, *partner_list)}
    problem = await snapshot(tx, exchange, tuple(on_list.values()))
    eu, partner = ({city.id for city in side} for side in (problem.eu, problem.partner))
    busy = {city for each in await live_pairings(tx, exchange.id) for city in each.city_ids}
    alone = {city for city in (*eu, *partner) if city not in on_list and city not in busy}
    if not alone:
        raise RematchUnneeded("No admitted city is without a partner.")
    barred = {each.pair for each in await refusals(tx, exchange.id)}
    if exchange.terms.rules.avoid_met:
        barred |= set(problem.met)
    chosen = stand_ins(
        Alone(sorted(alone & eu), [e.city_id for e in eu_list if e.city_id in eu]),
        Alone(
            sorted(alone & partner),
            [e.city_id for e in partner_list if e.city_id in partner],
        ),
        _candidates(problem, barred),
    )
    return RequestRound(
        exchange_id=exchange.id,
        vetoes=tuple(
            Decision(CityId(pair.eu_city_id), CityId(pair.partner_city_id), _BOTH_IN_RESERVE)
            for pair in between_reserves(chosen)
        ),
        kind="rematch",
        stand_ins=tuple(on_list[CityId(city)] for city in (*chosen.eu, *chosen.partner)),
        lock_unanswered=lock_unanswered,
    )


def _candidates(problem: Problem, barred: AbstractSet[Pair]) -> Fits:
    """Give whether two cities may be a pair at all, by the rules of the exchange.

    The quick look at interests is enough unless the rules ask for more than a gain on both sides.
    """
    cities = {city.id: city for city in (*problem.eu, *problem.partner)}
    strict = problem.rules.min_score > 0 or problem.rules.shape is Shape.MENTORS

    def fits(eu: str, partner: str) -> bool:
        pair = Pair(eu, partner)
        if pair in barred:
            return False
        if not strict:
            return is_candidate(cities[eu], cities[partner])
        return standings_of(problem, [pair])[pair].possible

    return fits


async def _exchange(tx: Tx, exchange_id: ExchangeId) -> Exchange:
    exchange = await tx.get(EXCHANGES, exchange_id)
    if exchange is None:
        raise ExchangeNotFound
    return exchange
