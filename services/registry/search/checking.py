"""Comparing the index with the collection, document by document.

Promises: what differs only because it changes right now is looked at a second time and not counted;
a real difference makes the keeper build the index anew.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.registry.search.index import SearchIndex
from services.registry.search.keeper import SearchKeeper
from services.registry.search.subject import MAX_IDS, DocumentT, Subject
from services.registry.search.view import IndexBrokenError
from shared.mongo import Mongo

_PATIENCE_SECONDS: Final = 2.0
"""A change is in the index after a second; twice that is a difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a check found: ids in the index only, in the collection only, with other facts."""

    documents: int
    extra: tuple[str, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether the index says what the collection says."""
        return not (self.extra or self.missing or self.stale)


async def check(mongo: Mongo, keeper: SearchKeeper[DocumentT]) -> Difference:
    """Compare everything, and have the index built anew when something differs.

    Raises:
        SearchRebuilding: there is no index yet (503 `search_rebuilding`).
    """
    index = keeper.index
    wanted = {
        document.id: document.digest()
        async for batch in keeper.subject.stream(mongo)
        for document in batch
    }
    try:
        suspects = await asyncio.to_thread(_suspects, index, wanted)
        if suspects:
            await asyncio.sleep(_PATIENCE_SECONDS)
            wanted = await _read_again(mongo, keeper.subject, suspects)
        difference = await asyncio.to_thread(_compared, keeper.index, wanted, suspects)
    except IndexBrokenError:
        difference = Difference(len(wanted), (), tuple(sorted(wanted)), ())
    if not difference.is_none:
        keeper.rebuild()
    return difference


def _suspects(index: SearchIndex[DocumentT], wanted: dict[str, bytes]) -> set[str]:
    found = index.view().all_ids()
    known = index.digests
    either = found | known.keys() | wanted.keys()
    return {id_ for id_ in either if id_ not in found or known.get(id_) != wanted.get(id_)}


async def _read_again(
    mongo: Mongo, subject: Subject[DocumentT], ids: Iterable[str]
) -> dict[str, bytes]:
    some, wanted = sorted(ids), dict[str, bytes]()
    for start in range(0, len(some), MAX_IDS):
        documents, _gone = await subject.read(mongo, some[start : start + MAX_IDS])
        wanted |= {document.id: document.digest() for document in documents}
    return wanted


def _compared(
    index: SearchIndex[DocumentT], wanted: dict[str, bytes], suspects: set[str]
) -> Difference:
    found, known = index.view().all_ids(), index.digests
    return Difference(
        documents=len(index),
        extra=tuple(sorted(each for each in suspects & found if each not in wanted)),
        missing=tuple(sorted(each for each in suspects - found if each in wanted)),
        stale=tuple(
            sorted(e for e in suspects & found if e in wanted and known.get(e) != wanted[e])
        ),
    )
