"""What the events service keeps in its database, and how it is found again.

Promises that every query here is served by an index of its collection, and that listings have one
order, which ends in the id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.events.domain.action_items import ActionItem
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

MAX_SUCCESSORS = 5
"""How many hand-overs are followed from a delegate on: more in one delegation's life are no more
than a mistake."""

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
        Index((("activity_id", 1), ("status", 1), *_BY_ID), "delegations to an activity, by state"),
        Index((("city_id", 1), ("status", 1), *_BY_ID), "delegations of a city, by state"),
        Index((("activity_id", 1), ("city_id", 1), *_BY_ID), "a city's at an activity"),
        Index((("delegates.id", 1), *_BY_ID), "the delegation that a delegate is in"),
    ),
)

ACTION_ITEMS = Collection(
    "action_items",
    ActionItem,
    (Index((("activity_id", 1), *_BY_ID), "the action items of an activity"),),
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
    after = _after(cursor) if cursor is not None else None
    fit: list[Activity] = []
    while True:
        page = await _page(mongo, query, after, limit)
        fit += [activity for activity in page if _fits(activity, query)]
        if len(page) < limit or len(fit) >= limit:
            return fit[:limit]
        after = activity_key(page[-1])


async def _page(
    mongo: Mongo, query: ActivityQuery, after: tuple[datetime, str] | None, limit: int
) -> list[Activity]:
    """Give the next activities by one index; whether they fit the rest is still to be seen."""
    found, starts = _indexed(query)
    if after is None:
        bounds = {"starts_at": starts} if starts else {}
        return await _by_time(mongo, found | bounds, limit)
    at, id_ = after
    begin = starts.get("$gte", at)
    if at < begin:
        return await _by_time(mongo, found | {"starts_at": starts}, limit)
    # Two questions, because an $or over both makes the embedded database read everything.
    rows: list[Activity] = []
    if "$lt" not in starts or at < starts["$lt"]:
        rows = await _by_time(mongo, found | {"starts_at": at, "_id": {"$gt": id_}}, limit)
    if len(rows) < limit:
        later = {name: bound for name, bound in starts.items() if name == "$lt"} | {"$gt": at}
        rows += await _by_time(mongo, found | {"starts_at": later}, limit - len(rows))
    return rows


def _indexed(query: ActivityQuery) -> tuple[dict[str, Any], dict[str, datetime]]:
    """Give what an index is asked for: the narrowest of the terms, and the span of starts."""
    terms = (
        ("pairing_ids", query.pairing_id),
        ("host_city_ids", query.host_city_id),
        ("status", query.status),
    )
    narrowest = next(({name: value} for name, value in terms if value is not None), {})
    starts: dict[str, datetime] = {}
    if query.end is not None:
        starts["$lt"] = query.end
    if query.begin is not None:
        starts["$gte"] = query.begin - _LONGEST
    return dict[str, Any](narrowest), starts


def _fits(activity: Activity, query: ActivityQuery) -> bool:
    return (
        query.host_city_id in (None, *activity.host_city_ids)
        and query.pairing_id in (None, *activity.pairing_ids)
        and query.status in (None, activity.status)
        and (query.begin is None or activity.ends_at > query.begin)
    )


async def _by_time(mongo: Mongo, terms: dict[str, Any], limit: int) -> list[Activity]:
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
    invitations = [
        invitation
        for status in ("invited", "confirmed")
        for invitation in await mongo.find(
            DELEGATIONS,
            {"city_id": city_id, "status": status},
            sort=(("_id", -1),),
            limit=MAX_FEED,
        )
    ]
    latest = sorted(invitations, key=lambda each: each.id, reverse=True)[:MAX_FEED]
    ids = sorted({each.activity_id for each in latest})
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
    after = decode_cursor(cursor, str)[0] if cursor is not None else ""
    if query.activity_id is not None and query.city_id is not None:
        # A city has one at an activity, and some that were cancelled: read all, then choose.
        found.pop("status", None)
        own = await mongo.find(DELEGATIONS, found, sort=_BY_ID)
        fit = [each for each in own if query.status in (None, each.status) and each.id > after]
        return fit[:limit]
    if cursor is not None:
        found["_id"] = {"$gt": after}
    return await mongo.find(DELEGATIONS, found, sort=_BY_ID, limit=limit)


async def contacts_of(mongo: Mongo, delegation: Delegation) -> dict[ContactId, ContactCopy]:
    """Give what is known of the contacts among the delegates, and of who followed them."""
    known: dict[ContactId, ContactCopy] = {}
    ids = {each.contact_id for each in delegation.delegates if each.contact_id is not None}
    for _ in range(MAX_SUCCESSORS):
        copies = await mongo.find(CONTACT_COPIES, {"_id": {"$in": sorted(ids)}}) if ids else []
        known |= {copy.id: copy for copy in copies}
        ids = {copy.successor_id for copy in copies if copy.successor_id} - known.keys()
    return known


async def planned_with(tx: Tx, pairing_id: PairingId) -> list[Activity]:
    """Give the planned activities of a pairing."""
    every = await tx.find(ACTIVITIES, {"pairing_ids": pairing_id})
    return [activity for activity in every if activity.status == "planned"]


async def delegation_with(tx: Tx, delegate_id: DelegateId) -> Delegation | None:
    """Give the delegation that a delegate is in."""
    found = await tx.find(DELEGATIONS, {"delegates.id": delegate_id}, limit=1)
    return found[0] if found else None


async def standing_id(source: Tx | Mongo, city_id: CityId) -> CityId:
    """Give the record that stands for a city: itself, unless it was merged into another.

    Copies of two records may be of different times, so a circle of them ends where it began.
    """
    now, seen = city_id, {city_id}
    while (copy := await source.get(CITY_COPIES, now)) is not None and copy.merged_into is not None:
        if copy.merged_into in seen:
            return city_id
        now = copy.merged_into
        seen.add(now)
    return now


async def cities(tx: Tx, ids: Iterable[CityId]) -> list[CityCopy]:
    """Give those of the cities that this service has heard of."""
    wanted = list(ids)
    await tx.prefetch(CITY_COPIES, wanted)
    copies = [await tx.get(CITY_COPIES, each) for each in wanted]
    return [copy for copy in copies if copy is not None]


COLLECTIONS: tuple[Collection[Any], ...] = (
    ACTIVITIES,
    DELEGATIONS,
    ACTION_ITEMS,
    GUEST_LISTS,
    CITY_COPIES,
    PAIRING_COPIES,
    CONTACT_COPIES,
)
