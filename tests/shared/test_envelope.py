"""CloudEvents in binary mode: what is written is read back equal, by us and by the SDK."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.catalogue import TYPES
from shared.contracts.registry import CityRegisteredV1, CityState, ContactErasedV1, ContactState
from shared.envelope import Envelope, Poison, headers_of, read_envelope, read_message

CITY = CityRegisteredV1(state=CityState(id="cty_1", name="Köln", kind="city", country="DE"))
ENVELOPE = Envelope(
    id="01938b9c-0000-7000-8000-000000000001",
    type=CITY.TYPE,
    source="/services/registry",
    subject="cty_1",
    time=datetime(2026, 11, 24, 6, 33, 0, 123000, tzinfo=UTC),
    sequence=7,
    data=CITY.model_dump_json().encode(),
    traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01",
    correlationid="req-1",
    causationid=None,
)


def _changed(name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    return [(key, value if key == name else old) for key, old in headers_of(ENVELOPE)]


def test_what_was_written_is_read_back_equal() -> None:
    read = read_envelope(headers_of(ENVELOPE), ENVELOPE.data)

    assert read == ENVELOPE
    assert read_message(read, TYPES).event == CITY


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=50) | st.none()), max_size=8))
def test_any_headers_are_an_envelope_or_poison(headers: list[tuple[str, bytes | None]]) -> None:
    with pytest.raises(Poison, match="envelope_invalid"):
        read_envelope(headers, b"{}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", None),
        ("ce_specversion", b"0.3"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-11-24T06:33:00"),
        ("ce_sequence", b"first"),
        ("ce_subject", b"\xff\xfe"),
    ],
)
def test_a_bad_attribute_is_poison(name: str, value: bytes | None) -> None:
    with pytest.raises(Poison) as poison:
        read_envelope(_changed(name, value), ENVELOPE.data)

    assert poison.value.code == "envelope_invalid"


@pytest.mark.parametrize("data", [b"", b"null", b"{", b"\xff", b'{"state": {"id": "cty_1"}}'])
def test_a_payload_that_does_not_fit_is_poison(data: bytes) -> None:
    envelope = read_envelope(headers_of(ENVELOPE), data)

    with pytest.raises(Poison) as poison:
        read_message(envelope, TYPES)

    assert poison.value.code == "payload_invalid"


def test_a_type_without_contract_is_poison() -> None:
    envelope = read_envelope(_changed("ce_type", b"eu.worldcities.registry.city.built.v9"), b"{}")

    with pytest.raises(Poison) as poison:
        read_message(envelope, TYPES)

    assert poison.value.code == "type_unknown"


def test_a_payload_of_another_aggregate_is_poison() -> None:
    envelope = read_envelope(_changed("ce_subject", b"cty_2"), ENVELOPE.data)

    with pytest.raises(Poison) as poison:
        read_message(envelope, TYPES)

    assert poison.value.code == "subject_mismatch"


def test_a_tombstone_needs_no_payload() -> None:
    erased = ContactErasedV1(state=ContactState(id="con_1"))
    headers = [
        (key, {"ce_type": erased.TYPE.encode(), "ce_subject": b"con_1"}.get(key, value))
        for key, value in headers_of(ENVELOPE)
    ]

    message = read_message(read_envelope(headers, None), TYPES)

    assert message.event == erased


def test_sequences_sort_as_text() -> None:
    envelopes = [replace(ENVELOPE, sequence=number) for number in (2, 10, 999)]

    texts = [dict(headers_of(envelope))["ce_sequence"] for envelope in envelopes]

    assert texts == sorted(texts)
