"""Records that come twice, late, or broken; handlers that fail for a while or for ever."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from shared.consumer import Consumer, Group, On
from shared.consumer.batches import RETRY_SCHEDULE_SECONDS
from shared.consumer.dead_letters import BREAKER_LIMIT, dead_letter_topic
from shared.contracts.registry import CITIES as CITIES_TOPIC
from shared.contracts.registry import CityEvent
from shared.envelope import Envelope, Message, headers_of
from shared.errors import Unavailable
from shared.mongo import Mongo
from shared.outbox import Cause, envelope_of, outbox_row
from shared.settings import ConsumerSettings, KafkaSettings
from shared.topics import apply
from shared.unit_of_work import Tx
from tests.faults.conftest import IS_SHORT, Tally
from tests.faults.ledger import Counts, read_topic
from tests.support.chain import COPIES, City, copy_city, database, event_of
from tests.support.groups import begin_at_end
from tests.support.waiting import eventually, running

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

Raw = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]


@dataclass(slots=True)
class Receiver:
    """A consumer that copies cities, may be told to fail, and what is sent to it."""

    kafka: str
    mongo: Mongo
    failing: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return self.mongo.name

    def consumer(self) -> Consumer:
        async def handle(tx: Tx, message: Message[CityEvent]) -> None:
            if self.failing[message.event.state.name] > 0:
                self.failing[message.event.state.name] -= 1
                raise RuntimeError("made to fail")
            await copy_city(tx, message)

        group = Group(self.name, {CityEvent: On(handle)})
        kafka = KafkaSettings(bootstrap_servers=self.kafka)
        return Consumer(self.mongo, kafka, ConsumerSettings(), group)

    def envelope(self, sequence: int = 1, city: str = "", name: str = "Köln") -> Envelope:
        state = City(city or f"cty_{uuid4().hex}", name, version=sequence - 1)
        stamp = (self.mongo.event_ids.next(), sequence, self.mongo.clock.now())
        return envelope_of(outbox_row(event_of(state), "registry", stamp, Cause()))

    async def send(self, *records: Envelope | Raw) -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=self.kafka, max_request_size=2_000_000
        ) as producer:
            for each in records:
                key, value, headers = _raw(each) if isinstance(each, Envelope) else each
                await producer.send_and_wait(
                    CITIES_TOPIC.name, value=value, key=key, headers=headers, partition=0
                )

    async def effects(self, *cities: str, seconds: float = 30) -> dict[str, int]:
        """Wait until each of the cities has a copy; give the number of effects of each."""

        async def look() -> dict[str, int] | None:
            copies = await self.mongo.find(COPIES, {"_id": {"$in": list(cities)}})
            return (
                {each.id: each.effects for each in copies} if len(copies) == len(cities) else None
            )

        return await eventually(look, seconds)

    async def letters(self, count: int, seconds: float = 30) -> list[Raw]:
        async def look() -> list[Raw] | None:
            found = await read_topic(self.kafka, dead_letter_topic(self.name))
            whole = [(each.key, each.value, list(each.headers)) for each in found]
            return whole if len(whole) >= count else None

        return await eventually(look, seconds, 0.3)


@pytest.fixture
async def receiver(kafka: str, mongo_url: str) -> AsyncIterator[Receiver]:
    name = f"r_{uuid4().hex[:12]}"
    await apply(kafka, groups=[name])
    await begin_at_end(kafka, name)
    mongo = await database(mongo_url, name)
    yield Receiver(kafka, mongo)
    await mongo.close()


async def test_a_repeated_record_takes_effect_once(receiver: Receiver, tally: Tally) -> None:
    sent = [receiver.envelope() for _ in range(50)]
    end = receiver.envelope()

    async with running(receiver.consumer().run()):
        await receiver.send(*sent, *sent, *reversed(sent), end)
        await receiver.effects(end.subject)
        effects = await receiver.effects(*(each.subject for each in sent))

    tally.note("record three times", 50, _counts(150, effects, dict.fromkeys(effects, 1)), [])


async def test_a_late_record_never_wins(receiver: Receiver, tally: Tally) -> None:
    cities = [f"cty_{uuid4().hex}" for _ in range(20)]
    late = [receiver.envelope(2, each, "late") for each in cities]
    newer = [receiver.envelope(3, each, "newer") for each in cities]
    end = receiver.envelope()

    async with running(receiver.consumer().run()):
        await receiver.send(*newer, *late, end)
        await receiver.effects(end.subject)

    copies = await receiver.mongo.find(COPIES, {"_id": {"$in": cities}})
    older = sum(each.name != "newer" or each.version != 3 for each in copies)
    effects = {each.id: each.effects for each in copies}
    counts = _counts(40, effects, dict.fromkeys(cities, 2))
    tally.note("older record after newer", 20, replace(counts, reordered=older), [])


async def test_poison_is_buried_whole_and_blocks_nothing(receiver: Receiver, tally: Tally) -> None:
    poisons = _poisons(receiver)
    good = [receiver.envelope() for _ in poisons]
    mixed = [each for pair in zip(poisons.values(), good, strict=True) for each in pair]

    async with running(receiver.consumer().run()):
        await receiver.send(*mixed)
        effects = await receiver.effects(*(each.subject for each in good))
        letters = await receiver.letters(len(poisons))

    for (key, value, headers), letter in zip(poisons.values(), letters, strict=True):
        assert (key, value, headers) == (letter[0], letter[1], letter[2][: len(headers)])
    codes = [dict(letter[2])["dlq_error_code"].decode() for letter in letters]
    assert codes == [name.split()[0] for name in poisons]
    counts = _counts(len(mixed), effects, dict.fromkeys(effects, 1))
    tally.note("poisoned record", len(poisons), counts, [])


async def test_a_handler_that_fails_for_a_while_takes_effect(
    receiver: Receiver, tally: Tally
) -> None:
    sent = [receiver.envelope(name=name) for name in ("a", "unlucky", "b")]
    receiver.failing["unlucky"] = 3

    async with running(receiver.consumer().run()):
        await receiver.send(*sent)
        effects = await receiver.effects(*(each.subject for each in sent))

    assert receiver.failing["unlucky"] == 0
    tally.note("handler fails 3 times", 3, _counts(3, effects, dict.fromkeys(effects, 1)), [])


@pytest.mark.skipif(IS_SHORT, reason="takes the whole retry schedule")
async def test_a_handler_that_always_fails_ends_in_a_dead_letter(
    receiver: Receiver, tally: Tally
) -> None:
    doomed, after = receiver.envelope(name="doomed"), receiver.envelope()
    receiver.failing["doomed"] = 1000
    loop = asyncio.get_running_loop()

    async with running(receiver.consumer().run()):
        started = loop.time()
        await receiver.send(doomed, after)
        effects = await receiver.effects(after.subject, seconds=90)
        letters = await receiver.letters(1)

    headers = dict(letters[0][2])
    assert loop.time() - started >= sum(RETRY_SCHEDULE_SECONDS)
    assert headers["dlq_attempts"] == str(len(RETRY_SCHEDULE_SECONDS) + 1).encode()
    assert headers["dlq_error_code"] == b"handler_RuntimeError"
    tally.note("handler always fails", 1, _counts(2, effects, {after.subject: 1}), [])


async def test_the_breaker_holds_the_rest_back(receiver: Receiver, tally: Tally) -> None:
    _, value, headers = _raw(receiver.envelope())
    poison = [(f"cty_{n}".encode(), value, headers) for n in range(BREAKER_LIMIT + 5)]
    consumer = receiver.consumer()

    async with running(consumer.run()):
        broken = [(key, b"{", headers) for key, value, headers in poison]
        await receiver.send(*broken)
        await eventually(lambda: _is_open(consumer))
        with pytest.raises(Unavailable, match="breaker"):
            await consumer.ready()
        letters = await receiver.letters(BREAKER_LIMIT)

    assert len(letters) == BREAKER_LIMIT
    tally.note("10 dead letters in a row", 1, Counts(len(poison), 0, 0, 0, 0), [])


async def test_scattered_poison_does_not_open_the_breaker(receiver: Receiver) -> None:
    good = [receiver.envelope() for _ in range(2 * BREAKER_LIMIT)]
    poison = [(each.subject.encode(), b"{", headers_of(each)) for each in good]
    await receiver.send(*(each for pair in zip(good, poison, strict=True) for each in pair))
    consumer = receiver.consumer()

    async with running(consumer.run()):
        await receiver.letters(len(poison), seconds=60)

        assert not consumer.breaker.is_open


async def _is_open(consumer: Consumer) -> bool:
    return consumer.breaker.is_open


def _poisons(receiver: Receiver) -> dict[str, Raw]:
    """Give one record of each kind that can't be handled, named by the code of its dead letter."""
    key, value, headers = _raw(receiver.envelope())
    other = _raw(receiver.envelope())[1]

    def with_header(name: str, new: bytes) -> list[tuple[str, bytes]]:
        return [(each, new if each == name else old) for each, old in headers]

    return {
        "envelope_invalid no headers": (key, value, []),
        "envelope_invalid undecodable": (key, value, with_header("ce_id", b"\xff\xfe")),
        "envelope_invalid sequence": (key, value, with_header("ce_sequence", b"x")),
        "payload_invalid not JSON": (key, b'{"state":', headers),
        "payload_invalid bytes": (key, b"\x00\xff", headers),
        "type_unknown": (key, value, with_header("ce_type", b"eu.worldcities.none.v1")),
        "subject_mismatch": (key, other, headers),
        "payload_invalid empty": (key, b"", headers),
        "payload_invalid huge key": (b"k" * 500_000, b"", headers),
    }


def _raw(envelope: Envelope) -> Raw:
    return envelope.subject.encode(), envelope.data, headers_of(envelope)


def _counts(records: int, effects: dict[str, int], wanted: dict[str, int]) -> Counts:
    lost = sum(max(0, number - effects.get(id_, 0)) for id_, number in wanted.items())
    doubled = sum(max(0, effects.get(id_, 0) - number) for id_, number in wanted.items())
    return Counts(records, lost, doubled, 0, 0, (str(effects),))
