"""Reading topics as somebody who looks on: no group is joined, nothing is committed.

Promises that what an aborted transaction wrote is never seen, that each partition's records come in
their order, and that a reading ends at the end the topics had when it began. For audits, tests and
the demonstration.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.consumer.client import raise_if_dead
from shared.contracts.event import PARTITIONS
from shared.envelope import Envelope, Poison, read_envelope

CALL_TIMEOUT_SECONDS = 15.0
"""For each call: a broker that is there answers within a second, also while it elects a leader."""

FETCH_MILLISECONDS = 200

READING_FAILURES: Final = (KafkaError, OSError, TimeoutError, Poison)
"""What reading may raise; who has to go on begins anew after a while."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An event at its place in a topic."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope


async def read_topics(bootstrap_servers: str, topics: Sequence[str]) -> AsyncIterator[Placed]:
    """Give every record of topics of the contracts, from their beginning to the end they have now.

    Raises:
        Poison: a record is no event of ours.
        KafkaError, TimeoutError: the broker is away.
    """
    async with _reader(bootstrap_servers) as reader:
        partitions = _assign(reader, topics)
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            ends = await reader.end_offsets(partitions)
            for each, first in (await reader.beginning_offsets(partitions)).items():
                reader.seek(each, first)  # seek_to_beginning races with the reset after assign
        while not await _at_end(reader, ends):
            for placed in await _fetch(reader):
                if placed.offset < ends[TopicPartition(placed.topic, placed.partition)]:
                    yield placed


async def follow_topics(
    bootstrap_servers: str, topics: Sequence[str], ready: asyncio.Event, whole: Sequence[str] = ()
) -> AsyncGenerator[Placed, None]:
    """Give every record that comes after `ready` is set, as soon as it is there, without end.

    Of the topics in `whole` what they have held so far comes too.

    Raises as `read_topics` does.
    """
    async with _reader(bootstrap_servers) as reader:
        partitions = _assign(reader, [*topics, *whole])
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            ends = await reader.end_offsets(partitions)
            firsts = await reader.beginning_offsets(partitions)
            for each in partitions:
                reader.seek(each, firsts[each] if each.topic in whole else ends[each])
        ready.set()
        while True:
            for placed in await _fetch(reader):
                yield placed


async def caught_up(bootstrap_servers: str, group: str, topics: Sequence[str]) -> bool:
    """Tell whether the group has committed everything that the topics hold now.

    Ends of transactions take offsets too, so it looks for records behind what is committed.
    """
    async with _reader(bootstrap_servers, group=group) as reader:
        partitions = _assign(reader, topics)
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            ends = await reader.end_offsets(partitions)
            for each in partitions:
                reader.seek(each, await reader.committed(each) or 0)
        while not await _at_end(reader, ends):
            if await _fetch(reader):
                return False
    return True


@asynccontextmanager
async def _reader(
    bootstrap_servers: str, group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        client_id="reader",
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    try:
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            await reader.start()
        yield reader
    finally:
        # Not awaited itself: it raises a CancelledError of its own (aiokafka #1097).
        await asyncio.wait([asyncio.ensure_future(reader.stop())], timeout=CALL_TIMEOUT_SECONDS)


def _assign(reader: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
    partitions = [TopicPartition(topic, each) for topic in topics for each in range(PARTITIONS)]
    reader.assign(partitions)
    return partitions


async def _fetch(reader: AIOKafkaConsumer) -> list[Placed]:
    raise_if_dead(reader)
    async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
        fetched = await reader.getmany(timeout_ms=FETCH_MILLISECONDS)
    return [
        Placed(each.topic, each.partition, each.offset, read_envelope(each.headers, each.value))
        for records in fetched.values()
        for each in records
    ]


async def _at_end(reader: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
        return all([await reader.position(each) >= end for each, end in ends.items()])
