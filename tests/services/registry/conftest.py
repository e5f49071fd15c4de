"""The registry in process, on a real database, for callers with real tokens."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from services.registry.api import ROUTERS
from services.registry.settings import Settings
from services.registry.store import COLLECTIONS
from shared.auth import Principal, TokenVerifier
from shared.clock import FixedClock
from shared.ids import new_id
from shared.migrations import migrate
from shared.mongo import Mongo, connect
from shared.web import Api, build_app
from tests.services.registry.callers import Callers
from tests.shared.tokens import Issuer, new_ec_key

PARTNER_KEY = "wck_partner"


@pytest.fixture(scope="module")
def registry_issuer() -> Iterator[Issuer]:
    server = HTTPServer(host="127.0.0.1", port=0)
    server.start()
    issuer = Issuer(server, FixedClock(), {"es": new_ec_key("es")})
    issuer.publish()
    yield issuer
    server.stop()


@pytest.fixture(scope="module")
def settings(registry_issuer: Issuer) -> Settings:
    """As the environment says: with MONGO_DRIVER=pymongo all of this runs on the other driver."""
    return Settings(service="registry", auth=registry_issuer.settings())


@pytest.fixture(scope="module")
async def mongo(
    mongo_url: str, registry_issuer: Issuer, settings: Settings
) -> AsyncIterator[Mongo]:
    name, clock = new_id("registry"), registry_issuer.clock
    mongo = connect(mongo_url, name, driver=settings.mongo.driver, clock=clock)
    await migrate(mongo, COLLECTIONS)
    yield mongo
    await mongo.close()


@pytest.fixture(scope="module")
async def callers(
    registry_issuer: Issuer, settings: Settings, mongo: Mongo
) -> AsyncIterator[Callers]:
    verifier = TokenVerifier(settings.auth, registry_issuer.clock, api_keys=_partner)
    api = Api("Registry", "Cities, topics, interests and contacts.", ROUTERS)
    app = build_app(settings, api, verifier=verifier, readiness={})
    app.state.mongo = mongo
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry") as client:
        yield Callers(client, registry_issuer, PARTNER_KEY)


async def _partner(key: str) -> Principal | None:
    return Principal("sub_partner", "subscriber") if key == PARTNER_KEY else None
