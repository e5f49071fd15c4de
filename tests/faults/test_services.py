"""The real services under HTTP load: each is killed at random points and started again."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2
import pytest

from deploy.local.issuer import load_key, make_claims, sign
from deploy.local.plan import KAFKA_VARIABLE, MONGO_VARIABLE, SERVICES, make_plan
from deploy.local.ports import free_port
from deploy.local.process import Child, stop_all
from deploy.local.supervisor import Part
from shared.auth import Role
from shared.contracts.registry import CITIES
from shared.mongo import connect
from shared.topics import apply
from tests.faults.conftest import Tally, times
from tests.faults.ledger import Counts, by_key, read_topic
from tests.faults.stand import RECOVERY_SECONDS, Stand, moment
from tests.support.waiting import eventually, running

pytestmark = pytest.mark.faults


@dataclass(slots=True)
class Officer:
    """Registers cities over HTTP; a request without an answer is sent again under its key."""

    url: str
    token: str
    registered: dict[str, str] = field(default_factory=dict)

    async def work(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=20
        ) as client:
            while True:
                name = f"Stadt {uuid4().hex}"
                self.registered[name] = await self._register(client, name)
                await asyncio.sleep(random.uniform(0, 0.1))

    async def _register(self, client: httpx2.AsyncClient, name: str) -> str:
        body, key = {"name": name, "country": "DE"}, {"Idempotency-Key": uuid4().hex}
        while True:
            with suppress(httpx2.HTTPError):
                answer = await client.post("/v1/cities", json=body, headers=key)
                if answer.status_code == httpx2.codes.CREATED:
                    return str(answer.json()["id"])
                assert answer.status_code in {409, 503}, answer.text
            await asyncio.sleep(0.1)


@pytest.mark.timeout(900)
async def test_killed_services_lose_nothing(
    stand: Stand, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody else may take the usual port of a service that is dead for a moment.
    monkeypatch.setattr("deploy.local.plan.preferred_or_free", lambda _, taken: free_port(taken))
    await apply(stand.kafka.bootstrap)
    plan = make_plan(
        stand.folder, {KAFKA_VARIABLE: stand.kafka.bootstrap, MONGO_VARIABLE: stand.database.url}
    )
    parts = {part.child.command.name: part for part in (*plan.stages[0], *plan.stages[2])}
    recoveries = []
    with _started(parts):
        officer = Officer(plan.urls["registry"], _token(stand, plan.urls["issuer"]))
        async with running(officer.work(), officer.work(), officer.work()):
            for number in range(times(24, 4)):
                await moment(0.5, 2.0)
                part = parts[SERVICES[number % len(SERVICES)]]
                ids, since = set(officer.registered.values()), time.monotonic()
                part.child.kill()
                _start(part)
                await _arrival(stand, ids)
                recoveries.append(time.monotonic() - since)
                tally.say(f"{part.child.command.name} killed: {recoveries[-1]:.1f} s")
        ids = set(officer.registered.values())
        await _arrival(stand, ids)
        counts = await _count(stand, officer.registered)

    tally.note("kill -9 real services", len(recoveries), counts, recoveries, least=20)


async def _arrival(stand: Stand, ids: set[str]) -> None:
    """Wait until matching has a copy of each of these cities."""
    copies = stand.consumer.database.client["matching"]["city_copies"]

    async def look() -> bool:
        return ids <= {row["_id"] async for row in copies.find({}, {"_id": 1})}

    await eventually(look, RECOVERY_SECONDS, 0.1)


async def _count(stand: Stand, registered: Mapping[str, str]) -> Counts:
    registry = connect(stand.database.url, "registry")
    cities = registry.database["cities"].find({}, {"facts.name": 1})
    names = [row["facts"]["name"] async for row in cities]
    await registry.close()
    records = await read_topic(stand.kafka.bootstrap, CITIES.name)
    published = by_key(records, registered.values())
    lost = len(set(registered.values()) - published.keys()) + len(registered.keys() - set(names))
    doubled = sum(number - 1 for name, number in Counter(names).items() if name in registered)
    disordered = sum(not each.is_in_order for each in published.values())
    repeated = len(records) - len({dict(each.headers)["ce_id"] for each in records})
    return Counts(len(records), lost, doubled, disordered, repeated)


def _token(stand: Stand, issuer: str) -> str:
    claims = make_claims(issuer, [Role.OFFICER], sub="", cities=[])
    return sign(load_key(stand.folder / "issuer"), claims)


@contextmanager
def _started(parts: Mapping[str, Part]) -> Iterator[None]:
    children: list[Child] = [part.child for part in parts.values()]
    try:
        for part in parts.values():
            part.child.start()
        for part in parts.values():
            _wait(part)
        yield
    finally:
        stop_all(children)


def _start(part: Part) -> None:
    part.child.start()
    _wait(part)


def _wait(part: Part) -> None:
    if part.is_ready is not None:
        part.child.wait_ready(part.is_ready, RECOVERY_SECONDS)
