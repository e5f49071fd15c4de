"""The server over a real socket: bodies without a length, streams, and how it stops."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

import httpx2
import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from shared.auth import TokenVerifier
from shared.settings import HttpSettings, ServiceSettings
from shared.traffic import TRAFFIC
from shared.web import Api, Probe, Shutdown, build_app, serve
from tests.shared.conftest import CityInput
from tests.shared.tokens import Issuer
from tests.support.waiting import eventually

routes = APIRouter(prefix="/v1")


@routes.get("/stream")
async def stream(shutdown: Shutdown) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await shutdown.wait()
        yield b"data: end\n\n"

    return StreamingResponse(parts(), media_type="text/event-stream")


@routes.post("/echo")
async def echo(body: CityInput) -> CityInput:
    return body


@routes.get("/slow")
async def slow() -> str:
    await asyncio.sleep(0.3)
    return "done"


async def no_database() -> None:
    raise OSError("connection refused")


async def silent_broker() -> None:
    await asyncio.sleep(60)


async def fine() -> None:
    return None


@asynccontextmanager
async def served(
    settings: ServiceSettings, issuer: Issuer, probes: Mapping[str, Probe] = MappingProxyType({})
) -> AsyncIterator[tuple[httpx2.AsyncClient, asyncio.Event]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    http = HttpSettings(port=port, max_body_bytes=4096, shutdown_seconds=2, readiness_seconds=0.2)
    settings = settings.model_copy(update={"http": http})
    verifier = TokenVerifier(settings.auth, issuer.clock)
    app = build_app(settings, Api("R", "", [routes]), verifier=verifier, readiness=probes)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(app, http, stop))
        headers = {"Authorization": f"Bearer {issuer.token('officer')}"}
        url = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=10) as client:
            await answering(client)
            yield client, stop
        stop.set()


async def answering(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await client.get("/livez")
            except httpx2.ConnectError:
                await asyncio.sleep(0.01)
            else:
                return


async def chunks(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b" " * 1000


async def test_body_without_a_length_is_limited_too(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    kind = {"Content-Type": "application/json"}
    async with served(settings, issuer) as (client, _stop):
        answer = await client.post("/v1/echo", content=chunks(10), headers=kind)

        assert answer.status_code == 413
        assert answer.json()["code"] == "body_too_large"


async def test_body_in_chunks_arrives_whole(settings: ServiceSettings, issuer: Issuer) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"name": "Gent", '
        yield b'"population": 5}'

    kind = {"Content-Type": "application/json; charset=utf-8"}
    async with served(settings, issuer) as (client, _stop):
        answer = await client.post("/v1/echo", content=parts(), headers=kind)

        assert (answer.status_code, answer.json()["population"]) == (200, 5)


async def test_open_request_is_finished_before_the_server_ends(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    async with served(settings, issuer) as (client, stop):
        request = asyncio.create_task(client.get("/v1/slow"))
        await asyncio.sleep(0.1)

        stop.set()

        assert (await request).json() == "done"


async def test_stream_ends_when_the_server_stops(settings: ServiceSettings, issuer: Issuer) -> None:
    async with (
        served(settings, issuer) as (client, stop),
        client.stream("GET", "/v1/stream") as answer,
    ):
        lines = answer.aiter_lines()
        first = await anext(lines)
        stop.set()
        rest = [line async for line in lines if line]

    assert first == "data: 1"
    assert rest == ["data: end"]


async def test_readiness_names_each_dependency_that_fails(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    probes = {"mongo": no_database, "kafka": silent_broker, "issuer": fine}
    async with served(settings, issuer, probes) as (client, _stop):
        answer = await client.get("/readyz")

        assert answer.status_code == 503
        assert [error["field"] for error in answer.json()["errors"]] == ["mongo", "kafka"]


async def test_ready_when_all_dependencies_answer(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    async with served(settings, issuer, {"mongo": fine}) as (client, _stop):
        assert (await client.get("/readyz")).json() == {"status": "ready"}


async def test_address_in_use_is_an_error(settings: ServiceSettings, issuer: Issuer) -> None:
    verifier = TokenVerifier(settings.auth, issuer.clock)
    app = build_app(settings, Api("R", "", []), verifier=verifier, readiness={})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        http = HttpSettings(port=taken.getsockname()[1])

        with pytest.raises(OSError, match="use"):
            await serve(app, http, asyncio.Event())


async def test_process_without_the_api_role_has_health_routes_only(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    relay_only = settings.model_copy(update={"roles": frozenset({"relay"})})
    async with served(relay_only, issuer) as (client, _stop):
        assert (await client.get("/v1/slow")).status_code == 404
        assert (await client.get("/metrics")).status_code == 200


async def test_an_open_stream_does_not_keep_long_work_waiting_but_a_request_does(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    async with served(settings, issuer) as (client, _), client.stream("GET", "/v1/stream") as open_:
        assert await anext(open_.aiter_bytes()) == b"data: 1\n\n"
        beside_stream = TRAFFIC.clear
        slow = asyncio.create_task(client.get("/v1/slow"))
        await eventually(lambda: _is(not TRAFFIC.clear))
        await slow

    assert beside_stream
    assert TRAFFIC.clear


async def _is(answer: bool) -> bool:  # noqa: FBT001 - what is looked at
    return answer
