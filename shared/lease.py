"""A lease: which of several processes does a piece of work that only one may do.

Promises that at most one holder believes in its lease at a time as long as the hosts' clocks differ
by less than the lease lasts; what must hold even then is fenced where the work has its effect (the
relay's transactional producer, see ``relay.py``).
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from shared.mongo import Mongo

LEASES = "leases"


@dataclass(slots=True)
class Lease:
    """A named lease, wanted by ``holder``; ``seconds`` is how long silence is forgiven."""

    mongo: Mongo
    name: str
    holder: str
    seconds: float
    _taken_at: datetime | None = field(default=None, init=False)
    """When we last took or renewed it; None: not ours."""

    async def keep(self) -> bool:
        """Give whether the lease is ours; for who asks often.

        Asks the database only when another may have it or a third of its time is over.

        Raises:
            PyMongoError, TimeoutError: as ``hold`` does.
        """
        third = timedelta(seconds=self.seconds / 3)
        if self._taken_at is not None and (
            self._taken_at <= self.mongo.clock.now() < self._taken_at + third
        ):
            return True
        return await self.hold()

    async def hold(self) -> bool:
        """Take or renew the lease; give whether it is ours now. Call it every third of its time.

        Raises:
            PyMongoError, TimeoutError: the database does not answer; the lease must be taken as
                lost.
        """
        now = self.mongo.clock.now()
        self._taken_at = None
        free = {"$or": [{"holder": self.holder}, {"expires_at": {"$lte": now}}]}
        until = {"holder": self.holder, "expires_at": now + timedelta(seconds=self.seconds)}
        async with asyncio.timeout(self.seconds):
            try:
                await self.mongo.database[LEASES].update_one(
                    {"_id": self.name, **free}, {"$set": until}, upsert=True
                )
            except DuplicateKeyError:  # it exists and is another's
                return False
        self._taken_at = now
        return True

    async def release(self) -> None:
        """Let another have it at once; only for a clean stop."""
        self._taken_at = None
        async with asyncio.timeout(self.seconds):
            await self.mongo.database[LEASES].delete_one({"_id": self.name, "holder": self.holder})
