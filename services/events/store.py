"""What the events service keeps in its database, and how it is found again.

Promises that every query here is served by an index of its collection, and that listings have one
order, which ends in the id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.events.domain.civil import MAX_DAYS
from services.events.domain.states import (
    Activity,
    ActivityStatus,
    CityCopy,
    ContactCopy,
    Delegation,
    DelegationStatus,
    GuestList,
    PairingCopy,
)
from shared.collection import Collection, Index
from shared.errors import CursorInvalid
from shared.ids import ActivityId, CityId, ContactId, DelegateId, PairingId
from shared.mongo import Mongo
from shared.paging import decode_cursor
from shared.unit_of_work import Tx

MAX_FEED = 200
"""Activities in one city's calendar, the latest: five years of a very busy city. A session takes
0.8 ms to write as iCalendar."""

_BY_TIME = (("starts_at", 1), ("_id", 1))
_LATEST_FIRST = (("starts_at", -1), ("_id", -1))
_BY_ID = (("_id", 1),)
_LONGEST = timedelta(days=MAX_DAYS + 1)

ACTIVITIES = Collection(
    "activities",
    Activity,
    (
        Index(_BY_TIME, "activities of a time"),
        Index((("host_city_ids", 1), *_BY_TIME), "activities that a city hosts, by time"),
        Index((("pairing_ids", 1), *_BY_TIME), "activities of a pairing, by time"),
        Index((("status", 1), *_BY_TIME), "planned or cancelled activities, by time"),
    ),
)

DELEGATIONS = Collection(
    "delegations",
    Delegation,
    (
        Index((("activity_id", 1), *_BY_ID), "delegations to an activity"),
        Index((("city_id", 1), *_BY_ID), "delegations of a city"),
        Index((("status", 1), *_BY_ID), "delegations in a state"),
        Index((("delegates.id", 1), *_BY_ID), "the delegation that a delegate is in"),
    ),
)

GUEST_LISTS = Collection("guest_lists", GuestList)
CITY_COPIES = Collection("city_copies", CityCopy)
PAIRING_COPIES = Collection("pairing_copies", PairingCopy)
CONTACT_COPIES = Collection("contact_copies", ContactCopy)


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """Which activities; ``begin`` and ``end`` bound the time in which they take place."""

    host_city_id: CityId | None = None
    pairing_id: PairingId | None = None
    status: ActivityStatus | None = None
    begin: datetime | None = None
    end: datetime | None = None


async def list_activities(
    mongo: Mongo, query: ActivityQuery, cursor: str | None, limit: int
) -> list[Activity]:
    """Give up to ``limit`` activities after the cursor, by time.

    Raises:
        CursorInvalid: 422.
    """
    terms: dict[str, Any] = {
        "host_city_ids": query.host_city_id,
        "pairing_ids": query.pairing_id,
        "status": query.status,
    }
    found = {name: value for name, value in terms.items() if value is not None}
    starts: dict[str, datetime] = {}
    if query.end is not None:
        starts["$lt"] = query.end
    if query.begin is not None:
        starts["$gte"] = query.begin - _LONGEST
        found["ends_at"] = {"$gt": query.begin}
    if cursor is None:
        return await _by_time(mongo, found, starts, limit)
    at, id_ = _after(cursor)
    # Two questions, because an $or over both makes the embedded database read everything.
    same = {"$lte": at} | starts | {"$gte": max(at, starts.get("$gte", at))}
    rows = await _by_time(mongo, found | {"_id": {"$gt": id_}}, same, limit)
    if len(rows) < limit:
        rows += await _by_time(mongo, found, starts | {"$gt": at}, limit - len(rows))
    return rows


async def _by_time(
    mongo: Mongo, found: dict[str, Any], starts: dict[str, datetime], limit: int
) -> list[Activity]:
    terms = found | ({"starts_at": starts} if starts else {})
    return await mongo.find(ACTIVITIES, terms, sort=_BY_TIME, limit=limit)


def _after(cursor: str) -> tuple[datetime, str]:
    at, id_ = decode_cursor(cursor, datetime, str)
    try:
        return at.astimezone(UTC), id_
    except OverflowError as error:  # year 1 or 9999 with an offset: never given out
        raise CursorInvalid from error


def activity_key(activity: Activity) -> tuple[datetime, str]:
    """Give the sort key of ``list_activities``."""
    return activity.starts_at, activity.id


async def activities_of_city(mongo: Mongo, city_id: CityId) -> list[Activity]:
    """Give the latest activities that the city hosts or is invited to, latest first."""
    hosted = await mongo.find(
        ACTIVITIES, {"host_city_ids": city_id}, sort=_LATEST_FIRST, limit=MAX_FEED
    )
    invitations = await mongo.find(
        DELEGATIONS,
        {"city_id": city_id, "status": {"$in": ["invited", "confirmed"]}},
        sort=(("_id", -1),),
        limit=MAX_FEED,
    )
    ids = sorted({each.activity_id for each in invitations})
    visited = await mongo.find(ACTIVITIES, {"_id": {"$in": ids}}) if ids else []
    every = {each.id: each for each in (*hosted, *visited)}
    return sorted(every.values(), key=activity_key, reverse=True)[:MAX_FEED]


@dataclass(frozen=True, slots=True)
class DelegationQuery:
    """Which delegations."""

    activity_id: ActivityId | None = None
    city_id: CityId | None = None
    status: DelegationStatus | None = None


async def list_delegations(
    mongo: Mongo, query: DelegationQuery, cursor: str | None, limit: int
) -> list[Delegation]:
    """Give up to ``limit`` delegations after the cursor, in the order of their invitations.

    Raises:
        CursorInvalid: 422.
    """
    terms: dict[str, Any] = {
        "activity_id": query.activity_id,
        "city_id": query.city_id,
        "status": query.status,
    }
    found = {name: value for name, value in terms.items() if value is not None}
    if cursor is not None:
        (id_,) = decode_cursor(cursor, str)
        found["_id"] = {"$gt": id_}
    return await mongo.find(DELEGATIONS, found, sort=_BY_ID, limit=limit)


async def contacts_of(mongo: Mongo, delegation: Delegation) -> dict[ContactId, ContactCopy]:
    """Give what is known of the contacts among the delegates."""
    ids = [each.contact_id for each in delegation.delegates if each.contact_id is not None]
    copies = await mongo.find(CONTACT_COPIES, {"_id": {"$in": ids}}) if ids else []
    return {copy.id: copy for copy in copies}


async def planned_with(tx: Tx, pairing_id: PairingId) -> list[Activity]:
    """Give the planned activities of a pairing."""
    return await tx.find(ACTIVITIES, {"pairing_ids": pairing_id, "status": "planned"})


async def delegation_with(tx: Tx, delegate_id: DelegateId) -> Delegation | None:
    """Give the delegation that a delegate is in."""
    found = await tx.find(DELEGATIONS, {"delegates.id": delegate_id}, limit=1)
    return found[0] if found else None


async def cities(tx: Tx, ids: Iterable[CityId]) -> list[CityCopy]:
    """Give those of the cities that this service has heard of."""
    wanted = list(ids)
    await tx.prefetch(CITY_COPIES, wanted)
    copies = [await tx.get(CITY_COPIES, each) for each in wanted]
    return [copy for copy in copies if copy is not None]


COLLECTIONS: tuple[Collection[Any], ...] = (
    ACTIVITIES,
    DELEGATIONS,
    GUEST_LISTS,
    CITY_COPIES,
    PAIRING_COPIES,
    CONTACT_COPIES,
)
