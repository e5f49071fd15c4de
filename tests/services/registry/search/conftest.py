"""The registry with its search on a real broker and database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest

from services.registry.api import ROUTERS
from services.registry.reference import shipped_places
from services.registry.search.searches import CityKeeper, Searches, searches_of
from services.registry.settings import Settings
from shared.auth import TokenVerifier
from shared.mongo import Mongo
from shared.relay import Relay
from shared.settings import KafkaSettings, RelaySettings
from shared.topics import apply
from shared.web import Api, build_app
from tests.services.registry.callers import Callers
from tests.shared.tokens import Issuer
from tests.support.waiting import eventually, running


@dataclass(frozen=True, slots=True)
class Searching:
    """Callers of a registry whose search is kept current."""

    callers: Callers
    searches: Searches
    mongo: Mongo

    @property
    def keeper(self) -> CityKeeper:
        return self.searches.cities

    async def found(self, **query: str | int) -> list[str]:
        answer = await self.callers.partner.get("/v1/search/cities", **query)
        assert answer.status_code == 200, answer.text
        return [each["name"] for each in answer.json()["items"]]

    async def await_found(self, expected: list[str], **query: str | int) -> None:
        async def look() -> bool:
            return await self.found(**query) == expected

        await eventually(look)


@pytest.fixture(scope="module")
async def searching(
    kafka: str, mongo: Mongo, registry_issuer: Issuer, settings: Settings
) -> AsyncIterator[Searching]:
    await apply(kafka, groups=[])
    verifier = TokenVerifier(settings.auth, registry_issuer.clock)
    app = build_app(settings, Api("Registry", "", ROUTERS), verifier=verifier, readiness={})
    searches = searches_of(mongo, kafka, shipped_places)
    app.state.mongo, app.state.search = mongo, searches
    relay = Relay(mongo, KafkaSettings(bootstrap_servers=kafka), RelaySettings(), "test")
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://registry") as client,
        running(relay.run(), searches.run()),
    ):
        callers = Callers(client, registry_issuer, registry_issuer.token("operator"))
        await eventually(lambda: _built(searches))
        yield Searching(callers, searches, mongo)


async def _built(searches: Searches) -> bool:
    return None not in (searches.cities.last_build, searches.practices.last_build)
