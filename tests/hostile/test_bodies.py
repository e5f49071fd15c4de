"""Bodies that are not what the operation asks for."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile.answers import faults
from tests.hostile.conftest import StandOf
from tests.hostile.operations import LENIENT, WITH_BODY, Operation
from tests.hostile.stand import MAX_BODY_BYTES, Stand

JSON = {"Content-Type": "application/json"}
OTHER_TYPES: tuple[Any, ...] = (
    {"$gt": ""},
    {"$where": "sleep(1000)"},
    [],
    [{"$ne": None}],
    "",
    " ",
    "$gt",
    "x" * 5000,
    True,
    0,
    -1,
    1.5,
    "1",
    None,
    2**62,
    1e30,
    "2026-13-45",
    "0000-00-00T00:00:00Z",
)
BROKEN_TEXTS = (
    b"{",
    b"{'a': 1}",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1}{"a": 2}',
    b'{"a": "\xff\xfe"}',
    b'{"a": "\\ud800"}',
    b'{"\\ud800": 1}',
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"[" * 20_000,
)
OTHER_MEDIA = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/jsonx",
    "",
)


def _wrong(stand: Stand, operation: Operation, body: object, field: str = "") -> list[str]:
    answer = stand.send(operation, headers=stand.headers(operation), json=body)
    shown = json.dumps(body)[:120]
    return [f"{shown}: {fault}" for fault in faults(answer, {422}, field)]


def _properties(operation: Operation) -> dict[str, Any]:
    assert operation.body is not None
    return dict(operation.body.get("properties", {}))


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_body_that_is_no_object_is_refused(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)

    bodies: tuple[object, ...] = ([], [{}], "text", 1, True)

    wrong = [fault for body in bodies for fault in _wrong(stand, operation, body)]

    assert not wrong


@pytest.mark.parametrize(
    "operation", [each for each in WITH_BODY if str(each) not in LENIENT], ids=str
)
def test_unknown_field_is_refused_and_named(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    body = stand.body(operation) or {}

    wrong = [
        fault
        for name in ("unheard_of", "$where", "_id", "version", "__proto__", "a.b", "")
        for fault in _wrong(stand, operation, {**body, name: {"$gt": ""}}, f"/{name}")
    ]

    assert not wrong


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_value_that_the_document_does_not_allow_is_refused_and_named(
    operation: Operation, stand_of: StandOf
) -> None:
    stand = stand_of(operation.service)
    body = stand.body(operation) or {}

    wrong = [
        f"{name}: {fault}"
        for name, schema in _properties(operation).items()
        for value in OTHER_TYPES
        if not operation.allows(schema, value)
        for fault in _wrong(stand, operation, {**body, name: value}, f"/{name}")
    ]

    assert not wrong


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_operator_in_every_field_is_refused_and_named(
    operation: Operation, stand_of: StandOf
) -> None:
    stand = stand_of(operation.service)
    body = stand.body(operation) or {}
    fields = _properties(operation)

    wrong = [
        fault
        for name in fields
        for fault in _wrong(stand, operation, {**body, name: {"$gt": ""}}, f"/{name}")
    ]

    assert fields
    assert not wrong


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_unstorable_values_are_refused_and_named(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    body = stand.body(operation) or {}
    unstorable = ("a\x00b", "\x00", 2**63, -(2**70), 10**300)

    wrong = [
        f"{name}: {fault}"
        for name in _properties(operation)
        for value in unstorable
        for fault in _wrong(stand, operation, {**body, name: value}, f"/{name}")
    ]

    assert not wrong


def _nested(levels: int) -> Any:  # noqa: ANN401 - JSON
    value: Any = {}
    for _ in range(levels):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_deep_nesting_is_refused(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)

    wrong = [
        fault
        for levels in (20, 100, 400)
        for fault in _wrong(stand, operation, {"unheard_of": _nested(levels)})
    ]

    assert not wrong


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_what_is_no_json_is_400(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)

    wrong = [
        f"{text[:30]!r}: {fault}"
        for text in BROKEN_TEXTS
        for fault in faults(
            stand.send(operation, headers={**stand.headers(operation), **JSON}, content=text),
            {400},
        )
    ]

    assert not wrong


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_other_media_type_is_415(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    text = json.dumps(stand.body(operation)).encode()

    wrong = [
        f"{media!r}: {fault}"
        for media in OTHER_MEDIA
        if media not in operation.media
        for fault in faults(
            stand.send(
                operation,
                headers={**stand.headers(operation), "Content-Type": media},
                content=text,
            ),
            {415},
        )
    ]

    assert not wrong


def _chunks(total: int) -> Iterator[bytes]:
    yield b'{"unheard_of": "'
    for _ in range(total // 65_536):
        yield b"x" * 65_536


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_oversized_body_is_413_told_or_not(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    headers = {**stand.headers(operation), **JSON}
    text = json.dumps({"unheard_of": "x" * MAX_BODY_BYTES}).encode()

    told = stand.send(operation, headers=headers, content=text)
    untold = stand.send(operation, headers=headers, content=_chunks(2 * MAX_BODY_BYTES))

    assert not faults(told, {413})
    assert not faults(untold, {413})


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_missing_body_is_refused(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    if not operation.content["requestBody"].get("required"):
        pytest.skip("its body may be left out")

    answer = stand.send(operation, headers=stand.headers(operation))

    assert not faults(answer, {422})
