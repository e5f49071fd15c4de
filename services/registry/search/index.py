"""The index itself: cities in tantivy's memory, changed by one thread at a time, read by many.

Promises: a reader sees all of a change or nothing of it; whatever goes wrong inside tantivy becomes
`IndexBrokenError`, after which the index is to be built anew.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import Final

import tantivy

from services.registry.search.documents import Document
from services.registry.search.schema import schema, tantivy_document
from services.registry.search.view import View, guarded

_WRITER_BYTES: Final = 50_000_000
"""Half a million names wait in it before it writes a segment; tantivy's least is 15 MB."""


class CityIndex:
    """All cities that can be found.

    A city keeps its slot, a number, for as long as the index lives: what was found by number stays
    found however often the city changes meanwhile.
    """

    def __init__(self) -> None:
        """Begin empty; raises IndexBrokenError."""
        self._writing = threading.Lock()
        with guarded():
            self._index = tantivy.Index(schema())
            self._writer = self._index.writer(_WRITER_BYTES, 1)
        self._shown: dict[str, Document] = {}
        self._digests: dict[str, bytes] = {}
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []

    def __len__(self) -> int:
        """Count the cities."""
        return len(self._shown)

    @property
    def digests(self) -> Mapping[str, bytes]:
        """What is held of each city, in 16 bytes."""
        return self._digests

    def fill(self, cities: Iterable[Document]) -> None:
        """Put these cities in, to be seen with the next `change`.

        Building commits once: an index of many small segments, each with names of its own, takes
        several times as long to look for typos.

        Raises:
            IndexBrokenError: build it anew.
        """
        with self._writing, guarded():
            for city in cities:
                self._put(city)

    def change(self, cities: Iterable[Document], gone: Iterable[str] = ()) -> None:
        """Put these cities in, new or in place of what they were; take out those that are gone.

        Raises:
            IndexBrokenError: build it anew.
        """
        left = list(gone)
        with self._writing, guarded():
            for city in cities:
                self._put(city)
            for id_ in left:
                self._writer.delete_documents_by_term("id", id_)
            self._writer.commit()
            self._index.reload()
            for id_ in left:
                self._shown.pop(id_, None)
                self._digests.pop(id_, None)

    def view(self) -> View:
        """Give the cities as they are now, for one search."""
        with guarded():
            return View(self._index.searcher(), self._shown, self._ids)

    def _put(self, city: Document) -> None:
        if city.id in self._digests:
            self._writer.delete_documents_by_term("id", city.id)
        slot = self._slots.setdefault(city.id, len(self._ids))
        if slot == len(self._ids):
            self._ids.append(city.id)
        self._writer.add_document(tantivy_document(city, slot))
        self._shown[city.id] = city.shown()
        self._digests[city.id] = city.digest()
