"""The worker that says the tombstones of erased people once more when that is due.

Promises: it goes on after every outage; several at once do no harm, since each repetition is
noted in the transaction that makes it.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from services.registry.usecases.erasures import REPEATED_AT_ONCE, repeat_erasures
from shared.errors import Conflict, Unavailable
from shared.mongo import Mongo

PAUSE_SECONDS: Final = 30.0
"""Between two looks: little against the half day after which a repetition is due."""

_LOG = structlog.get_logger("erasures")


@dataclass(frozen=True, slots=True)
class ErasureWorker:
    """Says tombstones again."""

    mongo: Mongo
    pause_seconds: float = PAUSE_SECONDS

    async def run(self) -> None:
        """Look for due repetitions until cancelled."""
        while True:
            try:
                while await self.mongo.transact(repeat_erasures) == REPEATED_AT_ONCE:
                    continue
            except (Unavailable, Conflict, TimeoutError) as error:  # they stay due
                _LOG.warning("erasures_delayed", error=type(error).__name__)
            await asyncio.sleep(self.pause_seconds)
