"""What every answer has: an id, the headers, a count, and no internals."""

import httpx2
import pytest

from shared.telemetry import METRICS
from tests.shared.web.answers import CITY, problem_of


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
