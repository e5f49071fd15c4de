"""From the outbox of one service to the effect in another, on a real broker and database."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import pairwise
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from shared.consumer import Consumer
from shared.consumer.dead_letters import dead_letter_topic
from shared.contracts.registry import CITIES as CITIES_TOPIC
from shared.envelope import Envelope, headers_of
from shared.mongo import Mongo
from shared.outbox import OUTBOX, envelope_of
from shared.relay import BUSY_ROWS, PART, Relay
from shared.settings import ConsumerSettings, KafkaSettings, RelaySettings
from shared.topics import apply
from shared.traffic import TRAFFIC, Traffic
from tests.support.chain import COPIES, City, CityCopy, copying, database, grow, register
from tests.support.waiting import eventually, running

BATCH_SECONDS = 0.05


@dataclass(frozen=True)
class Chain:
    """A producer with its relay and a consumer, each with a database of its own."""

    producer: Mongo
    relay: Relay
    consumer: Consumer

    async def copy_at(self, city: City, version: int) -> CityCopy:
        """Wait until the consumer's copy has this version."""

        async def look() -> CityCopy | None:
            copy = await self.consumer.mongo.get(COPIES, city.id)
            return copy if copy and copy.version >= version else None

        return await eventually(look)


@pytest.fixture(params=["motor", "pymongo"])
async def chain(kafka: str, mongo_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Chain]:
    run = uuid4().hex[:12]
    await apply(kafka, groups=[f"c_{run}"])
    broker = KafkaSettings(bootstrap_servers=kafka)
    producer = await database(mongo_url, f"p_{run}", request.param)
    other = await database(mongo_url, f"c_{run}", request.param)
    yield Chain(
        producer,
        Relay(producer, broker, RelaySettings(), "test"),
        Consumer(other, broker, ConsumerSettings(), copying(f"c_{run}")),
    )
    await producer.close()
    await other.close()


async def test_an_event_takes_effect_in_the_other_service(chain: Chain) -> None:
    async with running(chain.relay.run(), chain.consumer.run()):
        city = await register(chain.producer)
        for _ in range(3):
            await grow(chain.producer, city.id)

        copy = await chain.copy_at(city, 4)

    assert (copy.name, copy.population, copy.effects) == ("Köln", 3, 4)
    assert await chain.producer.database[OUTBOX].count_documents({}) == 0


async def test_an_event_published_twice_takes_effect_once(chain: Chain) -> None:
    city = await register(chain.producer)
    row = await chain.producer.database[OUTBOX].find_one({})
    assert row is not None
    await _produce(chain, envelope_of(row))
    await _produce(chain, envelope_of(row))

    async with running(chain.relay.run(), chain.consumer.run()):
        await grow(chain.producer, city.id)
        copy = await chain.copy_at(city, 2)

    assert copy.effects == 2


async def test_a_late_event_never_overwrites_newer_state(chain: Chain) -> None:
    city = await register(chain.producer)
    row = await chain.producer.database[OUTBOX].find_one({})
    assert row is not None
    late = envelope_of(row | {"_id": chain.producer.event_ids.next()})
    await grow(chain.producer, city.id)

    async with running(chain.relay.run(), chain.consumer.run()):
        await chain.copy_at(city, 2)
        await _produce(chain, late)
        copy = await eventually(lambda: _with_effects(chain, city, 3))

    assert (copy.version, copy.population) == (2, 1)


async def test_a_poisoned_record_is_buried_whole_and_blocks_nothing(chain: Chain) -> None:
    city = await register(chain.producer)
    row = await chain.producer.database[OUTBOX].find_one({})
    assert row is not None
    poison = envelope_of(row | {"_id": chain.producer.event_ids.next(), "data": b'{"state": 1}'})
    await _produce(chain, poison)

    async with running(chain.relay.run(), chain.consumer.run()):
        await chain.copy_at(city, 1)
        topic = dead_letter_topic(chain.consumer.group.name)
        letter = await _record_with_key(chain, topic, city.id)

    headers = dict(letter.headers)
    assert letter.value == b'{"state": 1}'
    assert letter.key == city.id.encode()
    assert headers["ce_id"] == poison.id.encode()
    assert headers["dlq_error_code"] == b"payload_invalid"
    assert headers["dlq_topic"] == CITIES_TOPIC.name.encode()


async def _with_effects(chain: Chain, city: City, effects: int) -> CityCopy | None:
    copy = await chain.consumer.mongo.get(COPIES, city.id)
    return copy if copy and copy.effects >= effects else None


async def _produce(chain: Chain, envelope: Envelope) -> None:
    servers = chain.relay.kafka.bootstrap_servers
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        await producer.send_and_wait(
            CITIES_TOPIC.name,
            value=envelope.data,
            key=envelope.subject.encode(),
            headers=headers_of(envelope),
        )


async def _record_with_key(chain: Chain, topic: str, key: str) -> ConsumerRecord:
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=chain.relay.kafka.bootstrap_servers,
        auto_offset_reset="earliest",
    ) as reader:
        while True:
            record = await reader.getone()
            if record.key == key.encode():
                return record


async def test_a_large_batch_is_published_whole_while_somebody_waits(chain: Chain) -> None:
    cities = [await register(chain.producer, f"City {number}") for number in range(PART + 5)]

    try:
        with TRAFFIC.request():
            published = await chain.relay.publish_batch()
    finally:
        await chain.relay.close()

    assert published == len(cities)
    assert await chain.producer.database[OUTBOX].count_documents({}) == 0
    async with running(chain.consumer.run()):
        copies = [await chain.copy_at(city, 1) for city in cities]
    assert {copy.name for copy in copies} == {city.name for city in cities}


async def test_a_backlog_comes_before_politeness(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.BUSY_ROWS", 10)
    monkeypatch.setattr("shared.relay.POLITE_BATCHES", 2)
    for number in range(50):
        await register(chain.producer, f"City {number}")

    try:
        with TRAFFIC.request():
            batches = [await chain.relay.publish_batch() for _ in range(4)]
    finally:
        await chain.relay.close()

    assert batches == [10, 10, 30, 0]


@pytest.mark.parametrize("busy", [True, False])
async def test_a_relay_rests_between_full_batches_while_somebody_is_there(
    chain: Chain, monkeypatch: pytest.MonkeyPatch, *, busy: bool
) -> None:
    starts = list[float]()

    async def slow_batch(_: Relay) -> int:
        starts.append(time.monotonic())
        await asyncio.sleep(BATCH_SECONDS)
        return BUSY_ROWS if len(starts) < 5 else 0

    monkeypatch.setattr(Relay, "publish_batch", slow_batch)
    monkeypatch.setattr("shared.relay.TRAFFIC", traffic := Traffic())
    with traffic.request() if busy else nullcontext():
        async with running(chain.relay.run()):
            await eventually(lambda: _are(starts, 5))

    rests = [after - before - BATCH_SECONDS for before, after in pairwise(starts)]
    assert min(rests) > 0.9 * BATCH_SECONDS if busy else min(rests) < 0.5 * BATCH_SECONDS


async def _are(starts: list[float], number: int) -> bool:
    return len(starts) >= number
