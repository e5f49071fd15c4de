"""The relay: takes events from the outbox to Kafka; the only producer of events.

Promises that every event is published at least once and in order per key. One relay per service
works at a time: it holds a lease. Should two believe that they do (a process was frozen, a clock
jumped), Kafka itself fences the older one: both use the same transactional id, and a producer with
an older epoch can't write any more. Without that, a frozen relay that wakes up could publish an old
state after a newer one, and compaction would keep the old one for ever.

A batch is read, published and deleted inside one database transaction. Its snapshot makes deleting
by range safe: rows that others commit meanwhile are not in it, whatever their ids. The rows are
deleted before Kafka commits: the database refuses that when another relay has had them since they
were read, and then the records are never seen.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from shared.collection import Document
from shared.commits import commit
from shared.lease import Lease
from shared.mongo import Mongo
from shared.outbox import OUTBOX
from shared.sending import discard, enqueued
from shared.settings import KafkaSettings, RelaySettings
from shared.telemetry import (
    EVENTS_PUBLISHED,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_PENDING,
    RELAY_BATCH_SECONDS,
    RELAY_LEADER,
)
from shared.traffic import TRAFFIC, Gap, fetched

PUBLISH_TIMEOUT_SECONDS = 20.0
"""For one batch, from begin to commit on Kafka. Below the 60 s that MongoDB lets a transaction
live; a broker that is away for longer costs a new producer, not an event."""

TRANSACTION_TIMEOUT_MS = 15_000
"""After this the broker itself aborts what a dead relay left open; readers wait no longer than that
for the last stable offset. A new relay aborts it at once."""

BUSY_ROWS = 250
"""Rows of a batch while this process is being asked, or was a second ago: to read, delete and
commit a thousand at once keeps every other write of `secantusd-py` waiting, for 50 ms each."""

POLITE_BATCHES = 8
"""Full batches of so many rows in a row; a backlog that is longer comes before requests."""

PATIENCE_SECONDS = 0.1
"""Longest wait of such a batch for gaps, to send and to delete, under a load that leaves none."""

PART = 25
"""Rows in one message that deletes them in such a batch: a thousand in one keep every other write
of `secantusd-py` waiting, for 80 ms where it is busy. In parts they take twice as long in all
(measured: 82 ms instead of 35). On `secantusd-rs` 25 take 0.8 ms, and 50 took 1.5."""

MAX_REST_SECONDS = 0.2
"""Longest rest behind such a batch; it is as long as the batch took, so that broker and database
are there for others half of the time."""

MAX_PAUSE_SECONDS = 2.0
"""Longest pause between tries while the broker or the database is away."""

_LOG = structlog.get_logger("relay")
_FAILURES = (KafkaError, PyMongoError, TimeoutError, OSError)


@dataclass(slots=True)
class Relay:
    """One service's relay; ``run`` works until it is cancelled."""

    mongo: Mongo
    kafka: KafkaSettings
    settings: RelaySettings
    holder: str
    _producer: AIOKafkaProducer | None = field(default=None, init=False)
    _full_batches: int = field(default=0, init=False)
    """In a row: each left rows behind."""

    async def run(self) -> None:
        """Publish for as long as the lease is ours, wait for it otherwise; outlive every outage."""
        lease = Lease(self.mongo, "relay", self.holder, self.settings.lease_seconds)
        was_ours, failures = False, 0
        try:
            while True:
                try:
                    is_ours = await lease.hold()
                    RELAY_LEADER.set(is_ours)
                    if is_ours:
                        if not was_ours:
                            await self.mongo.sessions.end_others(self.mongo.database)
                        await self._publish_while_ours()
                    else:
                        await self._drop_producer()
                        await asyncio.sleep(self.settings.lease_seconds / 3)
                    was_ours, failures = is_ours, 0
                except _FAILURES as error:
                    _LOG.warning("relay_interrupted", error=type(error).__name__)
                    await self._drop_producer()
                    await asyncio.sleep(min(MAX_PAUSE_SECONDS, 0.1 * 2**failures))
                    failures = min(failures + 1, 10)
        finally:
            RELAY_LEADER.set(0)
            await self._drop_producer()
            with contextlib.suppress(*_FAILURES):  # it ends by itself
                await lease.release()

    async def publish_batch(self) -> int:
        """Publish the oldest rows of the outbox and delete them; give their number.

        May publish a row again that another try has published already, never out of order.

        Raises:
            KafkaError, PyMongoError, TimeoutError: nothing is lost; call again.
        """
        started = time.perf_counter()
        outbox = self.mongo.database[OUTBOX]
        async with self.mongo.session() as session:
            cursor = outbox.find({}, session=session).sort("_id", 1)
            polite = self._polite
            most = min(BUSY_ROWS, self.settings.batch_rows) if polite else self.settings.batch_rows
            gap = TRAFFIC.gaps(PATIENCE_SECONDS) if polite else None
            rows = await fetched(cursor.limit(most), gap)
            self._full_batches = self._full_batches + 1 if len(rows) == most else 0
            if not rows:
                return 0
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                producer = await self._ready_producer()
                await producer.begin_transaction()
                aside = TRAFFIC.gaps(PATIENCE_SECONDS) if polite else None
                async with _beside(_delete(outbox, rows, session, aside)):
                    sent = [future async for future in enqueued(producer, rows, gap)]
                    await asyncio.gather(*sent)
                await producer.commit_transaction()
            # No abort on failure: it would wait for the broker too. The next producer's start does.
            await commit(session)
        for topic, number in Counter(row["topic"] for row in rows).items():
            EVENTS_PUBLISHED.labels(topic).inc(number)
        RELAY_BATCH_SECONDS.observe(time.perf_counter() - started)
        return len(rows)

    @property
    def _polite(self) -> bool:
        return not TRAFFIC.quiet and self._full_batches < POLITE_BATCHES

    async def _publish_while_ours(self) -> None:
        """Publish what there is, then wait for the bell; back in time to renew the lease."""
        loop = asyncio.get_running_loop()
        renew_at = loop.time() + self.settings.lease_seconds / 3
        await self._measure_backlog()
        while loop.time() < renew_at:
            known = self.mongo.bell.rings
            started = loop.time()
            if await self.publish_batch() < min(BUSY_ROWS, self.settings.batch_rows):
                await self._wait_for_bell(known)
            elif self._polite:
                await asyncio.sleep(min(MAX_REST_SECONDS, loop.time() - started))

    async def _measure_backlog(self) -> None:
        outbox = self.mongo.database[OUTBOX]
        OUTBOX_PENDING.set(await outbox.estimated_document_count())
        oldest = await outbox.find_one({}, {"time": 1}, sort=[("_id", 1)])
        age = self.mongo.clock.now() - oldest["time"] if oldest else timedelta()
        OUTBOX_OLDEST_SECONDS.set(age.total_seconds())

    async def _wait_for_bell(self, known: int) -> None:
        try:
            async with asyncio.timeout(self.settings.poll_seconds):
                await self.mongo.bell.heard(known)
        except TimeoutError:
            return  # another process may have committed something

    async def _ready_producer(self) -> AIOKafkaProducer:
        """Give the producer; a new one fences every older producer of this service's relay."""
        if self._producer is not None and self._producer.client._sync_task.done():  # noqa: SLF001
            await self._drop_producer()  # it no longer learns of brokers (see consumer/loop.py)
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.kafka.bootstrap_servers,
                client_id=f"{self.mongo.name}.relay",
                transactional_id=f"{self.mongo.name}.relay",
                transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
                acks="all",
                request_timeout_ms=10_000,
                retry_backoff_ms=50,
            )
            self._producer = producer
            await producer.start()
        return self._producer

    async def close(self) -> None:
        """Let go of the broker."""
        await self._drop_producer()

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await discard(producer)


async def _delete(
    outbox: AsyncCollection[Document],
    rows: Sequence[Document],
    session: AsyncClientSession,
    gap: Gap | None,
) -> None:
    """Delete the rows of a batch; with a ``gap`` a large one in parts."""
    ids = [row["_id"] for row in rows]
    if gap is None or len(ids) <= PART:
        await outbox.delete_many({"_id": {"$gte": ids[0], "$lte": ids[-1]}}, session=session)
        return
    for start in range(0, len(ids), PART):
        await gap()
        await outbox.delete_many({"_id": {"$in": ids[start : start + PART]}}, session=session)


@asynccontextmanager
async def _beside(work: Awaitable[object]) -> AsyncIterator[None]:
    """Let the database work while the block does; leave when both are done, however they end.

    The work is never cancelled: its session must not be used again while it is under way.
    """
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        await asyncio.wait({task})
        failure = task.exception()
    if failure is not None:
        raise failure
