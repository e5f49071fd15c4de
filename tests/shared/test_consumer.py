"""What a consumer does with records, without a broker: retries, dead letters, breaker, outages."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest

from shared.clock import SystemClock
from shared.consumer import Group, On
from shared.consumer.batches import Batches, Failure, Record
from shared.consumer.dead_letters import Breaker, letter_headers, letter_value
from shared.contracts.registry import CityEvent
from shared.envelope import Message, headers_of
from shared.errors import Unavailable
from shared.mongo import Mongo
from shared.outbox import Cause, envelope_of, outbox_row
from shared.unit_of_work import Tx
from tests.support.chain import COPIES, City, copy_city, database, event_of
from tests.support.waiting import eventually

QUICK = (0.0, 0.0)


@dataclass
class Handling:
    """A handler that copies cities, and fails for some as often as told."""

    failing: dict[str, list[Exception]] = field(default_factory=dict)
    buried: list[tuple[Record, Failure]] = field(default_factory=list)

    async def handle(self, tx: Tx, message: Message[CityEvent]) -> None:
        if failures := self.failing.get(message.event.subject):
            raise failures.pop()
        await copy_city(tx, message)

    async def bury(self, record: Record, failure: Failure) -> None:
        self.buried.append((record, failure))

    def batches(self, mongo: Mongo) -> Batches:
        group = Group("test", {CityEvent: On(self.handle)})
        return Batches(mongo, group, self.bury, retry_schedule=QUICK)


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[Mongo]:
    connected = await database(mongo_url, f"b_{uuid4().hex[:12]}")
    yield connected
    await connected.close()


def _record(mongo: Mongo, city_id: str, version: int = 1, offset: int = 0) -> Record:
    stamp = (mongo.event_ids.next(), version, mongo.clock.now())
    envelope = envelope_of(outbox_row(event_of(City(city_id, "Köln")), "test", stamp, Cause()))
    headers = tuple(headers_of(envelope))
    return Record("registry.city.v1", 0, offset, city_id.encode(), envelope.data, headers)


async def test_one_bad_record_costs_itself_alone(mongo: Mongo) -> None:
    handling = Handling({"cty_2": [ValueError()] * 9})

    await handling.batches(mongo).apply([_record(mongo, f"cty_{n}") for n in (1, 2, 3)])

    assert {copy.id for copy in await mongo.find(COPIES, {})} == {"cty_1", "cty_3"}
    assert [record.key for record, _ in handling.buried] == [b"cty_2"]


async def test_a_record_is_given_up_after_the_whole_schedule(mongo: Mongo) -> None:
    handling = Handling({"cty_1": [ValueError()] * 9})

    await handling.batches(mongo).apply([_record(mongo, "cty_1")])

    ((_, failure),) = handling.buried
    assert (failure.code, failure.attempts) == ("handler_ValueError", len(QUICK) + 1)


async def test_a_failure_that_passes_leaves_no_trace(mongo: Mongo) -> None:
    handling = Handling({"cty_1": [ValueError(), ValueError()]})

    await handling.batches(mongo).apply([_record(mongo, "cty_1")])

    assert handling.buried == []
    assert [copy.effects for copy in await mongo.find(COPIES, {})] == [1]


async def test_an_outage_is_waited_out_and_never_buried(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.consumer.batches.OUTAGE_PAUSE_SECONDS", 0)
    handling = Handling({"cty_1": [Unavailable() for _ in range(20)]})

    await handling.batches(mongo).apply([_record(mongo, "cty_1")])

    assert handling.buried == []
    assert len(await mongo.find(COPIES, {})) == 1


async def test_a_record_twice_in_a_batch_takes_effect_once(mongo: Mongo) -> None:
    record = _record(mongo, "cty_1")

    await Handling().batches(mongo).apply([record, record])

    assert [copy.effects for copy in await mongo.find(COPIES, {})] == [1]


async def test_what_a_group_has_no_interest_in_is_passed_over(mongo: Mongo) -> None:
    handling = Handling()
    group = Group("test", {})

    await Batches(mongo, group, handling.bury).apply([_record(mongo, "cty_1")])

    assert handling.buried == []


def test_a_letter_keeps_the_record_and_says_where_it_was() -> None:
    failure_time = SystemClock().now()
    record = Record("registry.city.v1", 3, 42, b"cty_1", b"{}", (("ce_id", b"1"),))

    headers = letter_headers(record, Failure("x", 5, failure_time), "matching", failure_time)

    assert headers[0] == ("ce_id", b"1")
    assert dict(headers)["dlq_offset"] == b"42"
    assert dict(headers)["dlq_attempts"] == b"5"


async def test_the_breaker_opens_after_its_limit_and_closes_with_a_success() -> None:
    breaker = Breaker(limit=2, pause_seconds=0)

    breaker.letter()
    breaker.letter()
    was_open = breaker.is_open
    breaker.success()

    assert was_open
    assert not breaker.is_open


async def test_a_record_that_is_tried_again_keeps_no_other_partition_waiting(mongo: Mongo) -> None:
    failing = Handling({"cty_1": [ValueError()] * 9})
    gate = asyncio.Semaphore(1)
    slow = replace(failing.batches(mongo), retry_schedule=(60.0,), gate=gate)

    stuck = asyncio.create_task(slow.apply([_record(mongo, "cty_1")]))
    await eventually(lambda: _has_failed(failing))
    async with asyncio.timeout(10):
        await replace(Handling().batches(mongo), gate=gate).apply([_record(mongo, "cty_2")])
    stuck.cancel()

    assert [copy.id for copy in await mongo.find(COPIES, {})] == ["cty_2"]


async def _has_failed(handling: Handling) -> bool:
    return len(handling.failing["cty_1"]) < 8


@pytest.mark.parametrize(
    ("topic", "kept"),
    [("registry.contact.v1", None), ("registry.city.v1", b"a value"), ("unknown", b"a value")],
)
def test_letter_has_no_personal_data(topic: str, kept: bytes | None) -> None:
    record = Record(topic, 0, 0, b"key", b"a value", ())

    assert letter_value(record) == kept
