"""Dead letters: records that a group gave up, kept whole on its own topic, and the breaker.

Promises that the letter holds the record as it came (key, value, headers) with where it was and why
it was given up, but no person's data: an erasure does not reach here, so the value of a record of
such a topic stays on that topic alone. A bad deploy does not empty a topic into the dead letters.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiokafka import AIOKafkaProducer

from shared.consumer.batches import Failure, Record
from shared.contracts.catalogue import TOPICS
from shared.sending import discard

BREAKER_LIMIT = 10
"""Dead letters without a success between them after which it is our fault rather than theirs."""

BREAKER_PAUSE_SECONDS = 60.0
"""How long an open breaker waits before it lets one more record fail. Meanwhile the process is not
ready, and an operator sees why."""

SEND_TIMEOUT_SECONDS = 10.0
"""For one letter, acknowledged by all replicas in sync."""

_LOG = structlog.get_logger("consumer")

Headers = list[tuple[str, bytes]]


def dead_letter_topic(group: str) -> str:
    """Give the name of a group's dead letter topic."""
    return f"{group}.dlq.v1"


def letter_value(record: Record) -> bytes | None:
    """Give the record's value, or None where it may be a person's data."""
    topic = TOPICS.get(record.topic)
    return None if topic is not None and topic.personal else record.value


def letter_headers(record: Record, failure: Failure, group: str, now: datetime) -> Headers:
    """Give the record's own headers and after them ``dlq_…``: where it was, why and when."""
    about = {
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "group": group,
        "attempts": str(failure.attempts),
        "error_code": failure.code,
        "first_failed_at": failure.first_failed_at.isoformat(),
        "buried_at": now.isoformat(),
    }
    added = [(f"dlq_{name}", value.encode()) for name, value in about.items()]
    return [*record.headers, *added]


@dataclass(slots=True)
class DeadLetters:
    """The way to one group's dead letter topic; connects with its first letter."""

    bootstrap_servers: str
    group: str
    _producer: AIOKafkaProducer | None = field(default=None, init=False)

    async def send(self, record: Record, failure: Failure, now: datetime) -> None:
        """Send the record; return once the broker has it.

        Raises:
            KafkaError, TimeoutError: it may or may not have arrived; the offset must not move.
        """
        async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
            if self._producer is None:
                self._producer = AIOKafkaProducer(
                    bootstrap_servers=self.bootstrap_servers, enable_idempotence=True, acks="all"
                )
                await self._producer.start()
            await self._producer.send_and_wait(
                dead_letter_topic(self.group),
                value=letter_value(record),
                key=record.key,
                headers=letter_headers(record, failure, self.group, now),
            )
        _LOG.error(
            "dead_letter",
            group=self.group,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            code=failure.code,
        )

    async def close(self) -> None:
        """Let go of the broker."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await discard(producer)


@dataclass(slots=True)
class Breaker:
    """Counts dead letters in a row and holds back the next one once there are too many."""

    limit: int = BREAKER_LIMIT
    pause_seconds: float = BREAKER_PAUSE_SECONDS
    on_success: Callable[[], None] = lambda: None
    """Told of every success; for measurements."""
    in_a_row: int = field(default=0, init=False)

    @property
    def is_open(self) -> bool:
        """Whether records are held back now: the process is not ready."""
        return self.in_a_row >= self.limit

    async def before_letter(self) -> None:
        """Wait while open, then let one letter through; the record is not committed meanwhile."""
        if self.is_open:
            await asyncio.sleep(self.pause_seconds)

    def letter(self) -> None:
        """Note a dead letter."""
        self.in_a_row += 1

    def success(self) -> None:
        """Note a record that took effect: the breaker closes."""
        self.in_a_row = 0
        self.on_success()
