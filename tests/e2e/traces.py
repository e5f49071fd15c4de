"""Looking for a person in all that a platform keeps: databases, topics, files and logs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bson
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import MongoClient

from shared.contracts.catalogue import TOPICS
from tests.e2e.conftest import World

MAILBOX: Final = "mailbox"
"""The folder that is not looked through: it stands for the mailboxes of people themselves."""

BALLAST_BYTES: Final = (300, 900, 3000, 9000) * 24
"""Rows of all sizes, so that free places of all sizes are filled."""

SMALL_PAGES: Final = 40
"""Checkpoints after a single row: their pages are small, and fill the smallest places."""

BALLAST_COLLECTIONS: Final = 64
"""Documents are in sixteen files, by their collection; 20 MB end two files of the journal."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Whoever one of these words belongs to, in a platform."""

    world: World
    words: tuple[bytes, ...]

    def within(self, raw: bytes) -> bool:
        lowered = raw.lower()
        return any(each in lowered for each in self.words)

    def in_databases(self) -> list[str]:
        """Give every collection of every database, the server's own too, that has one."""
        found = []
        with MongoClient[dict[str, Any]](self.world.url("mongo")) as client:
            for name in client.list_database_names():
                for collection in client[name].list_collection_names():
                    rows = client[name][collection].find({})
                    if any(self.within(bson.encode(row)) for row in rows):
                        found.append(f"{name}.{collection}")
        return sorted(found)

    def on_topics(self) -> list[str]:
        """Give every topic, Kafka's own and dead letters included, with one in any record."""
        return asyncio.run(self._on_topics())

    def in_files(self) -> list[str]:
        """Give every file with one: Kafka's segments, logs, the database's pages and journal."""
        data = self.world.data
        files = (each for each in data.rglob("*") if each.is_file())
        others = (each for each in files if not each.is_relative_to(data / MAILBOX))
        return sorted(str(each.relative_to(data)) for each in others if self._holds(each))

    def prune_oplog(self) -> None:
        """Let the database drop what is older than its oplog's retention.

        It does so by itself with every thousandth write (secantus 0.7, `_OPLOG_PRUNE_INTERVAL`).
        """
        with MongoClient[dict[str, Any]](self.world.url("mongo")) as client:
            client.admin.command("secantusAdmin.pruneOplog")

    def turn_storage_over(self) -> None:
        """Let the database work for a while: the engine writes new pages over those it freed."""
        with MongoClient[dict[str, Any]](self.world.url("mongo")) as client:
            for number in range(BALLAST_COLLECTIONS):
                rows = [{"text": "b" * size} for size in BALLAST_BYTES]
                client["ballast"][f"rows_{number}"].insert_many(rows)
            client.admin.command("fsync")
            for _ in range(SMALL_PAGES):
                client["ballast"]["rows"].insert_one({"text": "b" * BALLAST_BYTES[0]})
                client.admin.command("fsync")

    def _holds(self, file: Path) -> bool:
        try:
            return self.within(file.read_bytes())
        except FileNotFoundError:
            return False  # Kafka or the database has just deleted it

    async def _on_topics(self) -> list[str]:
        servers = self.world.url("kafka")
        consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
        await consumer.start()
        try:
            every = await _partitions(consumer)
            assert set(every) >= set(TOPICS)
            found: set[str] = set()
            for topic, partitions in every.items():
                async for raw in _records(consumer, partitions):
                    if self.within(raw):
                        found.add(topic)
            return sorted(found)
        finally:
            await consumer.stop()


def has_letter(world: World, topic: str, key: str) -> bool:
    """Tell whether a topic has a record with this key."""

    async def look() -> bool:
        servers = world.url("kafka")
        consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = (await _partitions(consumer))[topic]
            raws = [raw async for raw in _records(consumer, partitions)]
            return any(raw.startswith(key.encode()) for raw in raws)
        finally:
            await consumer.stop()

    return asyncio.run(look())


async def _partitions(consumer: AIOKafkaConsumer) -> dict[str, list[TopicPartition]]:
    cluster = await consumer._client.fetch_all_metadata()
    return {
        topic: [TopicPartition(topic, each) for each in cluster.partitions_for_topic(topic)]
        for topic in cluster.topics(exclude_internal_topics=False)
    }


async def _records(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> AsyncIterator[bytes]:
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    while [each for each in partitions if await consumer.position(each) < ends[each]]:
        for rows in (await consumer.getmany(timeout_ms=500)).values():
            for row in rows:
                yield _raw(row.key, row.value, row.headers)


def _raw(key: bytes | None, value: bytes | None, headers: Any) -> bytes:  # noqa: ANN401 - pairs
    return b" ".join((key or b"", value or b"", *_flat(headers)))


def _flat(headers: Any) -> Iterator[bytes]:  # noqa: ANN401 - pairs
    for name, value in headers:
        yield name.encode()
        yield value or b""
