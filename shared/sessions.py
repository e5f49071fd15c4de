"""The database sessions of a service's processes, written down so that a successor can end them.

A process that is killed leaves its transactions open in the database. What they touched (rows of
the outbox and inbox, copies) refuses everybody else until the database gives them up, after 60 s.
So every process writes its sessions down, and whoever takes over ends them. Promises that ending
one that is still in use only costs its transaction another try.

Source: MongoDB manual, ``killSessions`` and ``transactionLifetimeLimitSeconds``.
"""

import socket
import time
from dataclasses import dataclass, field
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from shared.collection import Document

SESSIONS = "sessions"

SESSIONS_TTL_SECONDS = 24 * 3600
"""What a process wrote down is forgotten then; one that still lives has written it again."""

_NOTE_AGAIN_SECONDS = SESSIONS_TTL_SECONDS / 4


@dataclass(slots=True)
class Sessions:
    """The sessions that this process has written down in its database."""

    host: str = field(default_factory=socket.gethostname)
    _noted: dict[bytes, float] = field(default_factory=dict)

    async def note(
        self, database: AsyncDatabase[Document], session: AsyncClientSession, now: object
    ) -> None:
        """Write the session down unless it is; sessions are pooled, so this is rare.

        Raises:
            PyMongoError: the database is away or refuses.
        """
        id_ = session.session_id["id"]
        if time.monotonic() - self._noted.get(id_, float("-inf")) < _NOTE_AGAIN_SECONDS:
            return
        row = {"$set": {"host": self.host, "at": now}}
        await database[SESSIONS].update_one({"_id": id_}, row, upsert=True)
        self._noted[id_] = time.monotonic()

    async def end_of_host(self, database: AsyncDatabase[Document]) -> None:
        """End what an earlier process on this host left open; at the start of a process."""
        await self._end(database, {"host": self.host})

    async def end_others(self, database: AsyncDatabase[Document]) -> None:
        """End what any other process of this service left open, wherever it ran."""
        await self._end(database, {})

    async def _end(self, database: AsyncDatabase[Document], query: dict[str, Any]) -> None:
        found = [row["_id"] async for row in database[SESSIONS].find(query, {"_id": 1})]
        if others := [{"id": each} for each in found if each not in self._noted]:
            await database.command("killSessions", others)
