"""Pairings, the actions of their plans, and what a no leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.matching.domain.actions import Action
from services.matching.domain.pairings import Pairing
from services.matching.solver.problem import Pair
from services.matching.store.reading import Slice, by, list_fitting, list_states
from shared.collection import Collection
from shared.ids import CityId, ExchangeId, PairingId, RoundId
from shared.mongo import Mongo
from shared.unit_of_work import Tx

VACANCIES_PER_LOOK = 200
"""Of all exchanges; the rest waits for the worker's next look."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Two cities to be matched anew, since one of them declined or let lapse; by the pairing's id.

    It goes when a round is published that knows of it.
    """

    id: PairingId
    exchange_id: ExchangeId
    eu_city_id: CityId
    partner_city_id: CityId
    automatic: bool
    """Whether the worker asks for the re-match."""
    at: datetime

    @property
    def pair(self) -> Pair:
        """The pair that is not to be proposed again."""
        return Pair(self.eu_city_id, self.partner_city_id)


@dataclass(frozen=True, slots=True)
class Rematch:
    """The round by which the worker last had an exchange matched anew; its id is the exchange's.

    Asking for one writes it, so that of two workers one waits for the other and then sees it.
    """

    id: ExchangeId
    round_id: RoundId
    tries: int = 1
    """Rounds asked for in a row, each since the one before was overtaken."""


PAIRINGS = Collection(
    "pairings",
    Pairing,
    [
        by("exchange_id", "status", "_id", serves="pairings by status; what binds a round"),
        by("exchange_id", "_id", serves="the pairings of an exchange"),
        by("city_ids", "_id", serves="the pairings of a city"),
        by("status", "_id", serves="pairings by status in all exchanges"),
        by("met_eu_city_id", serves="who has met before"),
        by("next_at", serves="pairings to remind of, or that lapse"),
    ],
)
ACTIONS = Collection(
    "actions",
    Action,
    [
        by("pairing_id", "_id", serves="the plan of a pairing"),
        by("pairing_id", "going", "_id", serves="what is still to do in a plan"),
        by("content.owner_city_id", "_id", serves="the actions that a city owns"),
        by("content.owner_city_id", "going", "_id", serves="what a city still has to do"),
        by("exchange_id", "_id", serves="the actions of an exchange"),
        by("exchange_id", "going", "_id", serves="what is still to do in an exchange"),
        by("next_at", serves="actions to remind of"),
    ],
)
VACANCIES = Collection(
    "vacancies",
    Vacancy,
    [
        by("exchange_id", "_id", serves="what a re-match of an exchange is to fill"),
        by("automatic", "_id", serves="what the worker has to have matched anew"),
    ],
)
REMATCHES = Collection("rematches", Rematch)


async def list_pairings(
    mongo: Mongo, filters: Mapping[str, str | None], city_id: CityId | None, part: Slice
) -> tuple[list[Pairing], str | None]:
    """Give a part of the pairings, oldest first, and the cursor of the next; of a city or of all.

    ``filters`` are ``exchange_id`` and ``status``; those of a city are few, and looked at one by
    one: hundreds are written at once when a round is published, and each index costs each of them.

    Raises:
        CursorInvalid: 422.
    """
    if city_id is None:
        return await list_states(mongo, PAIRINGS, filters, part)
    named = {name: value for name, value in filters.items() if value is not None}

    def fits(pairing: Pairing) -> bool:
        return all(getattr(pairing, name) == value for name, value in named.items())

    return await list_fitting(mongo, PAIRINGS, {"city_ids": city_id}, fits, part)


async def pairings_of(tx: Tx, exchange_id: ExchangeId, city_id: CityId) -> list[Pairing]:
    """Give the pairings of a city in an exchange, oldest first."""
    found = await tx.find(PAIRINGS, {"city_ids": city_id}, sort=(("_id", 1),))
    return [each for each in found if each.exchange_id == exchange_id]


async def vacancies_of(tx: Tx, exchange_id: ExchangeId) -> list[Vacancy]:
    """Give what an exchange has to fill, oldest first."""
    return await tx.find(VACANCIES, {"exchange_id": exchange_id}, sort=(("_id", 1),))


async def automatic_vacancies(mongo: Mongo) -> Sequence[Vacancy]:
    """Give what the worker has to have matched anew, oldest first, not more than fits a look."""
    found = {"automatic": True}
    return await mongo.find(VACANCIES, found, sort=[("_id", 1)], limit=VACANCIES_PER_LOOK)


async def due_pairings(mongo: Mongo, now: datetime, limit: int) -> Sequence[Pairing]:
    """Give the pairings that are to be reminded of or lapse, the longest due first."""
    due = {"next_at": {"$lt": now}}
    return await mongo.find(PAIRINGS, due, sort=[("next_at", 1)], limit=limit)


async def due_actions(mongo: Mongo, now: datetime, limit: int) -> Sequence[Action]:
    """Give the actions that are to be reminded of, the longest due first."""
    due = {"next_at": {"$lt": now}}
    return await mongo.find(ACTIONS, due, sort=[("next_at", 1)], limit=limit)


@dataclass(frozen=True, slots=True)
class ActionQuery:
    """Which actions: those in which all that is named fits, the narrowest first."""

    scope: Mapping[str, str]
    """Fields and their values; an index finds the first, the others are looked at row by row."""
    status: str | None = None
    overdue_at: datetime | None = None
    """Only what is overdue at that moment."""


async def list_actions(
    mongo: Mongo, query: ActionQuery, part: Slice
) -> tuple[list[Action], str | None]:
    """Give a part of the actions, in the order in which they were agreed, and the next cursor.

    One index finds the scope; the rest is looked at row by row, since a plan is short.

    Raises:
        CursorInvalid: 422.
    """
    narrowest = dict([next(iter(query.scope.items()))])
    going = {"going": True} if query.overdue_at is not None else {}
    return await list_fitting(
        mongo, ACTIONS, narrowest | going, lambda action: _fits(action, query), part
    )


def _fits(action: Action, query: ActionQuery) -> bool:
    named = {
        "pairing_id": action.pairing_id,
        "content.owner_city_id": action.content.owner_city_id,
        "exchange_id": action.exchange_id,
    }
    return (
        all(named[field] == value for field, value in query.scope.items())
        and query.status in (None, action.status)
        and (query.overdue_at is None or action.overdue(query.overdue_at))
    )
