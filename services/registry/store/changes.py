"""Every change of every aggregate, kept for ever: the audit trail, and what counts are made of.

A collection that names one of the trails below keeps its steps in the transaction of each change,
whatever use case makes it. Steps are read by the range of their ids, which are their events' and
sort by time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.registry.domain.trail import (
    Aggregate,
    Manner,
    Step,
    Told,
    bound_of,
    steps_of,
)
from services.registry.store.ranges import BY_ID, Query
from shared.collection import Collection, Document, Index, Trail
from shared.mongo import Mongo

_NAME: Final = "changes"
_MILLISECOND: Final = timedelta(milliseconds=1)

CHANGES = Collection(
    _NAME,
    Step,
    (
        Index((("subject", 1), ("_id", 1)), "all changes of one aggregate"),
        Index((("by", 1), ("_id", 1)), "all changes by one person"),
        Index((("aggregate", 1), ("_id", 1)), "all changes of one kind of aggregate"),
        Index((("aggregate", 1), ("counted", 1), ("_id", 1)), "changes that change a count"),
    ),
)


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes: of an aggregate, of a kind of them, by somebody; from `after` on."""

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


async def list_changes(
    mongo: Mongo, which: ChangeFilter, after: str | None, limit: int
) -> list[Step]:
    """Give changes in the order of their events; `after` is the id of the last one seen."""
    query = changes_query(which, after)
    return await mongo.find(CHANGES, query, sort=BY_ID, limit=limit)


def changes_query(which: ChangeFilter, after: str | None) -> Query:
    """Give the query behind `list_changes`; the narrowest filter has the index."""
    named = {"subject": which.subject, "aggregate": which.aggregate, "by": which.by}
    query: Query = {name: value for name, value in named.items() if value is not None}
    if after is not None:
        return query | {"_id": {"$gt": after}}
    return query | {"_id": {"$gte": bound_of(which.after)}} if which.after else query


async def steps_until(mongo: Mongo, aggregate: Aggregate, until: datetime) -> list[Step]:
    """Give the steps that changed a count, `until` included, in the order of their events."""
    return await mongo.find(CHANGES, steps_query(aggregate, until), sort=BY_ID)


def steps_query(aggregate: Aggregate, until: datetime) -> Query:
    """Give the query behind `steps_until`."""
    return {"aggregate": aggregate, "counted": True, "_id": {"$lt": bound_of(until + _MILLISECOND)}}
