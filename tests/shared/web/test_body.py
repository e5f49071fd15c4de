"""Bodies before anybody reads them: kind, length, JSON, and what can be stored."""

import json

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import BadRequest, InvalidInput
from shared.web.body import check_json
from tests.shared.web.answers import JSON, problem_of


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
