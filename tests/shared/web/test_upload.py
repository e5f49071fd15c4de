"""Uploads: handed on as they come, of any kind, and stopped where they are too long."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import APIRouter, Request

from shared.auth import TokenVerifier
from shared.settings import ServiceSettings
from shared.web import Api, build_app
from shared.web.app import UPLOAD_BYTES
from tests.shared.tokens import Issuer
from tests.shared.web.answers import problem_of

LONGEST = 10_000
"""More than the 4,096 bytes that other bodies may have in these tests."""

ROUTER = APIRouter(prefix="/v1")


@ROUTER.put("/files/{name}", openapi_extra={UPLOAD_BYTES: LONGEST})
async def receive(name: str, request: Request) -> dict[str, int]:
    """Count the bytes of a file and its parts."""
    parts = [len(part) async for part in request.stream()]
    return {name: sum(parts), "parts": len([part for part in parts if part])}


@pytest.fixture
async def uploads(issuer: Issuer, settings: ServiceSettings) -> AsyncIterator[httpx2.AsyncClient]:
    verifier = TokenVerifier(settings.auth, issuer.clock)
    app = build_app(
        settings, Api("Files", "Takes files.", [ROUTER]), verifier=verifier, readiness={}
    )
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://files") as client:
        yield client


async def _parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"\xff" * 1000


async def test_upload_comes_in_parts_and_may_be_longer_than_a_body(
    uploads: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    answer = await uploads.put("/v1/files/a", content=_parts(9), headers=officer)

    assert (answer.status_code, answer.json()) == (200, {"a": 9000, "parts": 9})


async def test_long_upload_is_stopped_whether_it_says_so_or_not(
    uploads: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    said = await uploads.put("/v1/files/a", content=b"x" * (LONGEST + 1), headers=officer)
    unsaid = await uploads.put("/v1/files/a", content=_parts(11), headers=officer)

    assert (said.status_code, problem_of(said)["code"]) == (413, "body_too_large")
    assert (unsaid.status_code, problem_of(unsaid)["code"]) == (413, "body_too_large")


async def test_upload_needs_a_token(uploads: httpx2.AsyncClient) -> None:
    answer = await uploads.put("/v1/files/a", content=b"x")

    assert answer.status_code == 401
