"""The HTTP edge as its callers meet it: statuses, problem documents, headers, guards."""

import json
import re
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import BadRequest, InvalidInput
from shared.ids import new_id
from shared.telemetry import METRICS
from shared.web.body import check_json
from shared.web.problems import pointer
from tests.shared.tokens import Issuer

CITY = f"/v1/cities/{new_id('cty')}"
GENT = {"name": "Gent", "population": 270_000}
JSON = {"Content-Type": "application/json"}


def problem_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["type"].endswith(problem["code"])
    return problem


async def test_route_without_guard_still_needs_a_token(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/v1/cities")

    assert (answer.status_code, problem_of(answer)["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Basic dTpw", "x", "bearer  "])
async def test_wrong_credentials_are_401(api: httpx2.AsyncClient, header: str) -> None:
    answer = await api.get("/v1/cities", headers={"Authorization": header})

    assert answer.status_code == 401
    assert problem_of(answer)["code"] in {"token_missing", "token_invalid"}


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


async def test_malformed_id_is_422_and_names_the_parameter(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    answer = await api.get("/v1/cities/42", headers=officer)

    assert answer.status_code == 422
    assert [error["field"] for error in problem_of(answer)["errors"]] == ["city_id"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": 5}, "/name"),
        ({"name": {"$gt": ""}}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": "  "}, "/name"),
        ({"population": "5"}, "/population"),
        ({"population": True}, "/population"),
        ({"population": 5.0}, "/population"),
        ({"population": 2**63}, "/population"),
        ({"population": 1e400}, ""),
        ({"mayor": "x"}, "/mayor"),
        ({"a/b~c": "x"}, "/a~1b~0c"),
        ({"$where": "1"}, "/$where"),
        ({"joined_at": 1_700_000_000}, "/joined_at"),
        ({"joined_at": "2026-01-01T00:00:00"}, "/joined_at"),
        ({"members": [{"name": "a", "population": None}]}, "/members/0/population"),
        ({"members": [{"name": "a\0", "population": 1}]}, "/members/0/name"),
    ],
)
async def test_bad_field_is_named(
    api: httpx2.AsyncClient, officer: dict[str, str], change: dict[str, object], field: str
) -> None:
    headers = {**officer, "Idempotency-Key": "k", **JSON}

    answer = await api.post("/v1/cities", content=json.dumps({**GENT, **change}), headers=headers)

    assert answer.status_code in {400, 422}
    assert [error["field"] for error in problem_of(answer)["errors"]] == ([field] if field else [])


async def test_every_bad_field_has_its_entry(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    headers = {**officer, "Idempotency-Key": "k"}

    answer = await api.post("/v1/cities", json={"name": 1, "more": 2}, headers=headers)

    fields = {error["field"] for error in problem_of(answer)["errors"]}
    assert fields == {"/name", "/population", "/more"}


@pytest.mark.parametrize("text", [b"{", b"nul", b'{"a":NaN}', b'"\\ud800"', b'"\xff"', b'"a\nb"'])
async def test_broken_json_is_400(
    api: httpx2.AsyncClient, officer: dict[str, str], text: bytes
) -> None:
    answer = await api.post("/v1/cities", content=text, headers={**officer, **JSON})

    assert (answer.status_code, problem_of(answer)["code"]) == (400, "request_malformed")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
async def test_body_of_another_kind_is_415(
    api: httpx2.AsyncClient, officer: dict[str, str], kind: str
) -> None:
    headers = {**officer, "Content-Type": kind}

    answer = await api.post("/v1/cities", content=b"{}", headers=headers)

    assert (answer.status_code, problem_of(answer)["code"]) == (415, "media_type_unsupported")


async def test_long_body_is_413(api: httpx2.AsyncClient, officer: dict[str, str]) -> None:
    answer = await api.post("/v1/cities", content=b" " * 5000, headers={**officer, **JSON})

    assert (answer.status_code, problem_of(answer)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/v1/cities?cursor=%00", "/v1/cities/%00"])
async def test_nul_in_the_address_is_refused(
    api: httpx2.AsyncClient, officer: dict[str, str], path: str
) -> None:
    answer = await api.get(path, headers=officer)

    assert (answer.status_code, problem_of(answer)["code"]) == (400, "request_malformed")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=1e9", "cursor=zzz"])
async def test_bad_paging_is_422_and_named(
    api: httpx2.AsyncClient, officer: dict[str, str], query: str
) -> None:
    answer = await api.get(f"/v1/cities?{query}", headers=officer)

    assert answer.status_code == 422
    assert [error["field"] for error in problem_of(answer)["errors"]] == [query[: query.index("=")]]


async def test_unknown_parameter_is_422_and_named(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    answer = await api.get("/v1/cities?limit=5&limt=6&$where=1", headers=officer)

    assert answer.status_code == 422
    assert [error["field"] for error in problem_of(answer)["errors"]] == ["$where", "limt"]


async def test_change_without_a_version_is_428(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    answer = await api.put(CITY, headers=officer)

    assert (answer.status_code, problem_of(answer)["code"]) == (428, "version_missing")


@pytest.mark.parametrize(
    ("tag", "status"),
    [('"v3"', 200), ('"v0"', 412), ('"abc"', 412), ('W/"v3"', 412), ("v3", 400), ("*", 400)],
)
async def test_version_is_read_from_one_strong_tag(
    api: httpx2.AsyncClient, officer: dict[str, str], tag: str, status: int
) -> None:
    answer = await api.put(CITY, headers={**officer, "If-Match": tag})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("tags", "status"),
    [('"v3"', 304), ('"v1", W/"v3"', 304), ("*", 304), ('"v2"', 200), ("v3", 200)],
)
async def test_known_version_is_not_sent_again(
    api: httpx2.AsyncClient, officer: dict[str, str], tags: str, status: int
) -> None:
    answer = await api.get(CITY, headers={**officer, "If-None-Match": tags})

    assert answer.status_code == status
    assert answer.headers["etag"] == '"v3"'
    assert bool(answer.content) == (status == 200)


async def test_post_without_a_key_is_400(api: httpx2.AsyncClient, officer: dict[str, str]) -> None:
    answer = await api.post("/v1/cities", json=GENT, headers=officer)

    assert (answer.status_code, problem_of(answer)["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é".encode("latin-1")])
async def test_key_of_another_form_is_400(
    api: httpx2.AsyncClient, officer: dict[str, str], key: str | bytes
) -> None:
    headers = [*officer.items(), ("Idempotency-Key", key)]

    answer = await api.post("/v1/cities", json=GENT, headers=headers)  # type: ignore[arg-type]

    assert (answer.status_code, problem_of(answer)["code"]) == (400, "request_malformed")


async def test_fingerprint_depends_on_the_body_only(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    headers = {**officer, "Idempotency-Key": "k"}

    first = await api.post("/v1/cities", json=GENT, headers=headers)
    again = await api.post("/v1/cities", json=GENT, headers=headers)
    other = await api.post("/v1/cities", json={**GENT, "population": 1}, headers=headers)

    assert first.status_code == 201
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]


@pytest.mark.parametrize(
    ("given_id", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ("<x>", False)]
)
async def test_request_id_is_kept_when_it_is_harmless(
    api: httpx2.AsyncClient, given_id: str, *, kept: bool
) -> None:
    answer = await api.get("/livez", headers={"X-Request-ID": given_id})

    assert (answer.headers["x-request-id"] == given_id) is kept


async def test_crash_is_500_without_internals(
    api: httpx2.AsyncClient, officer: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await api.delete(CITY, headers=officer)

    assert (answer.status_code, problem_of(answer)["code"]) == (500, "internal_error")
    assert "internals" not in answer.text
    assert answer.headers["x-request-id"] in capsys.readouterr().out


async def test_answers_carry_the_security_headers(api: httpx2.AsyncClient) -> None:
    headers = (await api.get("/v1/cities")).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-cache, private"


async def test_requests_are_counted_by_route_template(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    labels = {"method": "GET", "route": "/v1/cities/{city_id}", "status": "200"}
    before = METRICS.get_sample_value("http_requests_total", labels) or 0

    await api.get(CITY, headers=officer)

    assert METRICS.get_sample_value("http_requests_total", labels) == before + 1


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


def test_pointer_escapes_what_json_pointers_escape() -> None:
    assert pointer(("body", "a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert pointer(("query", "limit")) == "limit"
    assert pointer(("body",)) == ""


@pytest.mark.parametrize("depth", [33, 900, 1023])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(InvalidInput, match="not valid"):
        check_json(b"[" * depth + b"]" * depth)


def test_wide_body_is_not_deep() -> None:
    check_json(b"[" + b"[],[1],{}," * 100 + b"[]]")


@pytest.mark.parametrize("text", [b"1e19", b"-9223372036854775809", b"18446744073709551616"])
def test_number_beyond_64_bits_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidInput):
        check_json(b'{"n": [' + text + b"]}")


_LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text()
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_VALUES)
def test_storable_json_passes_and_nul_does_not(value: object) -> None:
    text = json.dumps(value).encode()
    has_nul = b"\\u0000" in text.replace(b"\\\\", b"")

    try:
        check_json(text)
        passed = True
    except (InvalidInput, BadRequest):
        passed = False

    assert passed is not has_nul


async def test_number_of_errors_in_an_answer_is_bounded(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    headers = {**officer, "Idempotency-Key": "k"}
    members = [{"name": "\0"} for _ in range(60)]

    for body in ({**GENT, "members": members}, {**GENT, "members": [0] * 300}):
        answer = await api.post("/v1/cities", json=body, headers=headers)
        assert len(problem_of(answer)["errors"]) == 50
