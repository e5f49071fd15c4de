"""The worker that takes the rows of started imports, whichever process they were uploaded to.

Promises that a started import ends, whatever dies when: how far it is stands in the transaction
that takes the rows, so another worker goes on behind the last row that was taken. While the
database writes a batch, the next one is read and worked out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from services.registry.domain.imports import AnyRow, Import
from services.registry.reference import shipped_gazetteer
from services.registry.store.imports import import_of, list_imports
from services.registry.transfer.preparing import batches_of
from services.registry.transfer.splitting import ContentUnreadableError
from services.registry.usecases.transfers import Batch, begin_work, end_import, take_batch
from shared.auth.principal import Principal, Role
from shared.database_failures import translated
from shared.errors import Conflict, Unavailable
from shared.lease import Lease
from shared.mongo import Mongo

PAUSE_SECONDS: Final = 0.5
"""Between two looks for started imports; their officer does not notice it."""

LEASE_SECONDS: Final = 10.0
"""After so long the import of a dead worker goes on."""

_AT_ONCE: Final = 20
"""Imports looked at; they are taken one by one."""

_LOG = structlog.get_logger("imports")


@dataclass(frozen=True, slots=True)
class ImportWorker:
    """Takes the rows of started imports; `holder` names this process among all that do."""

    mongo: Mongo
    holder: str

    async def run(self) -> None:
        """Take imports one after the other until cancelled."""
        await asyncio.to_thread(shipped_gazetteer)  # so that the first rows need not wait for it
        while True:
            try:
                for job in await list_imports(self.mongo, "running", None, _AT_ONCE):
                    await self.take(job)
            except (Unavailable, Conflict, TimeoutError) as error:  # the import goes on later
                _LOG.warning("import_delayed", error=type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    async def take(self, job: Import) -> None:
        """Take the rows of an import to its end unless another worker does.

        Raises:
            Unavailable, Conflict, TimeoutError: the database; what was taken is taken.
        """
        lease = Lease(self.mongo, f"import:{job.id}", self.holder, LEASE_SECONDS)
        with translated():
            if not await lease.hold():
                return
        renewing = asyncio.create_task(_renewed(lease))
        working = asyncio.create_task(self._through(job))
        try:
            await asyncio.wait({renewing, working}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (renewing, working):
                task.cancel()
            await asyncio.wait({renewing, working})
        if not working.cancelled():
            working.result()
            with translated():
                await lease.release()

    async def _through(self, job: Import) -> None:
        # another worker may have been at it meanwhile
        now = await self.mongo.transact(lambda tx: begin_work(tx, job.id))
        if now is None or now.started_by is None:
            return
        who = Principal(now.started_by, "user", frozenset({Role.OFFICER}))
        failure = None
        try:
            now = await self._rows_taken(now, who)
        except ContentUnreadableError as error:
            failure = str(error)
            now = await import_of(self.mongo, job.id)
        if now is None:
            return
        last = Batch(now.id, now.tally.read, ())
        ended = await self.mongo.transact(lambda tx: end_import(tx, who, last, failure))
        if ended is not None:
            _LOG.info("import_ended", import_id=ended.id, status=ended.status)

    async def _rows_taken(self, job: Import, who: Principal) -> Import | None:
        """Take all rows behind those that are taken; None when somebody else goes on with it."""
        now: Import | None = job

        def is_news() -> bool:
            tally = (now or job).tally
            return 2 * tally.created >= tally.read

        async with aclosing(batches_of(self.mongo, job, is_news)) as batches:
            waiting = asyncio.create_task(_next(batches))
            try:
                while now is not None and (rows := await waiting):
                    waiting = asyncio.create_task(_next(batches))
                    batch = Batch(job.id, now.tally.read, rows)
                    now = await take_batch(self.mongo, who, batch)
            finally:
                waiting.cancel()
                with suppress(asyncio.CancelledError, ContentUnreadableError):
                    await waiting
        return now


async def _renewed(lease: Lease) -> None:
    """Keep a lease until it is lost."""
    while True:
        await asyncio.sleep(lease.seconds / 3)
        with translated():
            if not await lease.hold():
                return


async def _next(batches: AsyncIterator[list[AnyRow]]) -> list[AnyRow]:
    return await anext(batches, [])
