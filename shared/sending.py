"""Sending rows of the outbox to Kafka, and letting go of a producer whose broker is away."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.collection import Document
from shared.envelope import headers_of
from shared.outbox import envelope_of
from shared.traffic import Gap

SENT_PART = 10
"""Records that are made at a stretch while this process is being asked: a millisecond."""

DISCARD_TIMEOUT_SECONDS = 2.0


async def enqueued(
    producer: AIOKafkaProducer, rows: Sequence[Document], gap: Gap | None
) -> "AsyncIterator[asyncio.Future[object]]":
    """Hand rows to the producer, and give the future of each record's acknowledgement.

    With a ``gap`` in parts, and waiting before each but the first.
    """
    for place, row in enumerate(rows):
        if gap is not None and place and place % SENT_PART == 0:
            await gap()
        yield await _enqueue(producer, row)


async def discard(producer: AIOKafkaProducer) -> None:
    """Close a producer even when the broker is away, where its own ``stop`` waits for ever.

    A task of it that has died says there again what it died of: on uvloop RuntimeError, when it
    wrote to a connection that had just been lost.
    """
    try:
        async with asyncio.timeout(DISCARD_TIMEOUT_SECONDS):
            await producer.stop()
    except (KafkaError, TimeoutError, OSError, RuntimeError):
        sender = producer._sender.sender_task  # noqa: SLF001 - no public way to stop it
        if sender is not None:
            sender.cancel()
        learns = producer.client._sync_task  # noqa: SLF001
        if learns is not None and learns.done():
            producer.client._sync_task = None  # noqa: SLF001
        await producer.client.close()


async def _enqueue(producer: AIOKafkaProducer, row: Document) -> "asyncio.Future[object]":
    envelope = envelope_of(row)
    future: asyncio.Future[object] = await producer.send(
        row["topic"],
        value=envelope.data,
        key=envelope.subject.encode(),
        timestamp_ms=int(envelope.time.timestamp() * 1000),
        headers=headers_of(envelope),
    )
    return future
