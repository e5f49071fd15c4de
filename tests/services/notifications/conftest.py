"""The notifications service in the process of the tests, on a real database per test module.

With MONGO_DRIVER=pymongo in the environment all of it runs on the other driver.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from services.notifications.api import ROUTERS
from services.notifications.settings import Settings, WebhookSettings
from services.notifications.store import COLLECTIONS
from services.notifications.usecases.partners import api_key_lookup
from services.notifications.workers import FeedTail
from shared.auth import TokenVerifier
from shared.clock import FixedClock
from shared.migrations import migrate
from shared.mongo import connect
from shared.web import Api, build_app
from tests.services.notifications.desk import Desk
from tests.services.notifications.mailbox import Mailbox
from tests.shared.tokens import Issuer, new_ec_key

SCHEDULE = (5.0, 60.0)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server for one test."""
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
async def receiver(desk: Desk) -> AsyncIterator[HTTPServer]:
    """A partner's server; the next test begins without the endpoints that name it."""
    with HTTPServer() as server:
        yield server
    for name in ("endpoints", "routes", "deliveries"):
        await desk.mongo.database[name].delete_many({})


@pytest.fixture
async def endpoint(desk: Desk, receiver: HTTPServer) -> dict[str, Any]:
    """An endpoint at that server, of a new partner, for all types."""
    return await desk.endpoint(await desk.partner(), receiver.url_for("/hook"))


@pytest.fixture(scope="module")
async def desk(mongo_url: str) -> AsyncIterator[Desk]:
    clock = FixedClock()
    with HTTPServer() as server:
        issuer = Issuer(server, clock, {"es": new_ec_key("es")})
        issuer.publish()
        settings = Settings(
            service="notifications",
            auth=issuer.settings(),
            webhooks=WebhookSettings(allow_private=True, retry_seconds=SCHEDULE),
        )
        name, driver = f"notifications_{uuid4().hex[:12]}", settings.mongo.driver
        mongo = connect(mongo_url, name, driver=driver, clock=clock)
        await migrate(mongo, COLLECTIONS)
        verifier = TokenVerifier(settings.auth, clock, api_keys=api_key_lookup(mongo))
        api = Api("Notifications", "", ROUTERS)
        app = build_app(settings, api, verifier=verifier, readiness={})
        app.state.mongo = mongo
        app.state.feed_tail = tail = FeedTail(mongo)
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://api") as client:
            yield Desk(client, mongo, issuer, settings, tail)
        await mongo.close()
