"""Promise: the relay costs at most a tenth over a bare loop that finds, sends and deletes rows.

The bare loop has no lease, no fencing, no transaction on either side: it could lose, double and
reorder. The bare producer only sends the same records.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

from aiokafka import AIOKafkaProducer

from benchmarks.report import Figure, at_least
from benchmarks.servers import Servers
from shared.collection import Document
from shared.envelope import headers_of
from shared.ids import new_id
from shared.mongo import Mongo
from shared.outbox import OUTBOX, Cause, envelope_of, outbox_row
from shared.relay import Relay
from shared.settings import KafkaSettings, RelaySettings
from tests.support.chain import City, database, event_of

ROUNDS = 7


def rows_of(mongo: Mongo, count: int) -> list[Document]:
    """Make outbox rows of about 800 bytes each, one per city."""
    cause = Cause("00-" + "1" * 32 + "-" + "2" * 16 + "-01", "bench", None)
    cities = (City(new_id("cty"), f"City {number} " + "x" * 300) for number in range(count))
    return [
        outbox_row(event_of(city), "bench", (mongo.event_ids.next(), 1, mongo.clock.now()), cause)
        for city in cities
    ]


async def measure(servers: Servers, rows: int) -> list[Figure]:
    """Measure ``rows`` events through each way, in turns; rates are the medians of the rounds."""
    mongo = await database(servers.mongo_url, "bench_relay")
    relay = Relay(mongo, KafkaSettings(bootstrap_servers=servers.kafka), RelaySettings(), "bench")
    ways: dict[str, Callable[[list[Document]], Awaitable[None]]] = {}
    async with AIOKafkaProducer(
        bootstrap_servers=servers.kafka, enable_idempotence=True, acks="all"
    ) as producer:
        ways["relay"] = lambda _: _relay(relay)
        ways["bare loop"] = lambda _: _bare_loop(mongo, producer)
        ways["bare producer"] = lambda made: _send(producer, made)
        spent = await _times(mongo, ways, rows)
    await relay.close()
    await mongo.close()
    figures = [
        Figure(f"{name}, rate", round(rows / median(times)), "events/s")
        for name, times in spent.items()
    ]
    return [
        *figures,
        at_least("relay, ratio to bare loop", paired(spent["bare loop"], spent["relay"]), "x", 0.9),
        Figure(
            "relay, ratio to bare producer", paired(spent["bare producer"], spent["relay"]), "x"
        ),
    ]


def paired(numerators: list[float], denominators: list[float]) -> float:
    """Give the median over the rounds of one time over the other.

    The two of a round ran one after the other, so that a busy machine hits both.
    """
    return round(median(a / b for a, b in zip(numerators, denominators, strict=True)), 2)


async def _times(
    mongo: Mongo, ways: dict[str, Callable[[list[Document]], Awaitable[None]]], rows: int
) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            made = rows_of(mongo, rows)
            await mongo.database[OUTBOX].insert_many(made)
            started = time.perf_counter()
            await way(made)
            spent[name].append(time.perf_counter() - started)
            await mongo.database[OUTBOX].delete_many({})
    return spent


async def _relay(relay: Relay) -> None:
    while await relay.publish_batch():
        pass


async def _bare_loop(mongo: Mongo, producer: AIOKafkaProducer) -> None:
    outbox = mongo.database[OUTBOX]
    while True:
        rows = await outbox.find({}).sort("_id", 1).limit(RelaySettings().batch_rows).to_list(None)
        if not rows:
            return
        await _send(producer, rows)
        await outbox.delete_many({"_id": {"$gte": rows[0]["_id"], "$lte": rows[-1]["_id"]}})


async def _send(producer: AIOKafkaProducer, rows: list[Document]) -> None:
    sent = []
    for row in rows:
        envelope = envelope_of(row)
        sent.append(
            await producer.send(
                row["topic"],
                value=envelope.data,
                key=envelope.subject.encode(),
                headers=headers_of(envelope),
            )
        )
    await asyncio.gather(*sent)
