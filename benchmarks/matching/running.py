"""Matching as `make up` runs it, on private servers, with exchanges of any size put into it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import orjson

from benchmarks.matching.instances import instance
from benchmarks.servers import Servers, python
from deploy.local.ports import accepts_connections, free_port
from deploy.local.process import Child, stop_all
from services.matching.domain.applications import Application
from services.matching.solver.problem import City
from services.matching.store import (
    APPLICATIONS,
    CITY_COPIES,
    INTEREST_COPIES,
    CityCopy,
    InterestCopies,
    InterestCopy,
)
from shared.clock import SystemClock
from shared.collection import Collection
from shared.contracts.matching import Side
from shared.ids import (
    ApplicationId,
    CityId,
    EventIds,
    ExchangeId,
    InterestId,
    TopicCode,
    new_id,
)
from shared.mongo import Mongo

Shown = dict[str, Any]

_READY_SECONDS = 120
_BATCH = 1000
_ZONES = {
    -16: "America/Vancouver",
    -14: "America/Edmonton",
    -12: "America/Winnipeg",
    -10: "America/Toronto",
    -7: "America/St_Johns",
    0: "Europe/Lisbon",
    2: "Europe/Berlin",
    4: "Europe/Helsinki",
    11: "Asia/Kolkata",
    14: "Asia/Jakarta",
    16: "Asia/Shanghai",
    18: "Asia/Tokyo",
    19: "Australia/Adelaide",
    20: "Australia/Sydney",
}


@dataclass(frozen=True, slots=True)
class Matching:
    """The running service on one database; ``client`` is an officer at its API."""

    client: httpx2.AsyncClient
    port: int
    token: str

    async def create(self, path: str, body: Shown) -> Shown:
        """Send a command that creates."""
        headers = {"Idempotency-Key": new_id("key")}
        answer = await self.client.post(path, json=body, headers=headers)
        made: Shown = answer.raise_for_status().json()
        return made

    async def change(self, shown: Shown, path: str) -> Shown:
        """Send a command about what is shown."""
        headers = {"If-Match": f'"v{shown["version"]}"'}
        answer = await self.client.post(path, headers=headers)
        changed: Shown = answer.raise_for_status().json()
        return changed

    async def read(self, path: str, **query: str | int) -> Shown:
        """Look at something."""
        answer = await self.client.get(path, params=query)
        shown: Shown = orjson.loads(answer.raise_for_status().content)
        return shown

    async def exchange(self, name: str) -> Shown:
        """Set up a programme with an exchange whose call is open."""
        dates = {"starts_on": "2026-01-01", "ends_on": "2029-12-31"}
        programme = await self.create("/v1/programmes", {"name": f"Programme {name}", **dates})
        terms = {
            "programme_id": programme["id"],
            "name": f"EU and Canada {name}",
            "partner_country": "CA",
            "time_zone": "Europe/Lisbon",
            "deadline_date": "2029-03-29",
        }
        return await self.create("/v1/exchanges", terms)


@asynccontextmanager
async def matching(servers: Servers, database: str) -> AsyncIterator[Matching]:
    """Run the issuer and one process of matching with all of its roles."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        issuer_port, port = (ports := [free_port()])[0], free_port(ports)
        url = f"http://127.0.0.1:{issuer_port}"
        environment = {
            "MONGO_URL": servers.mongo_url,
            "KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
            "ENVIRONMENT": "test",
            "MATCHING_AUTH__ISSUER": url,
            "MATCHING_AUTH__JWKS_URL": f"{url}/jwks.json",
            "MATCHING_LOG__LEVEL": "warning",
            "MATCHING_MONGO__DATABASE": database,
            "MATCHING_HTTP__PORT": str(port),
        }
        args = ["deploy.local.issuer", "--port", str(issuer_port), "--data", str(folder)]
        issuer = python("issuer", args, folder, {})
        service = python("matching", ["services.matching.main"], folder, environment)
        try:
            await asyncio.to_thread(_start, issuer, issuer_port)
            await asyncio.to_thread(_start, service, port)
            base = f"http://127.0.0.1:{port}"
            async with httpx2.AsyncClient(base_url=base, timeout=60) as client:
                answer = await client.post(f"{url}/token", data={"role": "officer"})
                token = answer.raise_for_status().json()["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                yield Matching(client, port, token)
        finally:
            await asyncio.to_thread(stop_all, [issuer, service])


def _start(child: Child, port: int) -> None:
    child.start()
    child.wait_ready(partial(accepts_connections, port), _READY_SECONDS)


@dataclass(frozen=True, slots=True)
class Cities:
    """The ids of the cities of both sides, as the service has them."""

    eu: tuple[CityId, ...]
    partner: tuple[CityId, ...]


async def fill_cities(mongo: Mongo, size: int) -> Cities:
    """Put the cities of an instance in, as if the registry had told of them."""
    problem = instance(size)
    ids = {city.id: CityId(new_id("cty")) for city in (*problem.eu, *problem.partner)}
    cities = [*problem.eu, *problem.partner]
    await _insert(mongo, CITY_COPIES, (_copy(city, ids[city.id]) for city in cities))
    told = (_interests(city, ids[city.id]) for city in cities)
    await _insert(mongo, INTEREST_COPIES, told)
    return Cities(
        tuple(ids[city.id] for city in problem.eu), tuple(ids[city.id] for city in problem.partner)
    )


async def admit(mongo: Mongo, exchange_id: str, cities: Cities) -> list[ApplicationId]:
    """Put in an admitted application of each city to an exchange; give their ids."""
    now = SystemClock().now()
    sides: tuple[tuple[Side, tuple[CityId, ...]], ...] = (
        ("eu", cities.eu),
        ("partner", cities.partner),
    )
    applications = [
        Application(
            ApplicationId(new_id("app")),
            ExchangeId(exchange_id),
            city_id,
            side,
            "We would like to take part.",
            illustrative=False,
            created_by="bench",
            created_at=now,
            changed_by="bench",
            changed_at=now,
            status="admitted",
            submitted_at=now,
        )
        for side, ids in sides
        for city_id in ids
    ]
    await _insert(mongo, APPLICATIONS, applications)
    return [each.id for each in applications]


async def _insert(mongo: Mongo, collection: Collection[Any], states: Iterable[Any]) -> None:
    ids = EventIds(SystemClock())
    waiting = iter(states)
    while batch := list(islice(waiting, _BATCH)):
        documents = [collection.document(each) | {"event_id": ids.next()} for each in batch]
        await mongo.database[collection.name].insert_many(documents)


def _copy(city: City, id_: CityId) -> CityCopy:
    zone = None if city.zone_half_hours is None else _ZONES[city.zone_half_hours]
    country = city.country or ""
    known = (city.population, zone, city.languages)
    return CityCopy(id_, 1, f"City {id_[-6:]}", country, "registered", *known)


def _interests(city: City, id_: CityId) -> InterestCopies:
    copies = (
        InterestCopy(
            InterestId(new_id("int")), 1, TopicCode(level.topic), level.seeks, level.offers
        )
        for level in city.levels
    )
    return InterestCopies(id_, tuple(copies))
