"""A person who is erased is gone: canaries in all databases, topics, files and logs of a full run.

Not looked through are the local mailbox, which stands for the person's own mailbox, and what the
database server keeps below the collections: its oplog (the database `local`), which ends by its own
retention, and the pages of its storage engine, which are reused as they become free.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import bson
import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.partitioner import DefaultPartitioner
from pymongo import MongoClient

from shared.contracts.catalogue import TOPICS
from shared.contracts.event import PARTITIONS
from shared.contracts.registry.contacts import CONTACTS
from tests.e2e.conftest import World

pytestmark = pytest.mark.timeout(600)

MARK: Final = uuid4().hex[:12]
NAME, MAILBOX, PHONE, MESSENGER, NOTE, ROLE = (
    f"canary{kind}{MARK}" for kind in ("name", "mail", "phone", "chat", "note", "role")
)
CANARIES: Final = tuple(each.encode() for each in (NAME, MAILBOX, PHONE, MESSENGER, NOTE, ROLE))
EMAIL: Final = f"{MAILBOX}@example.org"
PERSON: Final = {
    "name": f"Ada {NAME}",
    "email": EMAIL,
    "role": ROLE,
    "channels": [
        {"kind": "phone", "address": PHONE, "note": NOTE},
        {"kind": "messenger", "address": MESSENGER},
    ],
}
ARRIVAL_SECONDS: Final = 90
COMPACTION_SECONDS: Final = 120

AT_ONCE: Final = {
    "cleanup.policy": "compact",
    "segment.ms": "500",
    "max.compaction.lag.ms": "500",
    "delete.retention.ms": "0",
    "min.cleanable.dirty.ratio": "0.001",
    "file.delete.delay.ms": "0",
}
"""What the topic does within a day, done at once."""

STORAGE: Final = ("mailbox", "mongo/db")
"""Folders that are not looked through; see above."""


SERVERS_OWN: Final = {"local"}
"""Databases that are the server's own; see above."""


class Officer:
    """An officer who acts over the platform's public API."""

    def __init__(self, world: World, http: httpx2.Client) -> None:
        self._world = world
        self._http = http

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        version: int | None = None,
    ) -> httpx2.Response:
        headers = {} if version is None else {"If-Match": f'"v{version}"'}
        if method == "POST" and version is None:
            headers["Idempotency-Key"] = uuid4().hex
        url = f"{self._world.url(service)}{path}"
        return self._http.request(method, url, json=body, headers=headers)

    def does(self, service: str, method: str, path: str, *more: Any) -> dict[str, Any]:  # noqa: ANN401
        answer = self.ask(service, method, path, *more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return dict(answer.json()) if answer.content else {}


def plant(officer: Officer) -> tuple[str, str]:
    """Let a person live through everything the platform does with people; give path and id."""
    city = officer.does("registry", "POST", "/v1/cities", {"name": "Canaryville", "country": "LV"})
    people = f"/v1/cities/{city['id']}/contacts"
    refused = officer.ask("registry", "POST", people, {**PERSON, "email": MAILBOX})
    assert refused.status_code == 422
    id_ = officer.does("registry", "POST", people, PERSON)["id"]
    path = f"{people}/{id_}"
    officer.does("registry", "PATCH", path, {"name": f"Ada B. {NAME}"}, 1)
    assert officer.ask("registry", "PATCH", path, {"name": NAME}, 1).status_code == 412
    activity = officer.does("events", "GET", "/v1/activities?status=planned&limit=1")["items"][0]
    asked = f"/v1/activities/{activity['id']}/delegations"
    delegation = officer.does("events", "POST", asked, {"city_id": city["id"]})
    sent = f"/v1/delegations/{delegation['id']}"
    named = {"delegates": [{"contact_id": id_}]}
    officer.does("events", "PUT", f"{sent}/delegates", named, delegation["version"])
    officer.does("events", "POST", f"{sent}/confirm", None, delegation["version"] + 1)
    return path, id_


def wait_for(what: str, seconds: float, look: Any) -> None:  # noqa: ANN401 - a function
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: still {found!r} after {seconds:g} s"
        time.sleep(1)


def has_canary(raw: bytes) -> bool:
    lowered = raw.lower()
    return any(each in lowered for each in CANARIES)


def in_databases(world: World) -> list[str]:
    """Give every collection, of every database, that has a canary, in whatever field and type."""
    found = []
    with MongoClient[dict[str, Any]](world.url("mongo")) as client:
        for name in set(client.list_database_names()) - SERVERS_OWN:
            for collection in client[name].list_collection_names():
                rows = client[name][collection].find({})
                if any(has_canary(bson.encode(row)) for row in rows):
                    found.append(f"{name}.{collection}")
    return sorted(found)


async def on_topics(world: World) -> list[str]:
    """Give every topic, dead letters included, with a canary in a key, value or header."""
    consumer = AIOKafkaConsumer(bootstrap_servers=world.url("kafka"), enable_auto_commit=False)
    await consumer.start()
    try:
        found: set[str] = set()
        cluster = await consumer._client.fetch_all_metadata()
        every = {
            topic: [TopicPartition(topic, each) for each in cluster.partitions_for_topic(topic)]
            for topic in cluster.topics(exclude_internal_topics=False)
        }
        assert set(every) >= set(TOPICS)
        for topic, partitions in every.items():
            async for raw in records(consumer, partitions):
                if has_canary(raw):
                    found.add(topic)
        return sorted(found)
    finally:
        await consumer.stop()


async def records(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> Any:  # noqa: ANN401
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    while [each for each in partitions if await consumer.position(each) < ends[each]]:
        batch = await consumer.getmany(timeout_ms=500)
        for rows in batch.values():
            for row in rows:
                headers = b" ".join(name.encode() + b" " + value for name, value in row.headers)
                yield b" ".join((row.key or b"", row.value or b"", headers))


def in_files(world: World) -> list[str]:
    """Give every file of the platform's data, logs and Kafka's segments included, with one."""
    return sorted(
        str(file.relative_to(world.data)) for file in files_of(world.data) if holds_canary(file)
    )


def files_of(data: Path) -> Iterator[Path]:
    skipped = [data / each for each in STORAGE]
    for file in data.rglob("*"):
        if file.is_file() and not any(file.is_relative_to(each) for each in skipped):
            yield file


def holds_canary(file: Path) -> bool:
    try:
        return has_canary(file.read_bytes())
    except FileNotFoundError:
        return False  # Kafka has just deleted the segment


async def compact_at_once(world: World) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=world.url("kafka"))
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, CONTACTS.name, configs=AT_ONCE)
        await admin.alter_configs([resource])
    finally:
        await admin.close()


def partition_of(id_: str) -> int:
    every = list(range(PARTITIONS))
    return int(DefaultPartitioner()(id_.encode(), every, every))


def let_segment_end(officer: Officer, path: str, partition: int) -> None:
    """Put one more record behind the canary's: Kafka never compacts the segment it writes to."""
    people = path.rsplit("/", 1)[0]
    other = {"name": "Filler", "email": "filler@example.org", "role": "filler"}
    for _ in range(40 * PARTITIONS):
        if partition_of(officer.does("registry", "POST", people, other)["id"]) == partition:
            return
    pytest.fail("no contact came to the canary's partition")


@pytest.fixture
def officer(world: World) -> Iterator[Officer]:
    token = world.run("token", "--role", "officer").strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(headers=headers, trust_env=False, timeout=30) as http:
        yield Officer(world, http)


@pytest.mark.usefixtures("summary")
def test_nothing_is_left_of_a_person_who_was_erased(world: World, officer: Officer) -> None:
    path, id_ = plant(officer)
    messages = f"{world.url('mailbox')}/api/messages"
    wait_for("the invitation", ARRIVAL_SECONDS, lambda: EMAIL in _text(messages))
    known = [
        "events.contact_copies",
        "notifications.contact_copies",
        "notifications.emails",
        "registry.contacts",
    ]
    assert in_databases(world) == known
    assert asyncio.run(on_topics(world)) == [CONTACTS.name]

    officer.does("registry", "DELETE", path, None, 2)

    wait_for("the databases", ARRIVAL_SECONDS, lambda: in_databases(world) == [])
    asyncio.run(compact_at_once(world))
    time.sleep(1)
    let_segment_end(officer, path, partition_of(id_))
    wait_for("the topic", COMPACTION_SECONDS, lambda: asyncio.run(on_topics(world)) == [])
    wait_for("the files", COMPACTION_SECONDS, lambda: in_files(world) == [])


def _text(url: str) -> str:
    return httpx2.get(url, trust_env=False, timeout=30).text
