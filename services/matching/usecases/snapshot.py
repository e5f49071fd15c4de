"""The inputs of a round: what is known of the admitted cities at the moment it is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.matching.domain.applications import Application
from services.matching.domain.exchanges import Exchange
from services.matching.errors import RoundTooLarge
from services.matching.solver.problem import MAX_CITIES_PER_SIDE, City, Level, Pair, Problem
from services.matching.store import (
    APPLICATIONS,
    CITY_COPIES,
    INTEREST_COPIES,
    CityCopy,
    chunks,
)
from shared.contracts.matching import Side
from shared.unit_of_work import Tx

_HALF_HOUR_SECONDS = 1800


async def snapshot(
    tx: Tx, exchange: Exchange, decided: tuple[Sequence[Pair], Sequence[Pair]]
) -> Problem:
    """Give the problem of an exchange with these locks and vetoes; cities sorted by id.

    Raises:
        RoundTooLarge: 422.
    """
    admitted = await tx.find(APPLICATIONS, {"exchange_id": exchange.id, "status": "admitted"})
    ids = sorted(each.city_id for each in admitted)
    copies = {
        copy.id: copy
        for chunk in chunks(ids)
        for copy in await tx.find(CITY_COPIES, {"_id": {"$in": chunk}})
    }
    levels: dict[str, list[Level]] = defaultdict(list)
    for chunk in chunks(ids):
        for interest in await tx.find(INTEREST_COPIES, {"city_id": {"$in": chunk}}):
            if interest.seeks or interest.offers:
                level = Level(interest.topic, interest.seeks, interest.offers)
                levels[interest.city_id].append(level)
    partners = exchange.terms.max_partners
    sides: dict[Side, list[City]] = {"eu": [], "partner": []}
    for application in sorted(admitted, key=lambda each: each.city_id):
        capacity = partners.eu if application.side == "eu" else partners.partner
        copy = copies.get(application.city_id)
        if copy is None or copy.status == "registered":
            city = _city(application, copy, levels[application.city_id], (capacity, exchange))
            sides[application.side].append(city)
    if max(map(len, sides.values())) > MAX_CITIES_PER_SIDE:
        raise RoundTooLarge(f"One round takes {MAX_CITIES_PER_SIDE} cities per side.")
    locks, vetoes = decided
    return Problem(
        eu=tuple(sides["eu"]),
        partner=tuple(sides["partner"]),
        weights=exchange.terms.weights,
        locks=tuple(locks),
        vetoes=tuple(vetoes),
    )


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


def _city(
    application: Application,
    copy: CityCopy | None,
    levels: Sequence[Level],
    rules: tuple[int, Exchange],
) -> City:
    capacity, exchange = rules
    year = exchange.deadline_at.year
    return City(
        id=application.city_id,
        capacity=capacity,
        population=copy.population if copy else None,
        zone_half_hours=standard_half_hours(copy.time_zone, year) if copy else None,
        languages=copy.languages if copy else (),
        levels=tuple(sorted(levels, key=lambda level: level.topic)),
    )
