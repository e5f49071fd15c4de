"""One service on a real HTTP server and database, in a thread, with things in it to attack."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI
from joserfc.jwk import ECKey
from pytest_httpserver import HTTPServer

from deploy.documents.services import api_of, settings_of
from deploy.local.ports import free_port
from services.matching.answering import Answering
from services.matching.settings import SolverSettings
from services.notifications.usecases.partners import api_key_lookup
from services.notifications.workers import FeedTail
from services.registry.reference import shipped_places
from services.registry.search.searches import Searches, searches_of
from shared.auth import TokenVerifier
from shared.clock import FixedClock
from shared.migrations import migrate
from shared.mongo import Mongo, connect
from shared.settings import HttpSettings, ServiceSettings
from shared.web import build_app
from shared.web.serving import serve
from tests.hostile.operations import Operation
from tests.hostile.seeds import SEEDS, Seeds
from tests.shared.tokens import Issuer, new_ec_key
from tests.support.waiting import eventually, running

MAX_BODY_BYTES = 1_048_576
"""The default of production: schemathesis takes it ill when a long list is 413 instead of 422."""
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Stand:
    """A running service, a client of it, and the issuer whose tokens it believes."""

    service: str
    url: str
    client: httpx2.Client
    issuer: Issuer
    officer: str
    """An officer's token."""
    seeds: Seeds

    def path(self, operation: Operation, **others: str) -> str:
        """Give the operation's address, aimed at what exists unless told otherwise."""
        return operation.path.format(**{**self.seeds, **others})

    def headers(self, operation: Operation, token: str | None = None) -> dict[str, str]:
        """Give the headers of an officer's (or another's) request that nothing is wrong with."""
        credential = self.officer if token is None else token
        given = {"Authorization": f"Bearer {credential}"}
        if "Idempotency-Key" in operation.headers:
            given["Idempotency-Key"] = uuid4().hex
        if "If-Match" in operation.headers:
            given["If-Match"] = '"v999"'
        return given

    def body(self, operation: Operation) -> dict[str, Any] | None:
        """Give the smallest body that fits the operation's schema."""
        if operation.body is None:
            return None
        sample: dict[str, Any] = operation.sample(operation.body, self.seeds)
        return sample

    def foreign(self) -> Issuer:
        """Give an issuer with our name and key id, and another key."""
        forged: dict[str, ECKey] = {"es": new_ec_key("es")}
        return replace(self.issuer, keys={**forged})

    def send(self, operation: Operation, *, path: str = "", **request: Any) -> httpx2.Response:  # noqa: ANN401 - httpx2's own
        """Send a request to the operation; of a stream only the beginning is read."""
        whole = self.client.build_request(operation.method, path or self.path(operation), **request)
        answer = self.client.send(whole, stream=True)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        answer.close()
        return answer


@contextmanager
def standing(service: str, mongo_url: str) -> Iterator[Stand]:
    """Run a service for the block."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        issuer = Issuer(server, FixedClock(), {"es": new_ec_key("es")})
        issuer.publish()
        port = free_port()
        runner = _Running(service, mongo_url, issuer, port)
        thread = threading.Thread(target=runner.run, name=f"hostile-{service}")
        thread.start()
        try:
            assert runner.ready.wait(START_SECONDS), "the service did not start"
            url = f"http://127.0.0.1:{port}"
            with httpx2.Client(base_url=url, timeout=20) as client:
                yield Stand(service, url, client, issuer, issuer.token("officer"), runner.seeds)
        finally:
            runner.end()
            thread.join(START_SECONDS)


class _Running:
    """The service's own event loop, in a thread of its own."""

    def __init__(self, service: str, mongo_url: str, issuer: Issuer, port: int) -> None:
        self._service, self._mongo_url, self._issuer = service, mongo_url, issuer
        self._http = HttpSettings(port=port, max_body_bytes=MAX_BODY_BYTES)
        self._stop = asyncio.Event()
        self._answering = Answering(SolverSettings())
        self._loop: asyncio.AbstractEventLoop | None = None
        self.ready = threading.Event()
        self.seeds: Seeds = {}

    def run(self) -> None:
        asyncio.run(self._main())

    def end(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        name = f"hostile_{self._service}_{uuid4().hex[:8]}"
        mongo = connect(self._mongo_url, name, clock=self._issuer.clock)
        try:
            store = import_module(f"services.{self._service}.store")
            await migrate(mongo, store.COLLECTIONS)
            app = self._app(mongo)
            transport = httpx2.ASGITransport(app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://seed") as client:
                self.seeds = await SEEDS[self._service](client, mongo, self._issuer)
            async with _searching(app, mongo), asyncio.TaskGroup() as group:
                group.create_task(serve(app, self._http, self._stop))
                group.create_task(self._announce())
        finally:
            self._stop.set()
            self._answering.close()
            await mongo.close()

    async def _announce(self) -> None:
        """Say that it is ready once it accepts."""
        while not self._stop.is_set():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._http.port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            self.ready.set()
            return

    def _app(self, mongo: Mongo) -> FastAPI:
        kind: type[ServiceSettings] = settings_of(self._service)
        settings = kind(service=self._service, auth=self._issuer.settings(), http=self._http)
        verifier = TokenVerifier(settings.auth, mongo.clock, api_keys=api_key_lookup(mongo))
        app = build_app(settings, api_of(self._service), verifier=verifier, readiness={})
        app.state.mongo, app.state.feed_tail = mongo, FeedTail(mongo)
        app.state.answering = self._answering
        app.state.shutdown.set()  # streams end where they would wait for news
        return app


@asynccontextmanager
async def _searching(app: FastAPI, mongo: Mongo) -> AsyncIterator[None]:
    """Let search answer from what was seeded; there is no broker to keep it current."""
    searches = searches_of(mongo, f"127.0.0.1:{free_port()}", shipped_places)
    app.state.search = searches
    async with running(searches.run()):
        await eventually(lambda: _built(searches))
        yield


async def _built(searches: Searches) -> bool:
    return None not in (searches.cities.last_build, searches.practices.last_build)
