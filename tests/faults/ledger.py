"""Counts what a fault did: what was acknowledged against what is on the topic and took effect.

*Lost*: an acknowledged version without its record or its effect, or a state without its event.
*Doubled*: an effect more than one event id can account for. *Reordered*: per key, the first records
of the versions are not 1, 2, 3, ..., or the last record is not of the newest version (compaction
would keep an old one). *Repeated*: a record that is there again under the same id, which delivery
at least once allows.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from shared.contracts.registry import CITIES as CITIES_TOPIC
from shared.mongo import Mongo
from tests.support.chain import CITIES, COPIES

READ_SECONDS = 60.0
"""For one topic of a test, from its beginning, on a busy machine."""

Acknowledged = Mapping[str, frozenset[int]]
"""The acknowledged versions by aggregate id."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one run of a fault did; `details` names the first places for people."""

    records: int
    lost: int
    doubled: int
    reordered: int
    repeated: int
    details: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every promise held."""
        return not (self.lost or self.doubled or self.reordered)


@dataclass(frozen=True, slots=True)
class Published:
    """The records of one key, in their order."""

    sequences: tuple[int, ...]
    ids: tuple[str, ...]

    @property
    def firsts(self) -> list[int]:
        """The sequences of the first record of each event id."""
        first: dict[str, int] = {}
        for id_, sequence in zip(self.ids, self.sequences, strict=True):
            first.setdefault(id_, sequence)
        return list(first.values())

    @property
    def is_in_order(self) -> bool:
        """Whether firsts have no gap and the last record is the newest."""
        firsts = self.firsts
        return firsts == list(range(1, len(firsts) + 1)) and self.sequences[-1] == firsts[-1]


async def count(
    bootstrap: str, producer: Mongo, consumer: Mongo, acknowledged: Acknowledged
) -> Counts:
    """Compare everything, once nothing is on its way any more."""
    cities = {each.id: each.version for each in await producer.find(CITIES, {})}
    copies = {each.id: each for each in await consumer.find(COPIES, {})}
    topic = by_key(await read_topic(bootstrap, CITIES_TOPIC.name), cities)
    lost, doubled, details = 0, 0, []
    for id_ in cities.keys() | acknowledged.keys():
        versions = set(acknowledged.get(id_, ())) | set(range(1, cities.get(id_, 0) + 1))
        published = topic.get(id_, Published((), ()))
        copy = copies.get(id_)
        effects, newest = (copy.effects, copy.version) if copy else (0, 0)
        events = len(set(published.ids))
        unheard = versions - set(published.sequences)
        unsaved = {each for each in versions if each > min(newest, cities.get(id_, 0))}
        lost += len(unheard | unsaved) + max(0, events - effects)
        doubled += max(0, effects - events) + max(0, events - len(set(published.sequences)))
        if unheard or unsaved or events != effects:
            details.append(f"{id_}: {unheard=} {unsaved=} {events=} {effects=}")
    disordered = {id_: each for id_, each in topic.items() if not each.is_in_order}
    details += [f"{id_}: order {each.sequences}" for id_, each in disordered.items()]
    records = sum(len(each.ids) for each in topic.values())
    repeated = records - sum(len(set(each.ids)) for each in topic.values())
    return Counts(records, lost, doubled, len(disordered), repeated, tuple(details[:5]))


def by_key(records: Iterable[ConsumerRecord], keys: Iterable[str]) -> dict[str, Published]:
    """Sort the records that have one of these keys by key."""
    wanted, found = set(keys), dict[str, list[tuple[int, str]]]()
    for record in records:
        key = (record.key or b"").decode()
        if key in wanted:
            headers = dict(record.headers)
            row = int(headers["ce_sequence"]), headers["ce_id"].decode()
            found.setdefault(key, []).append(row)
    return {
        key: Published(tuple(row[0] for row in rows), tuple(row[1] for row in rows))
        for key, rows in found.items()
    }


async def read_topic(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Read all that a reader of committed records sees, each partition in its order."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    async with asyncio.timeout(READ_SECONDS):
        await reader.start()
        try:
            return await _read_to_end(reader, topic)
        finally:
            await reader.stop()


async def _read_to_end(reader: AIOKafkaConsumer, topic: str) -> list[ConsumerRecord]:
    cluster = await reader._client.fetch_all_metadata()
    parts = [TopicPartition(topic, each) for each in cluster.partitions_for_topic(topic) or ()]
    assert parts, f"no topic {topic}"
    reader.assign(parts)
    await reader.seek_to_beginning(*parts)
    ends = await reader.end_offsets(parts)
    records: list[ConsumerRecord] = []
    left = {part for part in parts if ends[part] > 0}
    while left:
        fetched = await reader.getmany(*left, timeout_ms=200)
        for batch in fetched.values():
            records.extend(batch)
        left = {part for part in left if await reader.position(part) < ends[part]}
    return records
