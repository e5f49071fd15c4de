"""By which keys a record is found when somebody enters what may be the same city.

Kept beside the cities, not in them: keys follow from facts and from rules of ours, and new rules
change no city and are nobody's news. Written in the transaction that writes the facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.registry.store.ranges import Query
from shared.collection import Collection, Index
from shared.ids import CityId


@dataclass(frozen=True, slots=True)
class NameKeys:
    """The keys of a city's record, and the number of the rules that they were made by."""

    id: CityId
    keys: tuple[str, ...]
    rules: int


NAME_KEYS = Collection(
    "city_name_keys",
    NameKeys,
    (Index((("keys", 1), ("_id", 1)), "records that may be the same city"),),
)


def sharing_query(keys: Iterable[str]) -> Query:
    """Give the query for the records that have one of these keys."""
    return {"keys": {"$in": sorted(keys)}}
