"""Paths and query parameters that are not what the operation asks for."""

from urllib.parse import quote

import pytest

from shared.ids import new_id
from tests.hostile.answers import faults
from tests.hostile.conftest import StandOf
from tests.hostile.operations import OPERATIONS, Operation

NOT_IDS = (
    '{"$gt":""}',
    "[$ne]",
    "../../v1/cities",
    "%2e%2e%2f",
    "CTY_" + "0" * 32,
    "cty_" + "0" * 31,
    "cty_" + "g" * 32,
    "cty_" + "0" * 32 + "\n",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "x" * 3000,
    "null",
    "-1",
    "' OR 1=1 --",
)
NOT_VALUES = (
    '{"$gt": ""}',
    "[$ne]",
    "",
    "-1",
    "0",
    "1e9",
    "99999999999999999999999",
    "NaN",
    "true",
    "x" * 3000,
    "2026-13-45",
    "eyIkZ3QiOiAiIn0",
    "eyJhIjogeyIkZ3QiOiAiIn19",
    "WzFd",
    "bnVsbA",
    "\u202e\u0000"[:1],
)
RAW = ("%00", "%ff", "%ed%a0%80", "%c0%ae", "%", "%zz", "a%0d%0aX-Injected:%201")
CLIENT_ERRORS = range(400, 500)


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.ids], ids=str)
def test_what_is_no_id_is_refused(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    bad = [(value, quote(value, safe="")) for value in NOT_IDS] + [(raw, raw) for raw in RAW]

    wrong = []
    for name in operation.ids:
        for value, written in bad:
            path = stand.path(operation, **{name: written})
            answer = stand.send(
                operation,
                path=path,
                headers=stand.headers(operation),
                json=stand.body(operation),
            )
            allowed = CLIENT_ERRORS
            if not (answer.headers.get("x-request-id") and answer.status_code in allowed):
                wrong.append(f"{name}={value[:40]!r}: {answer.status_code} {answer.text[:200]}")
            else:
                wrong += [f"{name}={value[:40]!r}: {each}" for each in faults(answer, allowed)]

    assert not wrong


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.ids], ids=str)
def test_id_of_nothing_is_404(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    name = operation.ids[-1]
    known = stand.seeds[name]
    other = new_id(known.split("_")[0]) if "_" in known else "unheard-of"
    if operation.method == "PUT" or operation.path.endswith(("calendar.ics", "/interests")):
        pytest.skip("it makes what is not there, or is empty for what nothing is known of")

    answer = stand.send(
        operation,
        path=stand.path(operation, **{name: other}),
        headers=stand.headers(operation),
        json=stand.body(operation),
    )

    if operation.method != "GET" or not operation.queries:
        assert not faults(answer, {404})
    assert answer.status_code in {200, 404}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_unknown_query_parameter_is_refused_and_named(
    operation: Operation, stand_of: StandOf
) -> None:
    stand = stand_of(operation.service)
    names = ["unheard_of", "$where", *(f"{each['name']}[$gt]" for each in operation.queries)]

    wrong = [
        fault
        for name in names
        for fault in faults(
            stand.send(
                operation,
                headers=stand.headers(operation),
                params={name: "1"},
                json=stand.body(operation),
            ),
            {422},
            name,
        )
    ]

    assert not wrong


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.queries], ids=str)
def test_query_value_that_the_document_does_not_allow_is_refused(
    operation: Operation, stand_of: StandOf
) -> None:
    stand = stand_of(operation.service)

    wrong = []
    for query in operation.queries:
        needed = operation.needed_queries(stand.seeds, query["name"])
        for value in NOT_VALUES:
            params = {**needed, query["name"]: value}
            answer = stand.send(operation, headers=stand.headers(operation), params=params)
            if answer.status_code in {200, 304}:
                fits = operation.allows(query["schema"], value) or not _is_text(operation, query)
                wrong += [] if fits else [f"{query['name']}={value[:30]!r} was taken"]
            else:
                wrong += [
                    f"{query['name']}={value[:30]!r}: {each}"
                    for each in faults(answer, {404, 422}, _named(answer.status_code, query))
                ]

    assert not wrong


def _is_text(operation: Operation, query: dict[str, object]) -> bool:
    """Tell whether a query value is compared as the text it is."""
    schema = query["schema"]
    assert isinstance(schema, dict)
    kinds = [operation.resolved(each) for each in schema.get("anyOf", [schema])]
    return all(each.get("type") in {"string", "null"} for each in kinds)


def _named(status: int, query: dict[str, object]) -> str:
    return str(query["name"]) if status == 422 and query["name"] != "types" else ""


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_broken_escapes_in_a_query_never_break_the_service(
    operation: Operation, stand_of: StandOf
) -> None:
    stand = stand_of(operation.service)
    names = [each["name"] for each in operation.queries] or ["unheard_of"]

    wrong = []
    for name in names:
        for raw in RAW:
            path = f"{stand.path(operation)}?{name}={raw}"
            answer = stand.send(
                operation, path=path, headers=stand.headers(operation), json=stand.body(operation)
            )
            if answer.status_code >= 500 or "x-injected" in answer.headers:
                wrong.append(f"{path}: {answer.status_code}")
            if answer.status_code >= 400:
                wrong += [f"{path}: {each}" for each in faults(answer, CLIENT_ERRORS)]

    assert not wrong
