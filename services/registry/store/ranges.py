"""What every listing is made of: ranges of an index, read one after the other.

Promises: each listing is served by the index that names it, in an order that ends in `_id`; pages
go on behind their cursor whatever was added or removed meanwhile.

Queries are equalities and at most one range, `$gt`, `$gte` or `$lt`, on the field that follows them
in the index: SecantusDB scans for anything else, and its `$lte` loses equal keys in a compound
index.
"""

from dataclasses import dataclass
from typing import Any, Final

from shared.collection import Collection, StateT
from shared.mongo import Mongo

LAST_CHARACTER: Final = "\U0010ffff"
"""Sorts behind every other character, so that a prefix and it bound a range of names."""

BY_ID: Final = (("_id", 1),)

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Range:
    """One read of a listing: a query that an index serves without `$or`, and its order."""

    query: Query
    order: tuple[tuple[str, int], ...]


def behind(after: str | None) -> Query:
    """Give the range of ids behind this one; all of them for None."""
    return {} if after is None else {"_id": {"$gt": after}}


async def read_page(
    mongo: Mongo, collection: Collection[StateT], ranges: tuple[Range, ...], limit: int
) -> list[StateT]:
    """Read ranges until there is enough: what ties with the cursor first, then what is behind."""
    rows: list[StateT] = []
    for each in ranges:
        if len(rows) < limit:
            missing = limit - len(rows)
            rows += await mongo.find(collection, each.query, sort=each.order, limit=missing)
    return rows
