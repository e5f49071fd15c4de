"""Commits that fail or whose answer never comes, made by the database's own fail points."""

from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

import pytest

from shared.consumer import Consumer
from shared.mongo import DriverName, Mongo
from shared.outbox import OUTBOX
from shared.relay import Relay
from shared.settings import ConsumerSettings, KafkaSettings, RelaySettings
from shared.topics import apply
from tests.faults.conftest import IS_SHORT, Tally
from tests.faults.ledger import Counts, count
from tests.support.chain import CITIES, COPIES, copying, database, grow, register
from tests.support.groups import begin_at_end
from tests.support.waiting import eventually, running

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

NO_SUCH_TRANSACTION = 251
MAX_TIME_EXPIRED = 50
INTERRUPTED_AT_SHUTDOWN = 11600

FAILURES: dict[str, Mapping[str, object]] = {
    "transient": {
        "errorCode": NO_SUCH_TRANSACTION,
        "errorLabels": ["TransientTransactionError"],
    },
    "server shuts down": {
        "errorCode": INTERRUPTED_AT_SHUTDOWN,
        "errorLabels": ["UnknownTransactionCommitResult"],
    },
    "took too long": {
        "errorCode": MAX_TIME_EXPIRED,
        "errorLabels": ["UnknownTransactionCommitResult"],
    },
    "connection closed": {"closeConnection": True},
}
EACH = 2 if IS_SHORT else 5
COMMANDS = 4


@pytest.fixture(params=["motor", "pymongo"])
async def chain(
    kafka: str, mongo_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Mongo, Mongo]]:
    driver: DriverName = request.param
    run = uuid4().hex[:12]
    await apply(kafka, groups=[f"c_{run}"])
    await begin_at_end(kafka, f"c_{run}")
    producer = await database(mongo_url, f"p_{run}", driver)
    consumer = await database(mongo_url, f"c_{run}", driver)
    yield producer, consumer
    await producer.close()
    await consumer.close()


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failed_commit_takes_effect_exactly_once(
    kafka: str, chain: tuple[Mongo, Mongo], tally: Tally, failure: str
) -> None:
    producer, consumer = chain
    city = await register(producer)
    settings = KafkaSettings(bootstrap_servers=kafka)
    relay = Relay(producer, settings, RelaySettings(), "test")
    receiver = Consumer(consumer, settings, ConsumerSettings(), copying(consumer.name))

    async with running(relay.run(), receiver.run()):
        for _ in range(EACH):
            await _fail_commits(producer, 2, FAILURES[failure])
            for _ in range(COMMANDS):
                city = await grow(producer, city.id)
        await _fail_commits(producer, 0, FAILURES[failure])
        await eventually(lambda: _arrived(producer, consumer), 60)

    saved = await producer.get(CITIES, city.id)
    assert saved is not None
    assert (saved.version, saved.population) == (EACH * COMMANDS + 1, EACH * COMMANDS)
    acknowledged = {city.id: frozenset(range(1, city.version + 1))}
    counts: Counts = await count(kafka, producer, consumer, acknowledged)
    fault = f"commit {failure} ({producer.driver})"
    tally.note(fault, EACH, counts, [])


async def _fail_commits(mongo: Mongo, times: int, data: Mapping[str, object]) -> None:
    """Let the next commits of anybody on this server fail; none with 0."""
    await mongo.database.client.admin.command(
        {
            "configureFailPoint": "failCommand",
            "mode": {"times": times} if times else "off",
            "data": {"failCommands": ["commitTransaction"], **data},
        }
    )


async def _arrived(producer: Mongo, consumer: Mongo) -> bool:
    waiting = await producer.database[OUTBOX].count_documents({})
    newest = {each.id: each.version for each in await producer.find(CITIES, {})}
    copies = {each.id: each.version for each in await consumer.find(COPIES, {})}
    return not waiting and all(copies.get(id_, 0) >= each for id_, each in newest.items())
