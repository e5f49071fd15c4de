"""The consumer loop: polls, hands each partition's records to its own worker, commits offsets.

Promises that an offset is committed only after its effect or its dead letter is durable, that a
slow handler never costs the group its partitions (polling goes on, the partition is paused), and
that the loop outlives every outage: it throws the client away and starts with a new one.

Offsets are committed together, a few times a second: a late commit only means that the inbox finds
some events again.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.consumer.batches import Batches, Failure, Group, Record
from shared.consumer.client import new_client, raise_if_dead, record_of
from shared.consumer.dead_letters import Breaker, DeadLetters
from shared.consumer.partitions import PartitionWorker
from shared.errors import Unavailable
from shared.mongo import Mongo
from shared.settings import ConsumerSettings, KafkaSettings
from shared.telemetry import CONSUMER_LAG, DEAD_LETTERS

POLL_TIMEOUT_MS = 250
COMMIT_EVERY_SECONDS = 0.25
CALL_TIMEOUT_SECONDS = 10.0
"""For each call that aiokafka would let hang while the broker is away (commit, stop)."""

START_SECONDS = 10.0
"""A client that has not found its broker and coordinator by then is replaced by a new one."""

LOST_SECONDS = 1.0
"""For commit and leave after the broker failed: it will not hear them, and the time is recovery."""

STALLED_AFTER_SECONDS = 30.0
"""A poll that does not come back in this time is a client that is stuck: it is replaced."""

DRAIN_SECONDS = 8.0
"""How long a partition that is taken away may finish its batch; below the rebalance timeout."""

MAX_PAUSE_SECONDS = 2.0

_LOG = structlog.get_logger("consumer")
_FAILURES = (KafkaError, TimeoutError, OSError)


@dataclass(slots=True)
class Consumer:
    """One group's consumer in this process; ``run`` works until it is cancelled."""

    mongo: Mongo
    kafka: KafkaSettings
    settings: ConsumerSettings
    group: Group
    breaker: Breaker = field(default_factory=Breaker)
    _workers: dict[TopicPartition, PartitionWorker] = field(default_factory=dict, init=False)
    _client: AIOKafkaConsumer | None = field(default=None, init=False)
    _letters: DeadLetters = field(init=False)
    _polled_at: float = field(default=0.0, init=False)
    _gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Bound the transactions at once; nothing is connected yet."""
        self._gate = asyncio.Semaphore(self.group.parallel)
        self._letters = DeadLetters(self.kafka.bootstrap_servers, self.group.name)

    async def run(self) -> None:
        """Consume; after every failure of the broker start again with a new client."""
        failures = 0
        while True:
            patience = CALL_TIMEOUT_SECONDS
            try:
                await self._consume()
            except _FAILURES as error:
                patience = LOST_SECONDS
                _LOG.warning(
                    "consumer_interrupted", group=self.group.name, error=type(error).__name__
                )
                failures = min(failures + 1, 10)
            finally:
                await self._close(patience)
            await asyncio.sleep(min(MAX_PAUSE_SECONDS, 0.1 * 2**failures))

    async def ready(self) -> None:
        """Show that the group is working, for ``/readyz``.

        Raises:
            Unavailable: no broker, no recent poll, or the breaker is open (503).
        """
        if self.breaker.is_open:
            raise Unavailable(
                f"{self.group.name}: {self.breaker.in_a_row} dead letters in a row; the breaker "
                "is open. Look at the dead letters, then deploy a fix or restart."
            )
        age = asyncio.get_running_loop().time() - self._polled_at
        if self._client is None or age > STALLED_AFTER_SECONDS:
            raise Unavailable(f"{self.group.name}: the broker does not answer.")

    async def _consume(self) -> None:
        client = new_client(self.kafka, self.group.name, self.settings.instance_id)
        self._client = client
        client.subscribe(self.group.topics, listener=_Rebalance(self))
        async with asyncio.timeout(START_SECONDS):
            await client.start()
        loop = asyncio.get_running_loop()
        commit_at = loop.time()
        while True:
            async with asyncio.timeout(STALLED_AFTER_SECONDS):
                fetched = await client.getmany(timeout_ms=POLL_TIMEOUT_MS, max_records=1000)
            raise_if_dead(client)
            self._polled_at = loop.time()
            for partition, records in fetched.items():
                if worker := self._workers.get(partition):
                    worker.take(map(record_of, records))
            self._apply_pressure(client)
            if loop.time() >= commit_at:
                await self._commit(self._workers)
                commit_at = loop.time() + COMMIT_EVERY_SECONDS

    def _apply_pressure(self, client: AIOKafkaConsumer) -> None:
        """Pause the partitions whose workers are behind; let a worker's failure come out here."""
        paused = client.paused()
        for partition, worker in self._workers.items():
            worker.raise_failure()
            if worker.is_full and partition not in paused:
                client.pause(partition)
            elif not worker.is_full and partition in paused:
                client.resume(partition)

    async def _commit(
        self, partitions: Iterable[TopicPartition], patience: float = CALL_TIMEOUT_SECONDS
    ) -> None:
        """Commit what is done; each time with explicit offsets, and never without a time-out."""
        offsets = {
            partition: offset
            for partition in partitions
            if (offset := self._workers[partition].uncommitted()) is not None
        }
        if not offsets or self._client is None:
            return
        try:
            async with asyncio.timeout(patience):
                await self._client.commit(offsets)
        except (CommitFailedError, IllegalStateError):
            return  # the group is rebalancing: what is done is in the inbox, whoever reads it next
        for partition, offset in offsets.items():
            if worker := self._workers.get(partition):  # it may have been revoked meanwhile
                worker.committed = offset
                self._measure_lag(partition, offset)

    def _measure_lag(self, partition: TopicPartition, offset: int) -> None:
        if self._client is not None and partition in self._client.assignment():
            end = self._client.highwater(partition) or offset
            labels = (self.group.name, partition.topic, str(partition.partition))
            CONSUMER_LAG.labels(*labels).set(max(0, end - offset))

    async def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Give each new partition a worker."""
        batches = Batches(self.mongo, self.group, self._bury, self.breaker.success, gate=self._gate)
        for partition in partitions:
            worker = PartitionWorker(batches, self.settings.batch_records)
            worker.start()
            self._workers[partition] = worker

    async def revoke(
        self, partitions: Iterable[TopicPartition], patience: float = CALL_TIMEOUT_SECONDS
    ) -> None:
        """Let each partition finish its batch within a bound, and commit what is done."""
        leaving = [each for each in partitions if each in self._workers]
        workers = [self._workers[each] for each in leaving]
        await asyncio.gather(*(worker.drain(DRAIN_SECONDS) for worker in workers))
        with contextlib.suppress(*_FAILURES):  # then the next owner finds them in the inbox
            await self._commit([each for each in leaving if each in self._workers], patience)
        for partition, worker in zip(leaving, workers, strict=True):
            if self._workers.get(partition) is worker:
                del self._workers[partition]

    async def _bury(self, record: Record, failure: Failure) -> None:
        await self.breaker.before_letter()
        await self._letters.send(record, failure, self.mongo.clock.now())
        self.breaker.letter()
        DEAD_LETTERS.labels(self.group.name, record.topic, failure.code).inc()

    async def _close(self, patience: float) -> None:
        """Drain, commit and leave; with the broker away, just let go."""
        await self.revoke(list(self._workers), patience)
        client, self._client = self._client, None
        if client is not None:
            # stop() also raises a spurious CancelledError (aiokafka #1097): swallow that one only
            # when nobody cancelled us.
            stopping = asyncio.ensure_future(client.stop())
            await asyncio.wait([stopping], timeout=patience)
            stopping.cancel()
        await self._letters.close()


@dataclass(frozen=True, slots=True)
class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc] # untyped there
    """What aiokafka calls when partitions come and go."""

    consumer: Consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self.consumer.revoke(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self.consumer.assign(assigned)
