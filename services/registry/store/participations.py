"""Copies of what matching says of applications and exchanges: who takes part in which programme."""

from dataclasses import dataclass

from services.registry.store.ranges import Query
from shared.collection import Collection, Index
from shared.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Participation:
    """An application of a city to an exchange; `version` is its last event's sequence."""

    id: str
    version: int
    city_id: str
    exchange_id: str
    side: str
    status: str
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeCopy:
    """An exchange and the programme it belongs to for ever."""

    id: str
    version: int
    programme_id: str


PARTICIPATION_COPIES = Collection(
    "participation_copies",
    Participation,
    (Index((("city_id", 1), ("_id", 1)), "what some cities take part in"),),
)
EXCHANGE_COPIES = Collection(
    "exchange_copies",
    ExchangeCopy,
    (Index((("programme_id", 1), ("_id", 1)), "the programmes of exchanges"),),
)


async def programmes_of(mongo: Mongo) -> dict[str, str]:
    """Give the programme of each exchange; there are a few dozen."""
    exchanges = await mongo.find(EXCHANGE_COPIES, exchanges_query())
    return {each.id: each.programme_id for each in exchanges}


def exchanges_query() -> Query:
    """Give the query for all exchanges."""
    return {"programme_id": {"$gt": ""}}
