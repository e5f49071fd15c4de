"""The database client and its transactions; the only file that knows motor.

Promises that ``transact`` saves everything of a unit of work or nothing, however often the database
asks for another try, and that every wait for the database ends.

``MONGO_DRIVER`` chooses pymongo's own async client or motor (ADR 0007). They differ in what must be
awaited; nothing outside of this file asks which one it is.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.bell import Bell
from shared.clock import Clock, SystemClock
from shared.collection import Collection, Document, StateT
from shared.commits import abort, commit
from shared.database_failures import (
    backoff_seconds,
    patience_seconds,
    problem_of,
    translated,
    worth_another_try,
)
from shared.errors import Unavailable
from shared.ids import EventIds
from shared.outbox import Cause, Source
from shared.sessions import Sessions
from shared.telemetry import TRANSACTION_RETRIES, TRANSACTION_SECONDS
from shared.unit_of_work import Tx

SOCKET_TIMEOUT_MS = 10_000
"""No single answer of the database takes longer in health; a dead socket is found by it."""

SELECTION_TIMEOUT_MS = 3_000
"""How long a request waits for a database that is away before it answers 503."""

_SNAPSHOT = ReadConcern("snapshot")
_MAJORITY = WriteConcern("majority", j=True)

ResultT = TypeVar("ResultT")
DriverName = Literal["motor", "pymongo"]

DEFAULT_DRIVER: DriverName = "pymongo" if sys.version_info >= (3, 12) else "motor"
"""What ``auto`` stands for. pymongo's client is the quicker one, but waits by ``asyncio.wait_for``,
which loses cancellations before Python 3.12 (ADR 0007)."""


@dataclass(slots=True)
class Mongo:
    """One service's database; made once in ``main.py`` by ``connect``.

    ``bell`` rings after every commit that left rows in the outbox. It is heard in this process
    only: what others commit is found by looking.
    """

    name: str
    database: AsyncDatabase[Document]
    driver: DriverName
    clock: Clock
    event_ids: EventIds
    bell: Bell = field(default_factory=Bell)
    sessions: Sessions = field(default_factory=Sessions)

    async def transact(
        self, work: Callable[[Tx], Awaitable[ResultT]], cause: Cause | None = None
    ) -> ResultT:
        """Run ``work`` in one transaction and give its result once that is committed.

        ``work`` may run several times: it must have no effect but through ``tx``. The whole is
        tried again on a transient error or when another transaction took an id first; only the
        commit is tried again when its result is unknown.

        Raises:
            Conflict: still refused after 30 s (``state_conflict``, 409).
            Unavailable: the database was away for 5 s (``dependency_unavailable``, 503).

        Source: MongoDB driver specification "Convenient API for Transactions".
        """
        loop = asyncio.get_running_loop()
        started, tries = loop.time(), 0
        while True:
            try:
                with TRANSACTION_SECONDS.time():
                    return await self._try_once(work, cause or Cause(), tries + 1)
            except PyMongoError as error:
                spent = loop.time() - started
                if spent > patience_seconds(error) or not worth_another_try(error, tries):
                    raise problem_of(error) from error
            TRANSACTION_RETRIES.labels("whole").inc()
            await asyncio.sleep(backoff_seconds(tries))
            tries += 1

    async def get(self, collection: Collection[StateT], id_: str) -> StateT | None:
        """Give one state as last committed, or None; for queries, outside of transactions."""
        found = await self.find(collection, {"_id": id_}, limit=1)
        return found[0] if found else None

    async def find(
        self,
        collection: Collection[StateT],
        query: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
    ) -> list[StateT]:
        """Give the matching states as last committed; ``limit`` 0 means all.

        Raises:
            Unavailable: the database can't be reached (503).
        """
        cursor = self.database[collection.name].find(query)
        cursor = cursor.sort(list(sort)) if sort else cursor
        with_timeout = cursor.limit(limit).max_time_ms(SOCKET_TIMEOUT_MS)
        with translated():
            return await collection.read_many([each async for each in with_timeout])

    async def stream(
        self, collection: Collection[StateT], query: Mapping[str, Any]
    ) -> AsyncIterator[StateT]:
        """Give all matching states one by one, in no order; to read a collection as a whole."""
        with translated():
            async for document in self.database[collection.name].find(query):
                yield collection.read(document)

    async def select(
        self, collection: Collection[StateT], query: Mapping[str, Any], *names: str
    ) -> list[Document]:
        """Give only these fields of the matching documents, as they are stored, and ``_id``.

        Without names all fields. In no order.

        Raises:
            Unavailable: the database can't be reached (503).
        """
        cursor = self.database[collection.name].find(query, dict.fromkeys(names, 1) or None)
        with translated():
            return [each async for each in cursor.max_time_ms(SOCKET_TIMEOUT_MS)]

    async def find_row(self, name: str, id_: str) -> Document | None:
        """Give one row of the plumbing as last committed."""
        with translated():
            return await self.database[name].find_one({"_id": id_})

    async def count(self, collection: Collection[StateT], query: Mapping[str, Any]) -> int:
        """Count the matching states as last committed."""
        with translated():
            return await self.database[collection.name].count_documents(query)

    async def ping(self) -> None:
        """Show that the database answers; for ``/readyz``.

        Raises:
            Unavailable: it does not (503).
        """
        try:
            await asyncio.wait_for(self.database.command("ping"), timeout=2)
        except (PyMongoError, TimeoutError) as error:
            raise Unavailable("The database does not answer.") from error

    async def close(self) -> None:
        """Close all connections."""
        closing = self.database.client.close()
        if closing is not None:  # motor closes at once
            await closing

    async def _try_once(
        self, work: Callable[[Tx], Awaitable[ResultT]], cause: Cause, attempt: int
    ) -> ResultT:
        source = Source(self.name, self.clock.now(), self.event_ids, attempt)

        async def begin(reads: bool) -> AsyncClientSession:  # noqa: FBT001 - see Begin
            await self._start(session, _SNAPSHOT if reads else None)
            return session

        tx = Tx(self.database, begin, source, cause)
        try:
            async with self._opened() as session:
                result = await work(tx)
                if await tx.flush():
                    await commit(session)
            if tx.has_events:
                self.bell.ring()
            await tx.let_go()
        finally:
            tx.end()
        return result

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncClientSession]:
        """Open a transaction with snapshot reads and majority writes; abort it unless committed."""
        async with self._opened() as session:
            await self._start(session, _SNAPSHOT)
            yield session

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncClientSession]:
        opening = cast("Any", self.database.client.start_session())
        async with await opening if self.driver == "motor" else opening as session:
            await self.sessions.note(self.database, session, self.clock.now())
            try:
                yield session
            finally:
                if session.in_transaction:
                    await abort(session)

    async def _start(self, session: AsyncClientSession, reads: ReadConcern | None) -> None:
        starting = session.start_transaction(read_concern=reads, write_concern=_MAJORITY)
        if self.driver == "pymongo":
            await starting


def connect(
    url: str,
    name: str,
    *,
    driver: DriverName | Literal["auto"] = "auto",
    clock: Clock | None = None,
) -> Mongo:
    """Give the database ``name`` of the server at ``url``; nothing is sent before the first use."""
    chosen = DEFAULT_DRIVER if driver == "auto" else driver
    options: dict[str, Any] = {
        "tz_aware": True,
        "serverSelectionTimeoutMS": SELECTION_TIMEOUT_MS,
        "connectTimeoutMS": SELECTION_TIMEOUT_MS,
        "socketTimeoutMS": SOCKET_TIMEOUT_MS,
        "waitQueueTimeoutMS": SOCKET_TIMEOUT_MS,
        "appname": name,
    }
    client = (AsyncIOMotorClient if chosen == "motor" else AsyncMongoClient)(url, **options)
    # motor mirrors pymongo's async API without its types; both are used as the latter.
    database = cast("AsyncDatabase[Document]", client[name])
    clock = clock or SystemClock()
    return Mongo(name, database, chosen, clock, EventIds(clock))
