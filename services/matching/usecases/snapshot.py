"""The inputs of a round: what is known of its cities, and of their past, when it is asked for."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.matching.domain.applications import Application, capacity_of
from services.matching.domain.exchanges import Exchange
from services.matching.domain.pairings import LIVE, Pairing
from services.matching.errors import RoundTooLarge
from services.matching.solver.problem import MAX_CITIES_PER_SIDE, City, Level, Pair, Problem
from services.matching.store import (
    APPLICATIONS,
    CITY_COPIES,
    INTEREST_COPIES,
    PAIRINGS,
    CityCopy,
    by_ids,
    chunks,
)
from services.matching.usecases.memory import turns_without
from shared.collection import ROWS_PER_BREATH
from shared.contracts.matching import Side
from shared.ids import ApplicationId, ExchangeId
from shared.unit_of_work import Tx

_HALF_HOUR_SECONDS = 1800


async def snapshot(
    tx: Tx, exchange: Exchange, stand_ins: Collection[ApplicationId] = ()
) -> Problem:
    """Give the problem of an exchange, without locks and vetoes; cities sorted by id.

    ``stand_ins`` are applications of the reserve list that take part as if admitted.

    Raises:
        RoundTooLarge: 422.
    """
    taking_part = await tx.find(APPLICATIONS, {"exchange_id": exchange.id, "status": "admitted"})
    for id_ in stand_ins:
        application = await tx.get(APPLICATIONS, id_)
        if application is not None and application.status == "reserve":
            taking_part.append(application)
    ids = sorted(each.city_id for each in taking_part)
    copies = await _copies(tx, ids)
    levels = await _levels(tx, ids)
    sides: dict[Side, list[City]] = {"eu": [], "partner": []}
    for place, application in enumerate(sorted(taking_part, key=lambda each: each.city_id)):
        if place % ROWS_PER_BREATH == 0:
            await tx.breathe()
        copy = copies.get(application.city_id)
        if copy is None or copy.status == "registered":
            city = _city(application, copy, levels.get(application.city_id, ()), exchange)
            sides[application.side].append(city)
    if max(map(len, sides.values())) > MAX_CITIES_PER_SIDE:
        raise RoundTooLarge(f"One round takes {MAX_CITIES_PER_SIDE} cities per side.")
    turns = await turns_without(tx, exchange)
    eu, partner = (tuple(_with_turns(sides[side], turns)) for side in ("eu", "partner"))
    return Problem(
        eu=eu,
        partner=partner,
        weights=exchange.terms.weights,
        rules=exchange.terms.rules,
        met=await _met(tx, exchange.id, (eu, partner)),
    )


@lru_cache(maxsize=2048)
def standard_half_hours(time_zone: str | None, year: int) -> int | None:
    """Give the zone's standard time in that year in half hours east of UTC, or None if unknown.

    Standard is the smaller of January's and July's offset: summer time only ever adds, on either
    half of the globe. Quarter hours (Nepal) are cut to the half hour below.
    """
    if time_zone is None:
        return None
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    moments = (datetime(year, month, 1, tzinfo=UTC).astimezone(zone) for month in (1, 7))
    offsets = [offset for moment in moments if (offset := moment.utcoffset()) is not None]
    return int(min(offsets).total_seconds()) // _HALF_HOUR_SECONDS


def _with_turns(cities: Iterable[City], turns: Mapping[str, int]) -> Iterator[City]:
    """Give the cities with their turns; who never went without is not made anew."""
    for city in cities:
        yield replace(city, turns=turns[city.id]) if city.id in turns else city


async def _copies(tx: Tx, ids: Sequence[str]) -> dict[str, CityCopy]:
    return {copy.id: copy async for copy in by_ids(tx, CITY_COPIES, ids)}


async def _levels(tx: Tx, ids: Sequence[str]) -> dict[str, list[Level]]:
    return {
        copy.id: [Level(each.topic, each.seeks, each.offers) for each in copy.declared()]
        async for copy in by_ids(tx, INTEREST_COPIES, ids)
    }


async def _met(
    tx: Tx, exchange_id: ExchangeId, sides: tuple[Sequence[City], Sequence[City]]
) -> tuple[Pair, ...]:
    """Give the pairs of these cities that have cooperated before, in whichever exchange."""
    eu, partner = sides
    there = {city.id for city in partner}
    pairs = {
        pairing.pair
        for chunk in chunks([city.id for city in eu])
        for pairing in await tx.find(PAIRINGS, {"met_eu_city_id": {"$in": chunk}})
        if pairing.partner_city_id in there and not _going_on(pairing, exchange_id)
    }
    return tuple(sorted(pairs, key=lambda each: (each.eu_city_id, each.partner_city_id)))


def _going_on(pairing: Pairing, exchange_id: ExchangeId) -> bool:
    """Tell whether it is part of this very exchange: that is not the past."""
    return pairing.exchange_id == exchange_id and pairing.status in LIVE


def _city(
    application: Application,
    copy: CityCopy | None,
    levels: Sequence[Level],
    exchange: Exchange,
) -> City:
    year = exchange.deadline_at.year
    criteria = application.criteria
    return City(
        id=application.city_id,
        capacity=capacity_of(application, exchange),
        population=copy.population if copy else None,
        zone_half_hours=standard_half_hours(copy.time_zone, year) if copy else None,
        languages=copy.languages if copy else (),
        levels=tuple(sorted(levels, key=lambda level: level.topic)),
        country=copy.country if copy else None,
        projects=criteria.projects,
        maturity=criteria.maturity,
        prefers=criteria.prefers,
    )
