"""The events service in the process of the tests, on a real database per test module."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from services.events.api import ROUTERS
from services.events.settings import Settings
from services.events.store import COLLECTIONS
from shared.auth import TokenVerifier
from shared.clock import FixedClock
from shared.migrations import migrate
from shared.mongo import connect
from shared.web import Api, build_app
from tests.services.events.desk import Desk
from tests.shared.tokens import Issuer, new_ec_key


@pytest.fixture(scope="module")
async def desk(mongo_url: str) -> AsyncIterator[Desk]:
    clock = FixedClock()
    mongo = connect(mongo_url, f"events_{uuid4().hex[:12]}", clock=clock)
    await migrate(mongo, COLLECTIONS)
    with HTTPServer() as server:
        issuer = Issuer(server, clock, {"es": new_ec_key("es")})
        issuer.publish()
        settings = Settings(service="events", auth=issuer.settings())
        verifier = TokenVerifier(settings.auth, clock)
        app = build_app(settings, Api("Events", "", ROUTERS), verifier=verifier, readiness={})
        app.state.mongo = mongo
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://events") as client:
            yield Desk(client, mongo, issuer)
    await mongo.close()
