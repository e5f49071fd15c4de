"""The good practices that are kept, and their listings."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.registry.domain.manners import PRACTICE
from services.registry.domain.practice_states import Practice, Status
from services.registry.store.changes import trail_of
from services.registry.store.ranges import BY_ID, Query, Range, behind, read_page
from shared.collection import Collection, Index
from shared.ids import CityId, ContactId, PracticeId, TopicCode
from shared.mongo import Mongo

_BY_RECHECK: Final = (("recheck_on", 1), ("_id", 1))

PRACTICES = Collection(
    "practices",
    Practice,
    (
        Index((("status", 1), ("_id", 1)), "practices by status"),
        Index((("status", 1), ("content.topics", 1), ("_id", 1)), "practices on a topic"),
        Index((("city_id", 1), ("status", 1), ("_id", 1)), "practices of a city"),
        Index(
            (("city_id", 1), ("status", 1), ("content.topics", 1), ("_id", 1)),
            "practices of a city on a topic",
        ),
        Index((("status", 1), ("recheck_on", 1), ("_id", 1)), "practices due for a check"),
        Index(
            (("lineage.adapted_from", 1), ("status", 1), ("_id", 1)),
            "what was adapted from a practice",
        ),
        Index((("content.contact_id", 1), ("_id", 1)), "the practices that name a contact"),
    ),
    trail_of(PRACTICE),
)


@dataclass(frozen=True, slots=True)
class PracticeFilter:
    """Which practices: all with this status, of this city, on this topic, made after this one."""

    status: Status = "published"
    city_id: CityId | None = None
    topic: TopicCode | None = None
    adapted_from: PracticeId | None = None


async def practice_of(mongo: Mongo, practice_id: PracticeId) -> Practice | None:
    """Give one practice, whatever its status."""
    return await mongo.get(PRACTICES, practice_id)


async def practices_naming(mongo: Mongo, contact_id: ContactId) -> list[Practice]:
    """Give the practices that name a contact to ask, whatever their status."""
    return await mongo.find(PRACTICES, {"content.contact_id": contact_id}, sort=BY_ID)


def practices_query(city_id: CityId) -> Query:
    """Give the query for all practices of a city, whatever their status."""
    return {"city_id": city_id}


async def list_practices(
    mongo: Mongo, which: PracticeFilter, after: str | None, limit: int
) -> list[Practice]:
    """Give practices in the order in which they were begun."""
    query = practice_query(which, after)
    return await mongo.find(PRACTICES, query, sort=BY_ID, limit=limit)


def practice_query(which: PracticeFilter, after: str | None) -> Query:
    """Give the query behind `list_practices`."""
    named = {
        "status": which.status,
        "city_id": which.city_id,
        "content.topics": which.topic,
        "lineage.adapted_from": which.adapted_from,
    }
    return {name: value for name, value in named.items() if value is not None} | behind(after)


async def list_due(
    mongo: Mongo, until: date, after: tuple[str, str] | None, limit: int
) -> list[Practice]:
    """Give published practices to be looked at by `until`, longest due first.

    `after` is the date in ISO form and the id of the last one.
    """
    return await read_page(mongo, PRACTICES, due_queries(until, after), limit)


def due_queries(until: date, after: tuple[str, str] | None) -> tuple[Range, ...]:
    """Give the ranges that `list_due` reads, one after the other."""
    published: Query = {"status": "published"}
    last = (until + timedelta(days=1)).isoformat()
    if after is None:
        return (Range(published | {"recheck_on": {"$gt": "", "$lt": last}}, _BY_RECHECK),)
    day, id_ = after
    return (
        Range(published | {"recheck_on": day, "_id": {"$gt": id_}}, BY_ID),
        Range(published | {"recheck_on": {"$gt": day, "$lt": last}}, _BY_RECHECK),
    )
