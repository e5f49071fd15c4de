"""Idempotency keys: whose they are, and which requests are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import IdempotencyKeyReused
from shared.idempotency import IdempotentRequest, fingerprint, require_same


def test_fingerprint_is_stable() -> None:
    assert fingerprint("POST", "/v1/cities", b"{}") == fingerprint("POST", "/v1/cities", b"{}")
    assert len(fingerprint("POST", "/", b"")) == 64


@pytest.mark.parametrize(
    "other",
    [("PUT", "/v1/cities", b"{}"), ("POST", "/v1/cities?a", b"{}"), ("POST", "/v1", b"{ }")],
)
def test_each_part_of_a_request_counts(other: tuple[str, str, bytes]) -> None:
    assert fingerprint(*other) != fingerprint("POST", "/v1/cities", b"{}")


@given(st.text(max_size=300), st.text(st.characters(codec="ascii"), max_size=255))
def test_row_id_has_a_fixed_size(owner: str, key: str) -> None:
    assert len(IdempotentRequest(owner, key, "").row_id) == 64


def test_two_callers_may_use_the_same_key() -> None:
    first, second = IdempotentRequest("usr_1", "k", "f"), IdempotentRequest("usr_2", "k", "f")

    assert first.row_id != second.row_id


def test_same_key_with_another_request_is_refused() -> None:
    request = IdempotentRequest("usr_1", "k", "fingerprint")

    require_same(request, "fingerprint")
    with pytest.raises(IdempotencyKeyReused):
        require_same(request, "another")
