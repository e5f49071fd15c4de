"""Promise: consuming costs at most a fifth over a bare batched loop with the same transaction.

The bare loop reads the same records, inserts the same inbox rows and writes the same copies, a
hundred records of one partition per transaction, and commits offsets. It has no retries, no dead
letters, no contracts, and forgets how to stop.
"""

import asyncio
import time
from collections.abc import Sequence
from statistics import median
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from prometheus_client import Counter
from pymongo import ReplaceOne

from benchmarks.relay import paired, rows_of
from benchmarks.report import Figure, at_least
from benchmarks.servers import BENCH_GROUPS, Servers
from shared.commits import commit
from shared.consumer import Consumer, Group
from shared.contracts.registry import CITIES
from shared.envelope import headers_of
from shared.inbox import INBOX
from shared.mongo import Mongo
from shared.outbox import envelope_of
from shared.settings import ConsumerSettings, KafkaSettings
from shared.telemetry import EVENTS_CONSUMED
from tests.support.chain import COPIES, copying, database
from tests.support.waiting import eventually, running

ROUNDS = 5
BATCH_RECORDS = 100


async def measure(servers: Servers, records: int) -> list[Figure]:
    """Consume ``records`` records in either way, in turns; rates are the medians of the rounds."""
    ours: list[float] = []
    bare: list[float] = []
    sent = 0
    mongo = await database(servers.mongo_url, "bench_source")
    for _ in range(ROUNDS):
        await _publish(servers, mongo, records)
        sent += records
        ours.append(await _ours(servers, records))
        bare.append(records / await _bare(servers, records))
    await mongo.close()
    return [
        Figure("consumer, rate", round(median(ours)), "events/s"),
        Figure("bare batched loop, rate", round(median(bare)), "events/s"),
        at_least("consumer, ratio to bare batched loop", paired(ours, bare), "x", 0.8),
    ]


async def _publish(servers: Servers, mongo: Mongo, records: int) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=servers.kafka, enable_idempotence=True, acks="all"
    ) as producer:
        sent = []
        for row in rows_of(mongo, records):
            envelope = envelope_of(row)
            key = envelope.subject.encode()
            sent.append(
                await producer.send(
                    CITIES.name, value=envelope.data, key=key, headers=headers_of(envelope)
                )
            )
        await asyncio.gather(*sent)


async def _ours(servers: Servers, records: int) -> float:
    """Give records a second, from the first transaction on: joining the group is not counted."""
    mongo = await database(servers.mongo_url, f"bench_{uuid4().hex[:8]}")
    group = Group(BENCH_GROUPS[0], copying("").handlers)
    consumer = Consumer(
        mongo, KafkaSettings(bootstrap_servers=servers.kafka), ConsumerSettings(), group
    )
    rate = await _rate_of(consumer, mongo, records)
    await mongo.close()
    return rate


async def _rate_of(consumer: Consumer, mongo: Mongo, records: int) -> float:
    applied = EVENTS_CONSUMED.labels(consumer.group.name, CITIES.name, "applied")
    before = _count(applied)

    async def has_applied(wanted: int) -> bool:
        return _count(applied) - before >= wanted

    async with running(consumer.run()):
        await eventually(lambda: has_applied(1), 60, 0.001)
        started, first = time.perf_counter(), _count(applied) - before
        await eventually(lambda: has_applied(records), 120, 0.005)
        spent = time.perf_counter() - started
    copies = await mongo.database[COPIES.name].count_documents({})
    if copies != records:
        raise RuntimeError(f"{copies} copies of {records} records: the measurement is void")
    return (records - first) / spent


def _count(counter: Counter) -> float:
    """Read a metric: asking the database meanwhile would slow it down."""
    (metric,) = counter.collect()
    return sum(each.value for each in metric.samples if each.name.endswith("_total"))


async def _bare(servers: Servers, records: int) -> float:
    mongo = await database(servers.mongo_url, f"bench_{uuid4().hex[:8]}")
    client = AIOKafkaConsumer(
        CITIES.name,
        bootstrap_servers=servers.kafka,
        group_id="bench-bare",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    async with client:
        done, started = 0, 0.0
        while done < records:
            fetched = await client.getmany(timeout_ms=250, max_records=1000)
            started = started or time.perf_counter()
            for partition, batch in fetched.items():
                for first in range(0, len(batch), BATCH_RECORDS):
                    await _bare_transaction(mongo, batch[first : first + BATCH_RECORDS])
                done += len(batch)
                await client.commit({partition: batch[-1].offset + 1})
    spent = time.perf_counter() - started
    await mongo.close()
    return spent


async def _bare_transaction(mongo: Mongo, batch: Sequence[ConsumerRecord]) -> None:
    inbox, copies = mongo.database[INBOX], mongo.database[COPIES.name]
    ids = [dict(record.headers)["ce_id"].decode() for record in batch]
    states = [orjson.loads(record.value)["state"] for record in batch]
    async with mongo.session() as session:
        seen = {row["_id"] async for row in inbox.find({"_id": {"$in": ids}}, session=session)}
        named = {"_id": {"$in": [state["id"] for state in states]}}
        held = {copy["_id"] async for copy in copies.find(named, session=session)}
        now = mongo.clock.now()
        await inbox.insert_many(
            [{"_id": id_, "at": now} for id_ in ids if id_ not in seen], session=session
        )
        written = [
            {
                "_id": state["id"],
                "name": state["name"],
                "population": state["population"],
                "effects": 1,
                "version": 1,
            }
            for state in states
        ]
        new = [document for document in written if document["_id"] not in held]
        changed = [
            ReplaceOne({"_id": document["_id"]}, document)
            for document in written
            if document["_id"] in held
        ]
        if new:
            await copies.insert_many(new, session=session)
        if changed:
            await copies.bulk_write(changed, ordered=False, session=session)
        await commit(session)
