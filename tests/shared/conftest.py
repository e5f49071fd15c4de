"""What tests of the HTTP edge share: an issuer of tokens, an API that uses all of the edge."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Response
from joserfc import jwk
from pytest_httpserver import HTTPServer

from shared.auth import Anyone, Officer, OfficerOrCoordinator, TokenVerifier
from shared.clock import FixedClock
from shared.idempotency import IdempotencyKey
from shared.ids import CityId, CityRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, decode_cursor
from shared.settings import HttpSettings, ServiceSettings
from shared.web import Api, IfMatch, Input, Moment, Name, Output, build_app, set_etag
from tests.shared.tokens import Issuer, new_ec_key


class Member(Input):
    name: Name
    population: int


class CityInput(Input):
    name: Name
    population: int
    joined_at: Moment | None = None
    members: tuple[Member, ...] = ()


class CityOutput(Output):
    id: CityId
    name: str


routes = APIRouter(prefix="/v1/cities", tags=["cities"])


@routes.post("", status_code=201)
async def create_city(body: CityInput, _caller: Officer, command: IdempotencyKey) -> CityOutput:
    return CityOutput(id=CityId("cty_" + command.fingerprint[:32]), name=body.name)


@routes.get("")
async def list_cities(limit: Limit = DEFAULT_LIMIT, cursor: Cursor | None = None) -> list[str]:
    return [decode_cursor(cursor, str)[0]] if cursor else ["first"] * min(limit, 2)


@routes.get("/{city_id}")
async def read_city(city_id: CityRef, caller: Anyone, response: Response) -> CityOutput:
    set_etag(response, 3)
    return CityOutput(id=city_id, name=caller.subject)


@routes.put("/{city_id}")
async def change_city(
    city_id: CityRef, _caller: OfficerOrCoordinator, version: IfMatch
) -> CityOutput:
    return CityOutput(id=city_id, name=f"version {version}")


@routes.delete("/{city_id}")
async def crash(city_id: CityRef) -> None:
    raise ZeroDivisionError(f"internals of {city_id}")


@pytest.fixture(scope="session")
def signing_keys() -> dict[str, jwk.ECKey | jwk.OKPKey | jwk.RSAKey]:
    return {
        "es": new_ec_key("es"),
        "ed": jwk.OKPKey.generate_key("Ed25519", parameters={"kid": "ed"}),
        "rs": jwk.RSAKey.generate_key(2048, parameters={"kid": "rs"}),
    }


Keys = Annotated[dict[str, jwk.ECKey | jwk.OKPKey | jwk.RSAKey], "by key id"]


@pytest.fixture
def issuer(httpserver: HTTPServer, signing_keys: Keys) -> Issuer:
    issuer = Issuer(httpserver, FixedClock(), dict(signing_keys))
    issuer.publish()
    return issuer


@pytest.fixture
def settings(issuer: Issuer) -> ServiceSettings:
    return ServiceSettings(
        service="registry", auth=issuer.settings(), http=HttpSettings(max_body_bytes=4096)
    )


@pytest.fixture
async def api(issuer: Issuer, settings: ServiceSettings) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the API; it sends no token by itself."""
    verifier = TokenVerifier(settings.auth, issuer.clock)
    app = build_app(settings, Api("Registry", "Cities.", [routes]), verifier=verifier, readiness={})
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry") as client:
        yield client


@pytest.fixture
def officer(issuer: Issuer) -> dict[str, str]:
    """The headers of a request by the programme team."""
    return {"Authorization": f"Bearer {issuer.token('officer')}"}
