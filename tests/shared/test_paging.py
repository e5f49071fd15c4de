"""Cursors: they come back as they went out, and nothing else is believed."""

import base64
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import CursorInvalid
from shared.paging import cut, decode_cursor, encode_cursor

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(_TEXT, st.integers(min_value=-(2**62), max_value=2**62))
def test_cursor_comes_back_as_it_went_out(name: str, number: int) -> None:
    cursor = encode_cursor(name, number)

    assert decode_cursor(cursor, str, int) == (name, number)
    assert cursor.isascii()
    assert "=" not in cursor


def test_cursor_keeps_times_to_the_millisecond() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)

    assert decode_cursor(encode_cursor(moment, "cty_1"), datetime, str) == (moment, "cty_1")


def _cursor(content: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "é",
        "!!!",
        "a",
        _cursor({"$gt": ""}),
        _cursor([1]),
        _cursor([2, "name"]),
        _cursor([1, {"$gt": ""}]),
        _cursor([1, 5]),
        _cursor([1, None]),
        _cursor([1, "name", "more"]),
    ],
)
def test_cursor_of_another_form_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, str)


@pytest.mark.parametrize("content", [True, "5", 1.5])
def test_only_whole_numbers_pass_for_numbers(content: object) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(_cursor([1, content]), int)


@pytest.mark.parametrize("content", [2**62 + 1, -(2**62) - 1, 2**63 - 1, 2**64 - 1])
def test_number_that_no_sort_key_has_is_refused(content: int) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(_cursor([1, content]), int)


@pytest.mark.parametrize("content", ["yesterday", "2026-01-01T00:00:00", 5])
def test_only_aware_times_pass_for_times(content: object) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(_cursor([1, content]), datetime)


def test_last_page_has_no_cursor() -> None:
    assert cut([1, 2, 3], 3, lambda row: (row,)) == ([1, 2, 3], None)


def test_page_ends_with_a_cursor_to_its_last_item() -> None:
    items, cursor = cut([1, 2, 3], 2, lambda row: (row,))

    assert items == [1, 2]
    assert cursor is not None
    assert decode_cursor(cursor, int) == (2,)


def test_a_time_before_the_first_year_is_a_bad_cursor() -> None:
    made_up = encode_cursor("0001-01-01T00:00:00+14:00")

    with pytest.raises(CursorInvalid):
        decode_cursor(made_up, datetime)
