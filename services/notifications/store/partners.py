"""Subscribers, their keys and their endpoints."""

from services.notifications.domain.endpoints import Endpoint
from services.notifications.domain.subscribers import ApiKey, Subscriber
from shared.collection import Collection, Index
from shared.mongo import Mongo
from shared.paging import cut, decode_cursor

SUBSCRIBERS = Collection("subscribers", Subscriber)
API_KEYS = Collection(
    "api_keys",
    ApiKey,
    (Index((("subscriber_id", 1), ("_id", 1)), "the keys of a subscriber, oldest first"),),
)
ENDPOINTS = Collection(
    "endpoints",
    Endpoint,
    (Index((("subscriber_id", 1), ("_id", 1)), "the endpoints of a subscriber, oldest first"),),
)


async def list_subscribers(
    mongo: Mongo, limit: int, cursor: str | None
) -> tuple[list[Subscriber], str | None]:
    """Give one page of subscribers, oldest first, and the next page's cursor."""
    query = {"_id": {"$gt": decode_cursor(cursor, str)[0]}} if cursor else {}
    rows = await mongo.find(SUBSCRIBERS, query, sort=(("_id", 1),), limit=limit + 1)
    return cut(rows, limit, lambda row: (row.id,))


async def list_keys(
    mongo: Mongo, subscriber_id: str, limit: int, cursor: str | None
) -> tuple[list[ApiKey], str | None]:
    """Give one page of a subscriber's keys, oldest first, and the next page's cursor."""
    query: dict[str, object] = {"subscriber_id": subscriber_id}
    if cursor:
        query["_id"] = {"$gt": decode_cursor(cursor, str)[0]}
    sort = (("subscriber_id", 1), ("_id", 1))
    rows = await mongo.find(API_KEYS, query, sort=sort, limit=limit + 1)
    return cut(rows, limit, lambda row: (row.id,))


async def list_endpoints(
    mongo: Mongo, subscriber_id: str | None, limit: int, cursor: str | None
) -> tuple[list[Endpoint], str | None]:
    """Give one page of endpoints, of one subscriber or of all, oldest first; none deleted.

    Deleted ones are read and left out: they are few, and asking for what is not so uses no index.
    """
    query: dict[str, object] = {"subscriber_id": subscriber_id} if subscriber_id else {}
    sort = (("subscriber_id", 1), ("_id", 1)) if subscriber_id else (("_id", 1),)
    after, rows = decode_cursor(cursor, str)[0] if cursor else None, list[Endpoint]()
    while True:
        behind = {"_id": {"$gt": after}} if after is not None else {}
        page = await mongo.find(ENDPOINTS, query | behind, sort=sort, limit=limit + 1)
        rows += [each for each in page if each.disabled_reason != "deleted"]
        if len(page) <= limit or len(rows) > limit:
            return cut(rows[: limit + 1], limit, lambda row: (row.id,))
        after = page[-1].id
