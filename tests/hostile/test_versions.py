"""Stale, missing and broken versions; missing, broken and reused idempotency keys."""

import pytest

from tests.hostile.answers import faults
from tests.hostile.conftest import StandOf
from tests.hostile.operations import CHANGING, CREATING, WITH_BODY, Operation

STALE = ('"v999"', '"v999999999999999999"', '"something-else"', 'W/"v1"')
BROKEN = ("v1", "*", '"v1", "v2"', "1", '"', '{"$gt": ""}', '"v1"x')
CREATING_WITH_BODY = tuple(each for each in CREATING if each in WITH_BODY)


@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_stale_version_is_412(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)

    wrong = [
        f"{tag}: {fault}"
        for tag in STALE
        for fault in faults(
            stand.send(
                operation,
                headers={**stand.headers(operation), "If-Match": tag},
                json=stand.body(operation),
            ),
            {412},
        )
    ]

    assert not wrong


@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_missing_version_is_428(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    headers = {k: v for k, v in stand.headers(operation).items() if k != "If-Match"}

    answer = stand.send(operation, headers=headers, json=stand.body(operation))

    assert not faults(answer, {428})


@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_version_that_is_no_tag_is_400(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)

    wrong = [
        f"{tag}: {fault}"
        for tag in BROKEN
        for fault in faults(
            stand.send(
                operation,
                headers={**stand.headers(operation), "If-Match": tag},
                json=stand.body(operation),
            ),
            {400},
            "If-Match",
        )
    ]

    assert not wrong


@pytest.mark.parametrize("operation", CREATING, ids=str)
def test_missing_idempotency_key_is_400(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    headers = {k: v for k, v in stand.headers(operation).items() if k != "Idempotency-Key"}

    answer = stand.send(operation, headers=headers, json=stand.body(operation))

    assert not faults(answer, {400}, "Idempotency-Key")
    assert answer.json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("operation", CREATING, ids=str)
def test_broken_idempotency_key_is_400(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)

    wrong = [
        f"{key[:20]!r}: {fault}"
        for key in (b"", b"a b", b"x" * 256, b"caf\xc3\xa9", b"\xff")
        for fault in faults(
            stand.send(
                operation,
                headers={**_raw(stand.headers(operation)), b"idempotency-key": key},
                json=stand.body(operation),
            ),
            {400},
            "Idempotency-Key",
        )
    ]

    assert not wrong


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_odd_headers_of_tracing_are_replaced(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    odd = {
        b"X-Request-ID": b"<script>" + b"x" * 500,
        b"X-Correlation-ID": b'{"$gt": ""}',
        b"traceparent": b"00-zz-zz-01",
        b"If-None-Match": b'"\xff"',
    }

    answer = stand.send(operation, headers={**_raw(stand.headers(operation)), **odd}, json=[])

    assert not faults(answer, {422})
    assert "script" not in answer.headers["x-request-id"]


def _raw(headers: dict[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode(): value.encode() for name, value in headers.items()}
