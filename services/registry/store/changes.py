"""Every change of every aggregate, kept for ever: the audit trail, and what counts are made of.

A collection that names one of the trails below keeps its steps in the transaction of each change,
whatever use case makes it. Steps are read by the range of their ids, which are their events' and
sort by time.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.registry.domain.trail import (
    Aggregate,
    Facts,
    Manner,
    Step,
    Told,
    bound_of,
    steps_of,
)
from services.registry.store.ranges import BY_ID, Query
from shared.collection import Collection, Document, Index, Trail
from shared.database_failures import translated
from shared.mongo import Mongo

_NAME: Final = "changes"
_MILLISECOND: Final = timedelta(milliseconds=1)
_MOST_MS: Final = 60_000
"""A count of ten years reads some hundred thousand steps; 20,000 take a second on busy cores."""

CHANGES = Collection(
    _NAME,
    Step,
    (
        Index((("subject", 1), ("_id", 1)), "all changes of one aggregate"),
        Index((("by", 1), ("_id", 1)), "all changes by one person"),
        Index(
            (("aggregate", 1), ("counted", 1), ("_id", 1)),
            "changes of one kind of aggregate: those that change a count, and the others",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes: of one aggregate, of a kind of them, or by somebody; from `after` on.

    One of the three, since each has its index, and two at once would scan the collection.
    """

    subject: str | None = None
    aggregate: Aggregate | None = None
    by: str | None = None
    after: datetime | None = None


def trail_of(manner: Manner) -> Trail:
    """Give the trail that a collection names to keep its steps."""

    def rows(before: Document, after: Document, events: Sequence[Document]) -> list[Document]:
        told = [Told(e["_id"], e["type"], e["sequence"], e["time"]) for e in events]
        return [CHANGES.document(step) for step in steps_of(manner, before, after, told)]

    return Trail(_NAME, rows)


async def changes_of(mongo: Mongo, subject: str) -> list[Step]:
    """Give all changes of one aggregate, in the order of their events."""
    return await mongo.find(CHANGES, {"subject": subject}, sort=BY_ID)


async def list_changes(
    mongo: Mongo, which: ChangeFilter, after: str | None, limit: int
) -> list[Step]:
    """Give changes in the order of their events; `after` is the id of the last one seen."""
    steps: list[Step] = []
    for query in changes_queries(which, after):
        steps += await mongo.find(CHANGES, query, sort=BY_ID, limit=limit)
    return sorted(steps, key=lambda step: step.id)[:limit]


def changes_queries(which: ChangeFilter, after: str | None) -> tuple[Query, ...]:
    """Give the queries whose answers together are `list_changes`.

    Those of one kind are two, so that they share the index that counts need: every
    index more slows each import down.
    """
    named = {"subject": which.subject, "aggregate": which.aggregate, "by": which.by}
    query: Query = {name: value for name, value in named.items() if value is not None}
    if after is not None:
        query |= {"_id": {"$gt": after}}
    elif which.after is not None:
        query |= {"_id": {"$gte": bound_of(which.after)}}
    if which.aggregate is None:
        return (query,)
    return query | {"counted": True}, query | {"counted": False}


async def facts_at(mongo: Mongo, aggregate: Aggregate, at: datetime) -> dict[str, Facts]:
    """Give what each aggregate of this kind counted as at a moment, by id.

    Steps are streamed, so that memory grows with the aggregates and not with their history.

    Raises:
        Unavailable: the database can't be reached (503).
    """
    query, wanted = steps_query(aggregate, at), {"subject": 1, "facts": 1}
    rows = mongo.database[CHANGES.name].find(query, wanted).sort(list(BY_ID))
    with translated():
        return {row["subject"]: row["facts"] async for row in rows.max_time_ms(_MOST_MS)}


def steps_query(aggregate: Aggregate, until: datetime) -> Query:
    """Give the query behind `facts_at`; `until` is included."""
    return {"aggregate": aggregate, "counted": True, "_id": {"$lt": bound_of(until + _MILLISECOND)}}


async def documents_of(
    mongo: Mongo, collection: Collection[Any], at_once: int
) -> AsyncIterator[list[Document]]:
    """Give all documents of a collection, some at a time; for maintenance, never for a request.

    Raises:
        Unavailable: the database can't be reached (503).
    """
    some: list[Document] = []
    with translated():
        async for document in mongo.database[collection.name].find({}):
            some.append(document)
            if len(some) == at_once:
                yield some
                some = []
    if some:
        yield some
