"""Bad input, as its sender meets it: a status, a code, and the field that is wrong."""

import json

import httpx2
import pytest

from shared.web.parameters import known_parameters
from shared.web.problems import pointer
from tests.shared.web.answers import GENT, JSON, problem_of


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


async def test_number_of_errors_in_an_answer_is_bounded(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    headers = {**officer, "Idempotency-Key": "k"}
    members = [{"name": "\0"} for _ in range(60)]

    for body in ({**GENT, "members": members}, {**GENT, "members": [0] * 300}):
        answer = await api.post("/v1/cities", json=body, headers=headers)
        assert len(problem_of(answer)["errors"]) == 50


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


async def test_parameter_given_twice_is_422_and_named(
    api: httpx2.AsyncClient, officer: dict[str, str]
) -> None:
    answer = await api.get("/v1/cities?limit=5&limit=6&limt=1", headers=officer)

    assert answer.status_code == 422
    errors = [(error["field"], error["code"]) for error in problem_of(answer)["errors"]]
    assert errors == [("limt", "extra_forbidden"), ("limit", "parameter_repeated")]


def test_list_may_be_given_several_times_and_one_value_may_not() -> None:
    maybe = {"anyOf": [{"type": "array"}, {"type": "null"}]}
    schemas = {"many": {"type": "array"}, "maybe": maybe, "one": {"type": "string"}}
    parameters = [{"name": n, "in": "query", "schema": s} for n, s in schemas.items()]

    known = known_parameters({"paths": {"/a": {"get": {"parameters": parameters}}}})

    assert known == {("/a", "GET"): {"many": True, "maybe": True, "one": False}}


def test_pointer_escapes_what_json_pointers_escape() -> None:
    assert pointer(("body", "a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert pointer(("query", "limit")) == "limit"
    assert pointer(("body",)) == ""
