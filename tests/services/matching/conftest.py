"""Matching in process, on a real database, for callers with real tokens."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from services.matching.answering import Answering
from services.matching.api import ROUTERS
from services.matching.settings import Settings
from services.matching.store import COLLECTIONS
from shared.auth import TokenVerifier
from shared.clock import FixedClock
from shared.ids import new_id
from shared.migrations import migrate
from shared.mongo import Mongo, connect
from shared.web import Api, build_app
from tests.services.matching.desk import Desk
from tests.shared.tokens import Issuer, new_ec_key


@pytest.fixture(scope="module")
def matching_issuer() -> Iterator[Issuer]:
    server = HTTPServer(host="127.0.0.1", port=0)
    server.start()
    issuer = Issuer(server, FixedClock(), {"es": new_ec_key("es")})
    issuer.publish()
    yield issuer
    server.stop()


@pytest.fixture(scope="module")
async def mongo(mongo_url: str, matching_issuer: Issuer) -> AsyncIterator[Mongo]:
    mongo = connect(mongo_url, new_id("matching"), clock=matching_issuer.clock)
    await migrate(mongo, COLLECTIONS)
    yield mongo
    await mongo.close()


@pytest.fixture(scope="module")
async def shared_desk(matching_issuer: Issuer, mongo: Mongo) -> AsyncIterator[Desk]:
    settings = Settings(service="matching", auth=matching_issuer.settings())
    verifier = TokenVerifier(settings.auth, matching_issuer.clock)
    api = Api("Matching", "Calls, rounds and pairings.", ROUTERS)
    app = build_app(settings, api, verifier=verifier, readiness={})
    app.state.mongo = mongo
    app.state.answering = answering = Answering(settings.solver)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://matching") as client:
        yield Desk(client, matching_issuer, mongo)
    answering.close()


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    """The module's desk, with the clock back at its start."""
    shared_desk.issuer.clock.set(FixedClock().now())
    return shared_desk
