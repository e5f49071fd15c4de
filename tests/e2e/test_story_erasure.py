"""People who are erased are gone: canaries in all databases, topics, files and logs of a full run.

Looked through are the databases with the server's own (its oplog), every topic with Kafka's own and
the dead letters, and every file of the platform: logs, Kafka's segments, the database's pages and
journal. Not looked through is the local mailbox, which stands for the people's own mailboxes.

Three things that take their time are hurried. The topic's own times are made short. The database's
oplog is pruned of what is older than its retention at once, instead of with every thousandth write.
And the pages of the database's storage engine that are free are written over by ballast; on a
platform that works, its own documents do that sooner or later, which is all that is promised of
them (README of the registry, "Erasure").
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from pymongo import MongoClient

from shared.contracts.registry import ContactUpdatedV1
from shared.contracts.registry.contacts import CONTACTS
from shared.envelope import Envelope, headers_of
from tests.e2e.conftest import World
from tests.e2e.traces import Traces, has_letter

pytestmark = [pytest.mark.timeout(1500), pytest.mark.erasure]

MARK: Final = uuid4().hex[:12]
NAME, MAILBOX, PHONE, MESSENGER, NOTE, ROLE = (
    f"canary{kind}{MARK}" for kind in ("name", "mail", "phone", "chat", "note", "role")
)
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
OUTSIDER: Final = {"name": NAME, "organisation": ROLE, "email": f"outside.{EMAIL}"}
FILES: Final = (
    f"{NAME},{EMAIL},{PHONE}\n",
    f"name,country,population,wikidata_id\nCanary Port,{NAME},{PHONE},{EMAIL}\n",
)
"""Imports with a person where none belongs: one is refused as a whole, one row by row."""

DEAD_LETTERS: Final = ("events.dlq.v1", "notifications.dlq.v1")
"""Of the groups that read of contacts."""

OPLOG: Final = "local.oplog.rs"

KNOWN: Final = [
    "events.contact_copies",
    "events.delegations",
    "notifications.contact_copies",
    "notifications.emails",
    "registry.contacts",
]
"""Where people are before they are erased, besides the oplog: nowhere else."""

ARRIVAL_SECONDS: Final = 120
OPLOG_SECONDS: Final = 240
COMPACTION_SECONDS: Final = 120
STORAGE_SECONDS: Final = 480
"""A round of ballast fills 20 MB of what the story has freed, tens of MB in each file."""

AT_ONCE: Final = {
    "cleanup.policy": "compact",
    "segment.ms": "500",
    "max.compaction.lag.ms": "500",
    "delete.retention.ms": "0",
    "min.cleanable.dirty.ratio": "0.001",
    "file.delete.delay.ms": "0",
}
"""What the topic does within a day, done at once."""


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer who acts over the platform's public API."""

    world: World
    http: httpx2.Client

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - JSON, or the text of a file
        version: int | None = None,
    ) -> httpx2.Response:
        headers = {} if version is None else {"If-Match": f'"v{version}"'}
        if method == "POST" and version is None:
            headers["Idempotency-Key"] = uuid4().hex
        sent = {"content": body.encode()} if isinstance(body, str) else {"json": body}
        url = f"{self.world.url(service)}{path}"
        return self.http.request(method, url, headers=headers, **sent)

    def does(self, service: str, method: str, path: str, *more: Any) -> dict[str, Any]:  # noqa: ANN401
        answer = self.ask(service, method, path, *more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return dict(answer.json()) if answer.content else {}


def appoint(officer: Officer, city_id: str) -> str:
    """Let a person be refused, appointed and corrected; give the path of the contact."""
    people = f"/v1/cities/{city_id}/contacts"
    refused = officer.ask("registry", "POST", people, {**PERSON, "email": MAILBOX})
    assert refused.status_code == 422
    path = f"{people}/{officer.does('registry', 'POST', people, PERSON)['id']}"
    officer.does("registry", "PATCH", path, {"name": f"Ada B. {NAME}"}, 1)
    assert officer.ask("registry", "PATCH", path, {"name": NAME}, 1).status_code == 412
    return path


def send_delegates(officer: Officer, city_id: str, contact_id: str) -> str:
    """Let the person go to an activity with somebody from outside; give the delegation's path."""
    activity = officer.does("events", "GET", "/v1/activities?status=planned&limit=1")["items"][0]
    asked = f"/v1/activities/{activity['id']}/delegations"
    delegation = officer.does("events", "POST", asked, {"city_id": city_id})
    sent, version = f"/v1/delegations/{delegation['id']}", delegation["version"]
    named = {"delegates": [{"contact_id": contact_id}, {"external": OUTSIDER}]}
    officer.does("events", "PUT", f"{sent}/delegates", named, version)
    officer.does("events", "POST", f"{sent}/confirm", None, version + 1)
    return sent


def hand_over(officer: Officer, path: str) -> str:
    """Let a successor have what is open, who is to be erased as well; give their path."""
    follows = {"successor": {**PERSON, "email": f"next.{EMAIL}"}}
    gone = officer.does("registry", "POST", f"{path}/hand-over", follows, 2)
    return f"{path.rsplit('/', 1)[0]}/{gone['successor_id']}"


def use_by_name(officer: Officer, city_id: str, contact_id: str) -> None:
    """Name the person in a good practice, and put one by mistake into a file of cities."""
    code = officer.does("registry", "GET", "/v1/topics?limit=1")["items"][0]["code"]
    practice = {"title": "Canary", "topics": [code], "problem": "P", "solution": "S"}
    told = {"city_id": city_id, "contact_id": contact_id, **practice}
    officer.does("registry", "POST", "/v1/practices", told)
    for file in FILES:
        send_file(officer, file)


def send_file(officer: Officer, file: str) -> None:
    """Import a file to its end."""
    job = officer.does("registry", "POST", "/v1/imports", {"format": "csv"})
    path = f"/v1/imports/{job['id']}"
    job = officer.does("registry", "PUT", f"{path}/content", file, job["version"])
    officer.does("registry", "POST", f"{path}/start", None, job["version"])
    over = {"done", "failed"}
    wait_for(path, ARRIVAL_SECONDS, lambda: officer.does("registry", "GET", path)["status"] in over)
    assert officer.does("registry", "GET", path)["rows"]["created"] == 0


async def spoil(world: World, contact_id: str) -> None:
    """Put a record on the topic of contacts that nobody can read, with the person in it."""
    stamp = (ContactUpdatedV1.TYPE, "/services/registry", contact_id, datetime.now(UTC), 9)
    envelope = Envelope(str(uuid4()), *stamp, f'{{"state": {{"name": "{NAME}"'.encode())
    producer = AIOKafkaProducer(bootstrap_servers=world.url("kafka"))
    await producer.start()
    try:
        headers, key = headers_of(envelope), contact_id.encode()
        await producer.send_and_wait(CONTACTS.name, envelope.data, key, headers=headers)
    finally:
        await producer.stop()


def wait_for(what: str, seconds: float, look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"{what}: not after {seconds:g} s"
        time.sleep(1)


def wait_until_gone(what: str, seconds: float, look: Callable[[], list[str]]) -> None:
    deadline = time.monotonic() + seconds
    while found := look():
        assert time.monotonic() < deadline, f"{what}: still in {found} after {seconds:g} s"
        time.sleep(1)


async def compact_at_once(world: World) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=world.url("kafka"))
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, CONTACTS.name, configs=AT_ONCE)
        await admin.alter_configs([resource])
    finally:
        await admin.close()


def make_repetitions_due(world: World) -> None:
    """Let half a day pass for the tombstones that are to be said again."""
    with MongoClient[dict[str, Any]](world.url("mongo")) as client:
        due = client["registry"]["erasures"].update_many(
            {}, {"$set": {"due_at": datetime.now(UTC)}}
        )
        assert due.matched_count == 2


def live(world: World, officer: Officer) -> tuple[str, str, str]:
    """Let people live through all that the platform does with people.

    Gives the paths of two contacts and of a delegation.
    """
    city = officer.does("registry", "POST", "/v1/cities", {"name": "Canaryville", "country": "LV"})
    path = appoint(officer, city["id"])
    contact_id = path.rsplit("/", 1)[1]
    sent = send_delegates(officer, city["id"], contact_id)
    messages = f"{world.url('mailbox')}/api/messages"
    wait_for("the invitation", ARRIVAL_SECONDS, lambda: EMAIL in officer.http.get(messages).text)
    successor = hand_over(officer, path)
    use_by_name(officer, city["id"], contact_id)
    asyncio.run(spoil(world, contact_id))
    for topic in DEAD_LETTERS:
        wait_for(topic, ARRIVAL_SECONDS, partial(has_letter, world, topic, contact_id))
    return path, successor, sent


def forget(officer: Officer, path: str, successor: str, sent: str) -> None:
    """Erase both contacts and the person from outside."""
    officer.does("registry", "DELETE", path, None, 3)
    officer.does("registry", "DELETE", successor, None, 1)
    delegation = officer.does("events", "GET", sent)
    outsider = next(each["id"] for each in delegation["delegates"] if not each["contact_id"])
    officer.does("events", "DELETE", f"/v1/delegates/{outsider}", None, delegation["version"])


def outside_the_oplog(traces: Traces) -> list[str]:
    return [each for each in traces.in_databases() if each != OPLOG]


def databases(traces: Traces) -> list[str]:
    traces.prune_oplog()
    return traces.in_databases()


def storage(traces: Traces) -> list[str]:
    traces.turn_storage_over()
    return traces.in_files()


@pytest.fixture
def officer(world: World) -> Iterator[Officer]:
    token = world.run("token", "--role", "officer").strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(headers=headers, trust_env=False, timeout=30) as http:
        yield Officer(world, http)


@pytest.fixture
def traces(world: World) -> Traces:
    words = (NAME, MAILBOX, PHONE, MESSENGER, NOTE, ROLE)
    return Traces(world, tuple(each.encode() for each in words))


@pytest.mark.usefixtures("summary")
def test_nothing_is_left_of_people_who_were_erased(
    world: World, officer: Officer, traces: Traces
) -> None:
    people = live(world, officer)
    assert outside_the_oplog(traces) == KNOWN
    assert traces.on_topics() == [CONTACTS.name]

    forget(officer, *people)

    wait_until_gone("services", ARRIVAL_SECONDS, lambda: outside_the_oplog(traces))
    asyncio.run(compact_at_once(world))
    time.sleep(1)
    make_repetitions_due(world)
    wait_until_gone("the topic", COMPACTION_SECONDS, traces.on_topics)
    wait_until_gone("the oplog", OPLOG_SECONDS, lambda: databases(traces))
    wait_until_gone("the files", STORAGE_SECONDS, lambda: storage(traces))
