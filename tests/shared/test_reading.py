"""Looking on at topics, on a real broker: to the end, from now on, and after a group."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.consumer.reading import Placed, caught_up, follow_topics, read_topics
from shared.contracts.event import PARTITIONS
from shared.envelope import Envelope, headers_of


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker with a topic of the test's own and a transactional producer."""

    servers: str
    topic: str
    producer: AIOKafkaProducer

    async def send(self, *sequences: int, subject: str = "a", abort: bool = False) -> None:
        """Send events in one transaction, as the relay does."""
        await self.producer.begin_transaction()
        for sequence in sequences:
            envelope = Envelope(
                f"{subject}-{sequence}", "t", "/s", subject, datetime.now(UTC), sequence, b"{}"
            )
            await self.producer.send(
                self.topic, b"{}", subject.encode(), headers=headers_of(envelope)
            )
        ending = self.producer.abort_transaction if abort else self.producer.commit_transaction
        await ending()

    async def read(self) -> list[Placed]:
        return [each async for each in read_topics(self.servers, [self.topic])]


@pytest.fixture
async def broker(kafka: str) -> AsyncIterator[Broker]:
    topic = f"reading.{uuid4().hex[:8]}.v1"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=topic)
    await producer.start()
    yield Broker(kafka, topic, producer)
    await producer.stop()


def sequences(placed: Sequence[Placed]) -> list[int]:
    return [each.envelope.sequence for each in placed]


async def test_reading_gives_every_record_in_its_order(broker: Broker) -> None:
    await broker.send(1, 2)
    await broker.send(3)
    await broker.send(1, subject="b")

    read = await broker.read()

    assert sequences([each for each in read if each.envelope.subject == "a"]) == [1, 2, 3]
    assert len(read) == 4


async def test_reading_leaves_out_what_was_aborted_and_ends(broker: Broker) -> None:
    await broker.send(1)
    await broker.send(2, 3, abort=True)

    assert sequences(await broker.read()) == [1]


async def test_reading_an_empty_topic_ends(broker: Broker) -> None:
    assert await broker.read() == []


async def test_following_gives_only_what_comes_later(broker: Broker) -> None:
    await broker.send(1)
    ready = asyncio.Event()
    following = follow_topics(broker.servers, [broker.topic], ready)

    first = asyncio.ensure_future(anext(following))
    await asyncio.wait_for(ready.wait(), 20)
    await broker.send(2)

    assert (await asyncio.wait_for(first, 20)).envelope.sequence == 2
    await following.aclose()


async def test_group_has_caught_up_once_it_has_committed_the_last_record(broker: Broker) -> None:
    group = f"group-{uuid4().hex[:8]}"
    await broker.send(1, 2)
    (last,) = [each for each in await broker.read() if each.envelope.sequence == 2]

    assert not await caught_up(broker.servers, group, [broker.topic])
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.servers, group_id=group)
    await consumer.start()
    place = TopicPartition(last.topic, last.partition)
    consumer.assign([place])
    await consumer.commit({place: last.offset + 1})
    await consumer.stop()

    assert await caught_up(broker.servers, group, [broker.topic])
