"""The feed, the routes from types to endpoints, and the deliveries."""

from collections.abc import Collection as Names
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.deliveries import Delivery, DeliveryStatus
from services.notifications.domain.endpoints import Route
from services.notifications.domain.feed import COUNTER, Counter, FeedRow
from shared.collection import Collection, Index, StateT
from shared.mongo import Mongo
from shared.paging import cut, decode_cursor
from shared.unit_of_work import Tx

RETENTION_SECONDS = 90 * 24 * 3600
"""As long as the topics keep every single event; a partner that was away longer starts anew."""

MILLISECOND = timedelta(milliseconds=1)
"""Times are whole milliseconds, so "before one more" is "until now". SecantusDB 0.7.0b3 leaves out
equal values for ``$lte`` on a field of an index that is not its last."""

COUNTERS = Collection("counters", Counter)
ROUTES = Collection("routes", Route)
FEED = Collection(
    "feed",
    FeedRow,
    (
        Index((("position", 1),), "the feed from a position on", unique=True),
        Index((("recorded_at", 1),), "end of retention", expire_seconds=RETENTION_SECONDS),
    ),
)
DELIVERIES = Collection(
    "deliveries",
    Delivery,
    (
        Index(
            (("status", 1), ("next_attempt_at", 1), ("position", 1)),
            "deliveries that are due, in order",
            partial={"status": "pending"},
        ),
        Index(
            (("endpoint_id", 1), ("created_at", -1), ("_id", -1)),
            "the deliveries of an endpoint, newest first",
        ),
        Index(
            (("endpoint_id", 1), ("status", 1), ("created_at", -1), ("_id", -1)),
            "the deliveries of an endpoint in one state, newest first",
        ),
        Index(
            (("endpoint_id", 1), ("status", 1), ("finished_at", -1)),
            "whether an endpoint took anything since a moment",
        ),
        Index((("finished_at", 1),), "end of retention", expire_seconds=RETENTION_SECONDS),
    ),
)


async def last_position(mongo: Mongo) -> int:
    """Give the position of the newest event in the feed; 0 while it is empty."""
    counter = await mongo.get(COUNTERS, COUNTER)
    return counter.value if counter else 0


async def oldest_position(mongo: Mongo) -> int | None:
    """Give the position of the oldest event that the feed still has, or None."""
    rows = await mongo.find(FEED, {}, sort=(("position", 1),), limit=1)
    return rows[0].position if rows else None


async def rows_after(mongo: Mongo, position: int, limit: int) -> list[FeedRow]:
    """Give the events right after a position, in order."""
    return await mongo.find(
        FEED, {"position": {"$gt": position}}, sort=(("position", 1),), limit=limit
    )


async def due_deliveries(tx: Tx, now: datetime, busy: Names[str], limit: int) -> list[Delivery]:
    """Give deliveries whose time has come, the most overdue first, of endpoints not busy."""
    query: dict[str, object] = {"status": "pending", "next_attempt_at": {"$lt": now + MILLISECOND}}
    if busy:
        query["endpoint_id"] = {"$nin": sorted(busy)}
    sort = (("status", 1), ("next_attempt_at", 1), ("position", 1))
    return await tx.find(DELIVERIES, query, sort=sort, limit=limit)


async def took_something_since(tx: Tx, endpoint_id: str, since: datetime) -> bool:
    """Tell whether the endpoint answered 2xx to anything since a moment."""
    query = {"endpoint_id": endpoint_id, "status": "delivered", "finished_at": {"$gte": since}}
    return bool(await tx.find(DELIVERIES, query, limit=1))


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing by ``created_at`` and ``_id``, newest first: equalities, sort and where it is."""

    query: dict[str, object]
    keys: Sequence[tuple[str, int]]
    cursor: str | None


async def newest_first(
    mongo: Mongo, collection: Collection[StateT], listing: Listing, limit: int
) -> list[StateT]:
    """Give the next rows of a listing.

    Two questions, because an $or over both makes the embedded database read everything.
    """
    if not listing.cursor:
        return await mongo.find(collection, listing.query, sort=listing.keys, limit=limit)
    at, id_ = decode_cursor(listing.cursor, datetime, str)
    same = listing.query | {"created_at": at, "_id": {"$lt": id_}}
    rows = await mongo.find(collection, same, sort=listing.keys, limit=limit)
    if len(rows) < limit:
        older = listing.query | {"created_at": {"$lt": at}}
        missing = limit - len(rows)
        rows += await mongo.find(collection, older, sort=listing.keys, limit=missing)
    return rows


async def list_deliveries(
    mongo: Mongo,
    endpoint_id: str,
    status: DeliveryStatus | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[Delivery], str | None]:
    """Give one page of an endpoint's deliveries, newest first, and the next page's cursor."""
    query: dict[str, object] = {"endpoint_id": endpoint_id}
    keys = [("endpoint_id", 1), ("created_at", -1), ("_id", -1)]
    if status is not None:
        query["status"] = status.value
        keys.insert(1, ("status", 1))
    rows = await newest_first(mongo, DELIVERIES, Listing(query, keys, cursor), limit + 1)
    return cut(rows, limit, lambda row: (row.created_at, row.id))
