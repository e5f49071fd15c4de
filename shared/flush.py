"""The writes of one unit of work, and the quickest way to send them.

A command writes three documents to three collections: they go in one message (MongoDB 8's
``bulkWrite`` over several collections). A consumer's batch writes hundreds: there one message per
collection is three times quicker on the embedded database.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from shared.collection import Document
from shared.traffic import Gap

RowT = TypeVar("RowT")

SMALL_WRITES = 8
"""Up to here one message for all (measured: 1.2 ms a command instead of 1.6)."""

PART = 10
"""Documents in one message of a unit that gives way. `secantusd-py` lets no other write in during
a message: 300 ms for 500 documents with eight indexes, 6 ms for ten (measured)."""

ROWS_PART = 40
"""The same for rows of the plumbing, which have no index or one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one document; ``document`` None deletes it."""

    id: str
    document: Document | None
    upsert: bool = False

    def model(self, namespace: str | None = None) -> ReplaceOne[Document] | DeleteOne:
        """Give the driver's form; ``namespace`` where one message holds several collections."""
        if self.document is None:
            return DeleteOne({"_id": self.id}, namespace=namespace)
        found = {"_id": self.id}
        return ReplaceOne(found, self.document, upsert=self.upsert, namespace=namespace)


@dataclass(slots=True)
class Writes:
    """Collected inserts and changes by collection."""

    database: AsyncDatabase[Document]
    size: int = 0
    _rows: dict[str, list[Document]] = field(default_factory=lambda: defaultdict(list))
    _inserts: dict[str, list[Document]] = field(default_factory=lambda: defaultdict(list))
    _changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))

    def insert_rows(self, name: str, rows: Iterable[Document]) -> None:
        """Add rows of the plumbing, whose ids must be new."""
        new = list(rows)
        self._rows[name] += new
        self.size += len(new)

    def insert(self, name: str, documents: Iterable[Document | None]) -> None:
        """Add documents whose ids must be new."""
        new = [document for document in documents if document]
        self._inserts[name] += new
        self.size += len(new)

    def change(self, name: str, changes: Iterable[Change]) -> None:
        """Add changes of documents by id."""
        some = list(changes)
        self._changes[name] += some
        self.size += len(some)

    async def send(self, session: AsyncClientSession, gap: Gap | None = None) -> None:
        """Write all of it in this transaction; with a ``gap`` in parts, and waiting before each.

        Then it waits once more, for what follows is the longest message of all: the commit.

        Raises:
            PyMongoError: nothing of it stays; see ``database_failures.py`` for what it means.
        """
        if self.size <= SMALL_WRITES:
            await self.database.client.bulk_write(self._models(), session=session)
        else:
            await self._in_parts(session, gap)
        if gap is not None:
            await gap()

    async def _in_parts(self, session: AsyncClientSession, gap: Gap | None) -> None:
        for name, rows in self._rows.items():
            async for part in _cut(rows, gap, ROWS_PART):
                await self.database[name].insert_many(part, session=session)
        for name, documents in self._inserts.items():
            async for part in _cut(documents, gap):
                await self.database[name].insert_many(part, session=session)
        for name, changes in self._changes.items():
            async for some in _cut(changes, gap):
                models = [each.model() for each in some]
                await self.database[name].bulk_write(models, ordered=False, session=session)

    def _models(self) -> list[Any]:
        space = self.database.name
        inserts = [
            InsertOne(document, namespace=f"{space}.{name}")
            for some in (self._rows, self._inserts)
            for name, documents in some.items()
            for document in documents
        ]
        changes = [
            each.model(f"{space}.{name}") for name, all_ in self._changes.items() for each in all_
        ]
        return [*inserts, *changes]


async def _cut(rows: list[RowT], gap: Gap | None, most: int = PART) -> AsyncIterator[list[RowT]]:
    if gap is None:
        if rows:
            yield rows
        return
    for start in range(0, len(rows), most):
        await gap()
        yield rows[start : start + most]
