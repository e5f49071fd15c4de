"""The fairness report of an exchange or of a programme, counted from the record when asked for."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.matching.domain.applications import Application
from services.matching.domain.fairness import SMALL, Fairness, Outcome, Participant, report
from services.matching.domain.pairings import WAITING, Pairing
from services.matching.errors import ExchangeNotFound, ProgrammeNotFound
from services.matching.store import (
    APPLICATIONS,
    CITY_COPIES,
    EXCHANGES,
    INTEREST_COPIES,
    PAIRINGS,
    PROGRAMMES,
    ROUND_TURNS,
    RoundTurns,
    by_ids,
)
from shared.auth import Principal, Role
from shared.ids import CityId, ExchangeId, ProgrammeId
from shared.mongo import Mongo

ROWS_PER_BREATH = 100
"""Rows that are counted at a stretch, before other requests have their turn."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A report with the name of what it is about."""

    name: str
    fairness: Fairness


async def of_exchange(mongo: Mongo, who: Principal, exchange_id: ExchangeId) -> Counted:
    """Count one exchange; small groups are pooled for all but officers.

    Raises:
        ExchangeNotFound: 404.
    """
    exchange = await mongo.get(EXCHANGES, exchange_id)
    if exchange is None:
        raise ExchangeNotFound
    return Counted(exchange.terms.name, await _counted(mongo, who, [exchange_id]))


async def of_programme(mongo: Mongo, who: Principal, programme_id: ProgrammeId) -> Counted:
    """Count all exchanges of a programme: a city counts once for each that it applied to.

    Raises:
        ProgrammeNotFound: 404.
    """
    programme = await mongo.get(PROGRAMMES, programme_id)
    if programme is None:
        raise ProgrammeNotFound
    query = {"terms.programme_id": programme_id}
    ids = [each.id for each in await mongo.find(EXCHANGES, query, sort=[("_id", 1)])]
    return Counted(programme.name, await _counted(mongo, who, ids))


async def _counted(mongo: Mongo, who: Principal, exchange_ids: Iterable[ExchangeId]) -> Fairness:
    participants: list[Participant] = []
    rounds = 0
    for exchange_id in exchange_ids:
        turns = await mongo.find(ROUND_TURNS, {"exchange_id": exchange_id})
        participants += await _participants(mongo, exchange_id, turns)
        rounds += len(turns)
    small = 1 if Role.OFFICER in who.roles else SMALL
    return report(participants, rounds, mongo.clock.now(), small=small)


async def _participants(
    mongo: Mongo, exchange_id: ExchangeId, turns: Sequence[RoundTurns]
) -> list[Participant]:
    query = {"exchange_id": exchange_id}
    applications = await mongo.find(APPLICATIONS, query)
    pairings: dict[CityId, list[Pairing]] = defaultdict(list)
    for pairing in await mongo.find(PAIRINGS, query):
        for city_id in pairing.city_ids:
            pairings[city_id].append(pairing)
    ids = [each.city_id for each in applications]
    cities = {each.id: each async for each in by_ids(mongo, CITY_COPIES, ids)}
    topics = await _topics(mongo, ids)
    admitted = Counter(city_id for row in turns for city_id in row.admitted)
    without = Counter(city_id for row in turns for city_id in row.without)
    found = []
    for place, each in enumerate(applications):
        if place % ROWS_PER_BREATH == 0:
            await asyncio.sleep(0)
        if each.submitted_at is None:
            continue
        city = cities.get(each.city_id)
        own = pairings.get(each.city_id, [])
        found.append(
            Participant(
                city_id=each.city_id,
                side=each.side,
                outcome=_outcome(each, own),
                country=city.country if city else None,
                population=city.population if city else None,
                topics=tuple(sorted(topics.get(each.city_id, set()))),
                submitted_at=each.submitted_at,
                partner_at=_partner_at(own),
                rounds=admitted[each.city_id],
                rounds_without=without[each.city_id],
            )
        )
    return found


async def _topics(mongo: Mongo, ids: Sequence[CityId]) -> Mapping[CityId, set[str]]:
    return {
        copy.id: {each.topic for each in copy.declared()}
        async for copy in by_ids(mongo, INTEREST_COPIES, ids)
    }


def _outcome(application: Application, pairings: Iterable[Pairing]) -> Outcome:
    own = list(pairings)
    if any(len(each.accepted_by) == len(_BOTH) for each in own):
        return "cooperating"
    match application.status:
        case "admitted":
            return "proposed" if any(each.status in WAITING for each in own) else "without"
        case "reserve":
            return "reserve"
        case "submitted" | "eligible":
            return "pending"
        case _:
            return "not_admitted"


_BOTH = ("eu", "partner")


def _partner_at(pairings: Iterable[Pairing]) -> datetime | None:
    """Give when both sides of the first pairing had said yes."""
    moments = [
        [step.at for step in each.history if step.what == "accepted"][-1]
        for each in pairings
        if len(each.accepted_by) == len(_BOTH)
    ]
    return min(moments, default=None)
