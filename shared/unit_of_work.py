"""The unit of work ``tx``: what a command or a batch of records changes in one transaction.

Each document is read once, handed out as an immutable state, taken back by id, and written at the
end with one bulk write per collection. Promises that a state and its events go together: ``save``
is the only way to change an aggregate, and it gives each event the aggregate's next version.

A write that meets another's is refused by the database (snapshot isolation) and the whole unit runs
again, so nothing here may have an effect outside of ``tx``.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase

from shared.collection import AggregateT, Collection, Document, StateT
from shared.contracts.event import Event
from shared.flush import Writes
from shared.garbage import GARBAGE
from shared.held import MISSING, Held, change_of, is_new, let_go
from shared.outbox import OUTBOX, Cause, Source, outbox_row
from shared.traffic import TRAFFIC, Gap, fetched, step_aside

Begin = Callable[[bool], Awaitable[AsyncClientSession]]
"""Begins the transaction, told whether a read comes first: then it needs a snapshot."""


class Tx:
    """One transaction's reads and writes; made by ``Mongo.transact`` and useless after it.

    ``now`` is the one time of everything in it. ``attempt`` counts its tries from 1. ``cause`` says
    what brought it about and goes into the envelope of each event; the consumer sets it anew for
    every record of a batch.
    """

    def __init__(
        self,
        database: AsyncDatabase[Document],
        begin: "Begin",
        source: Source,
        cause: Cause,
    ) -> None:
        """Begin with nothing read and nothing staged."""
        self.now = source.now
        self.attempt = source.attempt
        self.cause = cause
        self._database = database
        self._begin = begin
        self._begun: AsyncClientSession | None = None
        self._source = source
        self._held: dict[str, dict[str, Held]] = defaultdict(dict)
        self._rows: dict[str, list[Document]] = defaultdict(list)
        self._gap: Gap | None = None

    @property
    def has_events(self) -> bool:
        """Whether this unit has put rows into the outbox."""
        return bool(self._rows[OUTBOX])

    async def prefetch(self, collection: Collection[StateT], ids: Iterable[str]) -> None:
        """Read many documents at once, so that ``get`` finds them; absent ones are remembered."""
        held = self._held[collection.name]
        wanted = [each for each in dict.fromkeys(ids) if each not in held]
        if not wanted:
            return
        id_ = {"$in": wanted} if len(wanted) > 1 else wanted[0]
        cursor = await self._cursor(collection.name, {"_id": id_})
        found = {document["_id"]: document async for document in cursor}
        held |= {each: Held(found.get(each, MISSING)) for each in wanted}

    async def get(self, collection: Collection[StateT], id_: str) -> StateT | None:
        """Give the state with this id as this unit sees it (own changes included), or None."""
        if id_ not in self._held[collection.name]:
            await self.prefetch(collection, (id_,))
        document = self._held[collection.name][id_].current
        return collection.read(document) if document else None

    async def find(
        self,
        collection: Collection[StateT],
        query: Mapping[str, Any],
        *,
        sort: tuple[tuple[str, int], ...] = (),
        limit: int = 0,
    ) -> list[StateT]:
        """Give the states that match in the database; own unwritten changes are not matched.

        A state that this unit has changed is given as changed.
        """
        cursor = await self._cursor(collection.name, query)
        cursor = cursor.sort(list(sort)) if sort else cursor
        documents = await fetched(cursor.limit(limit), self._gap)
        held = self._held[collection.name]
        for document in documents:
            held.setdefault(document["_id"], Held(document))
        current = (held[document["_id"]].current for document in documents)
        return await collection.read_many(
            (document for document in current if document), self.breathe
        )

    def save(
        self, collection: Collection[AggregateT], state: AggregateT, *events: Event
    ) -> AggregateT:
        """Keep an aggregate's new state together with the events that say what changed.

        Returns the state with its new version. The aggregate must have been read in this unit, or
        be new. A command that changes nothing has no event: then nothing is written.
        """
        held = self._hold(collection.name, state.id)
        if not events:
            return state
        before, rows = held.current, list[Document]()
        version, last = before.get("version", 0), before.get("event_id")
        for event in events:
            version += 1
            last = self._source.event_ids.next(last)
            rows.append(outbox_row(event, self._source.name, (last, version, self.now), self.cause))
        self._rows[OUTBOX] += rows
        saved: AggregateT = replace(state, version=version)  # type: ignore[type-var]
        held.staged = collection.document(saved) | {"event_id": last}
        held.deleted = False
        if collection.trail is not None:
            self._rows[collection.trail.name] += collection.trail.rows(before, held.staged, rows)
        return saved

    def tell(self, event: Event, version: int, after: str | None = None) -> str:
        """Add an event of an aggregate whose state follows from one that this unit saves.

        ``version`` is its sequence; its id, which is returned, sorts behind the event ``after``.
        """
        id_ = self.event_id(after)
        row = outbox_row(event, self._source.name, (id_, version, self.now), self.cause)
        self._rows[OUTBOX].append(row)
        return id_

    def event_id(self, after: str | None = None) -> str:
        """Give an id that sorts behind ``after`` and all that this process gave before."""
        return self._source.event_ids.next(after)

    def put(self, collection: Collection[StateT], state: StateT) -> None:
        """Keep a state that is no aggregate of this service: a copy, a delivery, a note to self."""
        held = self._hold(collection.name, state.id)
        held.staged, held.deleted = collection.document(state), False

    async def put_newer(self, collection: Collection[AggregateT], copy: AggregateT) -> bool:
        """Keep a copy of another service's aggregate unless a newer or equal one is kept already.

        ``copy.version`` is the message's ``sequence``. Returns whether it was kept: a late or
        repeated event changes nothing.
        """
        await self.get(collection, copy.id)
        if self._held[collection.name][copy.id].current.get("version", 0) >= copy.version:
            return False
        self.put(collection, copy)
        return True

    def delete(self, collection: Collection[StateT], id_: str) -> None:
        """Remove a state that is no aggregate of this service."""
        held = self._hold(collection.name, id_)
        held.staged, held.deleted = None, True

    def insert_row(self, name: str, row: Document) -> None:
        """Insert a row of the plumbing (inbox, idempotency keys); its ``_id`` must be new."""
        self._rows[name].append(row)

    def insert_encoded(self, name: str, document: bytes) -> None:
        """Insert a document that is BSON already; its ``_id`` must be new."""
        self._rows[name].append(cast("Document", RawBSONDocument(document)))

    def give_way(self) -> None:
        """Read and write in small messages from here on, and let requests go before each.

        For units of hundreds of documents; see ``traffic.py``.
        """
        step_aside()
        if self._gap is None:
            GARBAGE.begin()
        self._gap = TRAFFIC.gaps()

    async def breathe(self) -> None:
        """Let others have their turn, between some milliseconds of work and the next.

        Where this unit gives way it waits for a gap too: a request has several turns, and would
        wait before each.
        """
        if self._gap is None:
            await asyncio.sleep(0)
        else:
            await self._gap()

    async def find_rows(self, name: str, ids: list[str]) -> list[Document]:
        """Give those rows of the plumbing that have one of these ids."""
        return [row async for row in await self._cursor(name, {"_id": {"$in": ids}})]

    async def flush(self) -> bool:
        """Write everything and tell whether there was anything; ``transact`` calls it once.

        Raises:
            DuplicateKeyError, BulkWriteError, ClientBulkWriteException: another transaction
                inserted the same id first.
        """
        writes = Writes(self._database)
        for name, rows in self._rows.items():
            writes.insert_rows(name, rows)
        for name, held in self._held.items():
            writes.insert(name, [each.staged for each in held.values() if is_new(each)])
            changes = (change_of(id_, each) for id_, each in held.items())
            writes.change(name, [change for change in changes if change])
        if writes.size:
            await writes.send(await self._session(reads=False), self._gap)
        return writes.size > 0

    async def let_go(self) -> None:
        """Forget what was read and written, once it is committed; useless after it."""
        if self._gap is not None:
            await let_go(self._held.values(), self._rows.values())

    def end(self) -> None:
        """Say that nothing more comes, however it went; ``transact`` calls it once."""
        if self._gap is not None:
            GARBAGE.end()

    async def _cursor(self, name: str, query: Mapping[str, Any]) -> AsyncCursor[Document]:
        return self._database[name].find(query, session=await self._session(reads=True))

    async def _session(self, *, reads: bool) -> AsyncClientSession:
        """Begin with the first thing that is asked of the database; where it gives way, wait."""
        if reads and self._gap is not None:
            await self._gap()
        if self._begun is None:
            self._begun = await self._begin(reads)
        return self._begun

    def _hold(self, name: str, id_: str) -> Held:
        return self._held[name].setdefault(id_, Held(None))
