"""Migrations: collections and indexes, made before a service starts and never in a transaction.

Promises to be safe to run again, and by several replicas at once. Each service names its own
collections; the plumbing of the delivery chain is added here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import stamina
from pymongo import IndexModel
from pymongo.errors import ConnectionFailure, PyMongoError

from shared.collection import Collection, Index
from shared.inbox import INBOX, INBOX_TTL_SECONDS
from shared.lease import LEASES
from shared.mongo import Mongo
from shared.outbox import OUTBOX
from shared.sessions import SESSIONS, SESSIONS_TTL_SECONDS

WAIT_SECONDS = 60.0
"""For the database at the start: both may come up together, in any order."""

IDEMPOTENCY_KEYS = "idempotency_keys"

IDEMPOTENCY_TTL_SECONDS = 48 * 3600
"""Long enough for a frontend that was offline overnight to send its request again."""


@stamina.retry(on=ConnectionFailure, attempts=None, timeout=WAIT_SECONDS)
async def migrate(mongo: Mongo, collections: Iterable[Collection[Any]]) -> None:
    """Make what is missing of the service's collections and of the plumbing.

    Ends what a process of this service that was killed on this host has left open.

    Waits for a database that is still starting; after a minute the process gives up and is
    started again by whoever supervises it.

    Raises:
        PyMongoError: the database is away or refuses.
    """
    for collection in collections:
        await _ensure(mongo, collection.name, collection.indexes)
    await _ensure(mongo, OUTBOX)
    await _ensure(mongo, LEASES)
    await _ensure(mongo, INBOX, [_expiry(INBOX_TTL_SECONDS)])
    await _ensure(mongo, IDEMPOTENCY_KEYS, [_expiry(IDEMPOTENCY_TTL_SECONDS)])
    await _ensure(mongo, SESSIONS, [_expiry(SESSIONS_TTL_SECONDS)])
    await mongo.sessions.end_of_host(mongo.database)


def _expiry(seconds: int) -> Index:
    return Index((("at", 1),), "expiry of old rows", expire_seconds=seconds)


async def _ensure(mongo: Mongo, name: str, indexes: Sequence[Index] = ()) -> None:
    names = await mongo.database.list_collection_names()
    if name not in names:
        try:
            await mongo.database.create_collection(name)
        except PyMongoError:
            if name not in await mongo.database.list_collection_names():
                raise  # not just another replica of this service that was quicker
    if indexes:
        await mongo.database[name].create_indexes([_model(each) for each in indexes])


def _model(index: Index) -> IndexModel:
    options: dict[str, Any] = {"unique": index.unique}
    if index.partial is not None:
        options["partialFilterExpression"] = dict(index.partial)
    if index.expire_seconds is not None:
        options["expireAfterSeconds"] = index.expire_seconds
    return IndexModel(list(index.keys), **options)
