"""How a batch of records takes effect: decoded, in one transaction, and one by one when that fails.

Promises that an event takes effect once per group, that one bad record costs itself alone, and that
a record is given up only with a dead letter, after the whole retry schedule. Knows no Kafka client:
the consumer hands in records and a way to send dead letters.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeGuard

import structlog

from shared import inbox
from shared.collection import Collection
from shared.contracts.catalogue import TYPES
from shared.contracts.event import Event
from shared.envelope import Envelope, Message, Poison, read_envelope, read_message
from shared.errors import Unavailable
from shared.mongo import Mongo
from shared.outbox import Cause
from shared.telemetry import (
    CONSUMER_BATCH_SECONDS,
    CONSUMER_RETRIES,
    EFFECT_SECONDS,
    EVENTS_CONSUMED,
)
from shared.unit_of_work import Tx

RETRY_SCHEDULE_SECONDS = (0.2, 1.0, 5.0, 15.0)
"""Pauses before the second to fifth try of one record. Together 21 s: longer than a restart of what
the handler needs, shorter than a person's patience with one partition."""

OUTAGE_PAUSE_SECONDS = 1.0
"""Between tries while the database is away: an outage is no fault of the record, so it is waited
out and never ends in a dead letter."""

ATTEMPT_TIMEOUT_SECONDS = 60.0
"""A handler that takes longer hangs; twice the deadline of a transaction."""

_LOG = structlog.get_logger("consumer")

Handle = Callable[[Tx, Message[Any]], Awaitable[None]]
Reads = Callable[[Message[Any]], Iterable[tuple[Collection[Any], str]]]


def _reads_nothing(_: Message[Any]) -> Iterable[tuple[Collection[Any], str]]:
    return ()


@dataclass(frozen=True, slots=True)
class On:
    """What a group does with one kind of event.

    ``handle`` may run more than once for a record and has no effect but through ``tx``. ``reads``
    names the documents that it will get, so that a batch reads them all at once.
    """

    handle: Handle
    reads: Reads = _reads_nothing


@dataclass(frozen=True, slots=True)
class Group:
    """A consumer group: its name and what it does.

    ``handlers`` is keyed by event class; the base class of an aggregate's events stands for all of
    them. ``parallel`` is the number of partitions whose batches may be in transactions at once.
    """

    name: str
    handlers: Mapping[type[Event], On]
    parallel: int = 4

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the events that it handles."""
        return tuple(sorted({event.TOPIC.name for event in self.handlers}))

    def handler_of(self, event: Event) -> On | None:
        """Give what to do with this event; None when the group has no interest in it."""
        for kind in type(event).__mro__:
            if kind in self.handlers:
                return self.handlers[kind]
        return None


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record, as far as we need it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record becomes a dead letter."""

    code: str
    attempts: int
    first_failed_at: datetime


@dataclass(frozen=True, slots=True)
class Batches:
    """Applies batches of one partition for one group.

    ``bury`` sends a dead letter and returns only once the broker has acknowledged it. ``succeeded``
    is called after every transaction that committed. ``gate`` bounds the transactions at once; it
    is not held between tries, so a failing partition never keeps the others waiting.
    """

    mongo: Mongo
    group: Group
    bury: Callable[[Record, Failure], Awaitable[None]]
    succeeded: Callable[[], None] = lambda: None
    retry_schedule: Sequence[float] = RETRY_SCHEDULE_SECONDS
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def apply(self, records: Sequence[Record]) -> None:
        """Let the records take effect, in order; return when each has, or has a dead letter."""
        read = [(record, _read(record)) for record in records]
        wanted = [each for _, each in read if self._is_wanted(each)]
        applied = await self._at_once(wanted)
        if applied and len(wanted) == len(read):
            return
        for record, each in read:  # dead letters in their place, for the breaker counts them
            if isinstance(each, Poison):
                await self.bury(record, Failure(each.code, 1, self.mongo.clock.now()))
            elif applied:
                self.succeeded()
            elif self._is_wanted(each):
                await self._with_retries(record, each)

    def _is_wanted(self, read: "Message[Event] | Poison") -> TypeGuard[Message[Event]]:
        return isinstance(read, Message) and self.group.handler_of(read.event) is not None

    async def _at_once(self, messages: Sequence[Message[Event]]) -> bool:
        """Try all in one transaction; when that fails, whose fault it is shows one by one."""
        if not messages:
            return True
        try:
            await self._together(messages)
        except Exception as error:  # noqa: BLE001 - ends in a retry of each record
            _LOG.info("batch_split", records=len(messages), error=type(error).__name__)
            return False
        return True

    async def _together(self, messages: Sequence[Message[Event]]) -> None:
        started = time.perf_counter()
        async with self.gate, asyncio.timeout(ATTEMPT_TIMEOUT_SECONDS):
            new = await self.mongo.transact(lambda tx: self._take_effect(tx, messages))
        self.succeeded()
        group, topic = self.group.name, messages[0].event.TOPIC.name
        CONSUMER_BATCH_SECONDS.labels(group).observe(time.perf_counter() - started)
        EVENTS_CONSUMED.labels(group, topic, "applied").inc(len(new))
        EVENTS_CONSUMED.labels(group, topic, "repeated").inc(len(messages) - len(new))
        effect, now = EFFECT_SECONDS.labels(group), self.mongo.clock.now()
        for message in new:
            effect.observe(max(0.0, (now - message.envelope.time).total_seconds()))

    async def _take_effect(
        self, tx: Tx, messages: Sequence[Message[Event]]
    ) -> Sequence[Message[Event]]:
        ids = [message.envelope.id for message in messages]
        fresh = await inbox.unseen(tx, self.group.name, ids)
        new = list({m.envelope.id: m for m in messages if m.envelope.id in fresh}.values())
        inbox.remember(tx, self.group.name, [m.envelope.id for m in new], tx.now)
        handlers = [(message, self.group.handler_of(message.event)) for message in new]
        named: dict[Collection[Any], list[str]] = {}
        for message, on in handlers:
            for collection, id_ in on.reads(message) if on else ():
                named.setdefault(collection, []).append(id_)
        for collection, wanted in named.items():
            await tx.prefetch(collection, wanted)
        for message, on in handlers:
            if on is not None:
                tx.cause = _cause_of(message.envelope)
                await on.handle(tx, message)
        return new

    async def _with_retries(self, record: Record, message: Message[Event]) -> None:
        """Take one record alone: the whole schedule, then a dead letter; outages don't count."""
        attempts, first_failed_at = 0, self.mongo.clock.now()
        while True:
            try:
                await self._together([message])
            except Unavailable:
                await asyncio.sleep(OUTAGE_PAUSE_SECONDS)
            except Poison as poison:
                await self.bury(record, Failure(poison.code, attempts + 1, first_failed_at))
                return
            except Exception as error:  # noqa: BLE001 - ends in a retry or a dead letter
                attempts += 1
                CONSUMER_RETRIES.labels(self.group.name, record.topic).inc()
                _LOG.warning(
                    "record_failed",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    attempt=attempts,
                    error=type(error).__name__,
                    exc_info=attempts == 1,
                )
                if attempts > len(self.retry_schedule):
                    failure = Failure(_code_of(error), attempts, first_failed_at)
                    await self.bury(record, failure)
                    return
                await asyncio.sleep(self.retry_schedule[attempts - 1])
            else:
                return


def _read(record: Record) -> "Message[Event] | Poison":
    try:
        return read_message(read_envelope(record.headers, record.value), TYPES)
    except Poison as poison:
        return poison


def _cause_of(envelope: Envelope) -> Cause:
    """What this event brings about carries its trace, its correlation, and its id as the cause."""
    return Cause(envelope.traceparent, envelope.correlationid or envelope.id, envelope.id)


def _code_of(error: Exception) -> str:
    return getattr(error, "code", None) or f"handler_{type(error).__name__}"
