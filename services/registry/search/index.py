"""The index itself: documents in tantivy's memory, changed by one thread at a time, read by many.

Promises: a reader sees all of a change or nothing of it; whatever goes wrong inside tantivy becomes
`IndexBrokenError`, after which the index is to be built anew.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import Final, Generic

import tantivy

from services.registry.search.subject import DocumentT, Form
from services.registry.search.view import View, guarded
from services.registry.search.vocabulary import Vocabulary

_WRITER_BYTES: Final = 50_000_000
"""Half a million names wait in it before it writes a segment; tantivy's least is 15 MB."""


class SearchIndex(Generic[DocumentT]):
    """All documents of one subject that can be found.

    One keeps its slot, a number, for as long as the index lives: what was found by number stays
    found however often it changes meanwhile.
    """

    def __init__(self, form: Form[DocumentT]) -> None:
        """Begin empty; raises IndexBrokenError."""
        self._form = form
        self._writing = threading.Lock()
        with guarded():
            self._index = tantivy.Index(form.schema())
            self._writer = self._index.writer(_WRITER_BYTES, 1)
        self._vocabulary = Vocabulary()
        self._shown: dict[str, DocumentT] = {}
        self._digests: dict[str, bytes] = {}
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []

    def __len__(self) -> int:
        """Count the documents."""
        return len(self._shown)

    @property
    def digests(self) -> Mapping[str, bytes]:
        """What is held of each document, in 16 bytes."""
        return self._digests

    def fill(self, documents: Iterable[DocumentT]) -> None:
        """Put these documents in, to be seen with the next `change`.

        Building commits once: an index of many small segments, each with names of its own, takes
        several times as long to look for typos.

        Raises:
            IndexBrokenError: build it anew.
        """
        with self._writing, guarded():
            for each in documents:
                self._put(each)

    def change(self, documents: Iterable[DocumentT], gone: Iterable[str] = ()) -> None:
        """Put these documents in, new or in place of what they were; take out those that are gone.

        Raises:
            IndexBrokenError: build it anew.
        """
        left = list(gone)
        with self._writing, guarded():
            for each in documents:
                self._put(each)
            for id_ in left:
                self._writer.delete_documents_by_term("id", id_)
            self._writer.commit()
            self._index.reload()
            for id_ in left:
                self._shown.pop(id_, None)
                self._digests.pop(id_, None)

    def view(self) -> View[DocumentT]:
        """Give the documents as they are now, for one search."""
        with guarded():
            return View(
                self._index.searcher(), self._form, self._shown, self._ids, self._vocabulary
            )

    def _put(self, document: DocumentT) -> None:
        id_ = document.id
        if id_ in self._digests:
            self._writer.delete_documents_by_term("id", id_)
        slot = self._slots.setdefault(id_, len(self._ids))
        if slot == len(self._ids):
            self._ids.append(id_)
        self._writer.add_document(self._form.made(document, slot))
        for languages, words in self._form.words(document):
            self._vocabulary.learn(languages, words)
        self._shown[id_] = document.shown()
        self._digests[id_] = document.digest()
