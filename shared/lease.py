"""A lease: which of several processes does a piece of work that only one may do.

Promises that at most one holder believes in its lease at a time as long as the hosts' clocks differ
by less than the lease lasts; what must hold even then is fenced where the work has its effect (the
relay's transactional producer, see ``relay.py``).
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from shared.mongo import Mongo

LEASES = "leases"


@dataclass(frozen=True, slots=True)
class Lease:
    """A named lease, wanted by ``holder``; ``seconds`` is how long silence is forgiven."""

    mongo: Mongo
    name: str
    holder: str
    seconds: float

    async def hold(self) -> bool:
        """Take or renew the lease; give whether it is ours now. Call it every third of its time.

        Raises:
            PyMongoError, TimeoutError: the database does not answer; the lease must be taken as
                lost.
        """
        now = self.mongo.clock.now()
        free = {"$or": [{"holder": self.holder}, {"expires_at": {"$lte": now}}]}
        until = {"holder": self.holder, "expires_at": now + timedelta(seconds=self.seconds)}
        async with asyncio.timeout(self.seconds):
            try:
                await self.mongo.database[LEASES].update_one(
                    {"_id": self.name, **free}, {"$set": until}, upsert=True
                )
            except DuplicateKeyError:  # it exists and is another's
                return False
        return True

    async def release(self) -> None:
        """Let another have it at once; only for a clean stop."""
        async with asyncio.timeout(self.seconds):
            await self.mongo.database[LEASES].delete_one({"_id": self.name, "holder": self.holder})
