"""The index at one moment: reading in order, by score and by value, and counting.

Promises: everything that one view answers is of the same moment; rows come in a total order.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Generic

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import FieldType, Query

from services.registry.search.orders import key_of
from services.registry.search.queries import both
from services.registry.search.subject import DocumentT, Form
from services.registry.search.vocabulary import Vocabulary

_MAX_BUCKETS: Final = 1000
"""More than there are countries or topics."""
_ALL: Final = "all"

Counts = Mapping[str, int]
Values = NDArray[np.float64]


class IndexBrokenError(Exception):
    """The index can't be written or read any more."""


@dataclass(frozen=True, slots=True)
class View(Generic[DocumentT]):
    """One moment of the index; `shown` may be of a moment later."""

    searcher: tantivy.Searcher
    form: Form[DocumentT]
    shown: Mapping[str, DocumentT]
    ids: Sequence[str]
    """Ids by slot."""
    vocabulary: Vocabulary

    def read(self, query: Query, order: str, after: str | None, limit: int) -> list[str]:
        """Give the order's texts of the documents that the query finds, behind the text `after`.

        Raises:
            IndexBrokenError: build it anew. ValueError: `after` is no text of this order.
        """
        if after is None:
            return self._ordered(query, order, limit)
        number, _ = key_of(self.form.orders, order, after)
        schema = self.form.schema()
        field = f"{order.removeprefix('by_')}_key"
        tied = both(query, Query.term_query(schema, field, number))
        rows = [text for text in self._ordered(tied, order, len(self.ids)) if text > after]
        if len(rows) < limit:
            behind = Query.range_query(
                schema, field, FieldType.Unsigned, number, None, include_lower=False
            )
            rows += self._ordered(both(query, behind), order, limit - len(rows))
        return rows[:limit]

    def counted(self, query: Query, fields: Sequence[str]) -> tuple[int, dict[str, Counts]]:
        """Count what the query finds, in all and by the values of these fields, most first."""
        asked: dict[str, object] = {
            name: {"terms": {"field": name, "size": _MAX_BUCKETS}} for name in fields
        }
        asked[_ALL] = {"value_count": {"field": "slot"}}
        with guarded():
            answer = self.searcher.aggregate(query, asked)
        facets: dict[str, Counts] = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]}
            for name in fields
        }
        return int(answer[_ALL]["value"]), facets

    def scored(self, query: Query) -> list[tuple[float, str]]:
        """Give score and id of all that the query finds, in no order."""
        with guarded():
            hits = self.searcher.search(query, max(1, len(self.ids)), count=False).hits
            places = [address for _, address in hits]
            slots = np.array(self.searcher.fast_field_values("slot", places), dtype=np.int64)
        pairs = zip(hits, slots.tolist(), strict=True)
        return [(score, self.ids[slot]) for (score, _), slot in pairs]

    def ids_where(self, field: str, values: Sequence[str]) -> set[str]:
        """Give the ids of the documents that have one of these values in a field of words."""
        query = Query.term_set_query(self.form.schema(), field, list(values))
        return set(self._ordered(query, "id", len(self.ids)))

    def slots(self, query: Query) -> list[int]:
        """Give the slots of what the query finds."""
        slots: list[int] = self.values(query, ("slot",))[0].astype(int).tolist()
        return slots

    def values(self, query: Query, fields: Sequence[str]) -> list[Values]:
        """Give the numbers in these fields of all that the query finds, in one order."""
        with guarded():
            hits = self.searcher.search(query, max(1, len(self.ids)), count=False).hits
            places = [address for _, address in hits]
            return [
                np.array(self.searcher.fast_field_values(field, places), dtype=np.float64)
                for field in fields
            ]

    def all_ids(self) -> set[str]:
        """Give the ids that the index really has, for a check."""
        return set(self._ordered(Query.all_query(), "id", len(self.ids)))

    def _ordered(self, query: Query, order: str, limit: int) -> list[str]:
        with guarded():
            found = self.searcher.search(
                query,
                max(1, limit),
                count=False,
                order_by_field=order,
                order=tantivy.Order.Asc,
            )
            return [text for text, _ in found.hits]


@contextmanager
def guarded() -> Iterator[None]:
    """Translate what tantivy raises, which for a dead writer is a misleading I/O error."""
    try:
        yield
    except (ValueError, OSError, RuntimeError, SystemError, TypeError) as error:
        raise IndexBrokenError(str(error)) from error
