"""The API as a whole: who gets in, which addresses exist, what its document says."""

import re

import httpx2
import pytest

from shared.telemetry import METRICS
from tests.shared.tokens import Issuer
from tests.shared.web.answers import CITY, problem_of


async def test_route_without_guard_still_needs_a_token(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/v1/cities")

    assert (answer.status_code, problem_of(answer)["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Basic dTpw", "x", "bearer  "])
async def test_wrong_credentials_are_401(api: httpx2.AsyncClient, header: str) -> None:
    answer = await api.get("/v1/cities", headers={"Authorization": header})

    assert answer.status_code == 401
    assert problem_of(answer)["code"] in {"token_missing", "token_invalid"}


async def test_refused_credentials_are_counted(api: httpx2.AsyncClient) -> None:
    before = METRICS.get_sample_value("credentials_refused_total") or 0

    await api.get("/v1/cities", headers={"Authorization": "Bearer x"})

    assert METRICS.get_sample_value("credentials_refused_total") == before + 1


async def test_wrong_role_is_403(api: httpx2.AsyncClient, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token('operator')}", "If-Match": '"v1"'}

    answer = await api.put(CITY, headers=headers)

    assert (answer.status_code, problem_of(answer)["code"]) == (403, "access_denied")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json"])
async def test_pages_without_data_need_no_token(api: httpx2.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 200


async def test_docs_page_loads_nothing_from_elsewhere(api: httpx2.AsyncClient) -> None:
    page = await api.get("/docs")
    parts = re.findall(r'(?:href|src)="([^"]+)"', page.text)

    answers = [await api.get(f"/{part}") for part in parts]

    assert len(parts) == 4
    assert {answer.status_code for answer in answers} == {200}
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'self'")


async def test_unknown_address_is_a_problem(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/v1/towns")

    assert (answer.status_code, problem_of(answer)["code"]) == (404, "resource_not_found")


async def test_unknown_method_is_a_problem_that_lists_the_known(api: httpx2.AsyncClient) -> None:
    answer = await api.patch(CITY)

    assert (answer.status_code, problem_of(answer)["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "PUT", "DELETE"}


async def test_document_shows_scheme_headers_and_problems(api: httpx2.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()

    create = document["paths"]["/v1/cities"]["post"]
    required = {part["name"] for part in create["parameters"] if part["required"]}
    assert document["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert required == {"Idempotency-Key"}
    assert "application/problem+json" in create["responses"]["default"]["content"]
    assert "Problem" in document["components"]["schemas"]
    assert create["operationId"] == "create_city"
