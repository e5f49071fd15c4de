"""Steps for what was in the register before it kept a trail, so that counts have it.

Promises: each aggregate without a step gets one, under the id and at the time of its last event;
running it again, or in several processes at once, adds nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from services.registry.domain.manners import CITY, CONTACT, INTEREST, PRACTICE, TOPIC
from services.registry.domain.trail import Manner, Told, steps_of
from services.registry.store import (
    CHANGES,
    CITIES,
    CONTACTS,
    INTERESTS,
    PRACTICES,
    TOPICS,
    TURNSTILES,
    Turnstile,
    documents_of,
)
from shared.collection import Collection, Document
from shared.mongo import Mongo
from shared.unit_of_work import Tx

_DONE: Final = "trail_backfilled"
"""The turnstile that is passed once all is there."""

_AT_ONCE: Final = 500
"""Documents in one transaction: a tenth of a second."""

_EVENT: Final = "before the trail"
"""In place of the type of an event that nobody remembers."""

_TRAILS: Final[tuple[tuple[Collection[Any], Manner], ...]] = (
    (CITIES, CITY),
    (TOPICS, TOPIC),
    (INTERESTS, INTEREST),
    (CONTACTS, CONTACT),
    (PRACTICES, PRACTICE),
)


async def backfill(mongo: Mongo) -> int:
    """Add the steps that are missing, once; give how many there were."""
    if await mongo.get(TURNSTILES, _DONE):
        return 0
    added = 0
    for collection, manner in _TRAILS:
        async for documents in documents_of(mongo, collection, _AT_ONCE):
            added += await mongo.transact(_adding(manner, documents))
    await mongo.transact(_finish)
    return added


def _adding(manner: Manner, documents: Sequence[Document]) -> Callable[[Tx], Awaitable[int]]:
    async def add(tx: Tx) -> int:
        ids = [each["event_id"] for each in documents]
        known = {row["_id"] for row in await tx.find_rows(CHANGES.name, ids)}
        missing = [each for each in documents if each["event_id"] not in known]
        for each in missing:
            at = each["audit"]["changed_at"]
            told = Told(each["event_id"], _EVENT, each["version"], at)
            for step in steps_of(manner, {}, each, [told]):
                tx.insert_row(CHANGES.name, CHANGES.document(step))
        return len(missing)

    return add


async def _finish(tx: Tx) -> None:
    if await tx.get(TURNSTILES, _DONE) is None:
        tx.put(TURNSTILES, Turnstile(_DONE, 1))
