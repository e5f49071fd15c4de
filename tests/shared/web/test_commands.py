"""What commands must say: the version they have seen, and a key of their own."""

import httpx2
import pytest

from tests.shared.web.answers import CITY, GENT, problem_of


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
