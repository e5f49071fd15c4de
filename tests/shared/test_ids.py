"""Ids: their form, their order, and event ids that never run back."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from uuid_utils import uuid7

from shared.clock import FixedClock, SystemClock
from shared.ids import CityId, CityRef, EventIds, TopicRef, id_pattern, new_id


def test_new_id_has_its_prefix_and_a_uuid7() -> None:
    made = new_id("cty")

    assert re.fullmatch(id_pattern("cty"), made)
    assert UUID(made.removeprefix("cty_")).version == 7


@pytest.mark.parametrize(
    "text", ["cty_1", "con_" + "0" * 32, "cty_" + "G" * 32, "cty_" + "0" * 32 + "\n", "", 7, None]
)
def test_ref_of_another_form_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[CityId](CityRef).validate_python(text)


@pytest.mark.parametrize("text", ["Smart-City", "smart--city", "-smart", "a" * 65, {"$gt": ""}])
def test_topic_code_of_another_form_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[str](TopicRef).validate_python(text)


def test_event_ids_are_canonical_uuid7() -> None:
    made = EventIds(SystemClock()).next()

    assert str(UUID(made)) == made
    assert UUID(made).version == 7
    assert UUID(made).variant == "specified in RFC 4122"


def test_event_ids_rise_while_the_clock_stands_still() -> None:
    ids = EventIds(FixedClock())

    made = [ids.next() for _ in range(10_000)]

    assert made == sorted(set(made))


@given(st.lists(st.integers(min_value=-3_600_000, max_value=3_600_000), max_size=50))
def test_event_ids_rise_whatever_the_clock_does(steps: list[int]) -> None:
    clock = FixedClock()
    ids = EventIds(clock)
    made = [ids.next()]

    for step in steps:
        clock.advance(timedelta(milliseconds=step))
        made.append(ids.next())

    assert made == sorted(set(made))


@given(st.integers(min_value=-86_400_000, max_value=86_400_000))
def test_event_id_follows_the_one_made_by_another_host(drift: int) -> None:
    ours, theirs = FixedClock(), FixedClock()
    theirs.advance(timedelta(milliseconds=drift))
    before = EventIds(theirs).next()

    after = EventIds(ours).next(before)

    assert after > before


@given(st.integers(min_value=0, max_value=2**74 - 1))
def test_event_id_follows_any_uuid7(rest: int) -> None:
    high, low = rest >> 62, rest & (2**62 - 1)
    now = int(FixedClock().now().timestamp() * 1000)
    before = str(UUID(int=(now << 80) | (7 << 76) | (high << 64) | (2 << 62) | low))

    after = EventIds(FixedClock()).next(before)

    assert after > before
    assert UUID(after).version == 7


def test_event_id_keeps_the_time_of_the_clock() -> None:
    clock = FixedClock()

    made = UUID(EventIds(clock).next())

    assert made.int >> 80 == int(clock.now().timestamp() * 1000)


def test_event_id_follows_ids_of_the_library() -> None:
    before = str(uuid7())

    assert EventIds(FixedClock()).next(before) > before


@pytest.mark.parametrize(
    "text",
    ["", "x", "00000000-0000-4000-8000-000000000000", "01a210dde26e71f3a77f42c6bf33fb16"],
)
def test_event_id_after_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        EventIds(FixedClock()).next(text)
