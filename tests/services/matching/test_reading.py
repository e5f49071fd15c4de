"""Many states by their ids: in chunks, each asked for once."""

from collections.abc import Mapping
from typing import Any

from services.matching.store import CITY_COPIES, by_ids
from services.matching.store.reading import IDS_PER_READ
from shared.collection import Collection, StateT


class Asked:
    """A database that has nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.ids_and_limits: list[tuple[int, int]] = []

    async def find(
        self, _collection: Collection[StateT], query: Mapping[str, Any], /, *, limit: int = 0
    ) -> list[StateT]:
        self.ids_and_limits.append((len(query["_id"]["$in"]), limit))
        return []


async def test_chunk_is_asked_for_with_its_number_so_that_nothing_is_left_to_ask() -> None:
    database = Asked()
    ids = [f"cty_{number}" for number in range(IDS_PER_READ + 3)]

    found = [each async for each in by_ids(database, CITY_COPIES, [*ids, *ids])]

    assert found == []
    assert database.ids_and_limits == [(IDS_PER_READ, IDS_PER_READ), (3, 3)]
