"""The erasures whose tombstone is to be said once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.registry.store.ranges import Query
from shared.collection import Collection, Index
from shared.ids import ContactId
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Erasure:
    """A contact who was erased, and when the tombstone is due again; gone once that was said."""

    id: ContactId
    due_at: datetime


ERASURES = Collection(
    "erasures", Erasure, (Index((("due_at", 1), ("_id", 1)), "tombstones that are due again"),)
)


async def due_erasures(tx: Tx, now: datetime, limit: int) -> list[Erasure]:
    """Give the erasures that are due, longest due first."""
    order = (("due_at", 1), ("_id", 1))
    return await tx.find(ERASURES, due_query(now), sort=order, limit=limit)


def due_query(now: datetime) -> Query:
    """Give the query behind `due_erasures`."""
    return {"due_at": {"$lt": now + timedelta(milliseconds=1)}}
