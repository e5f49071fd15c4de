"""The clock: aware, UTC, whole milliseconds, and movable in tests."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.clock import FixedClock, SystemClock, whole_milliseconds


def test_system_clock_is_utc_in_whole_milliseconds() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))

    clock.advance(timedelta(hours=2))

    assert clock.now() == clock.now() == datetime(2026, 3, 1, 14, tzinfo=UTC)


def test_fixed_clock_can_be_set_back() -> None:
    clock = FixedClock()

    clock.set(datetime(2015, 1, 1, tzinfo=UTC))

    assert clock.now().year == 2015


def test_other_zones_are_turned_into_utc() -> None:
    tokyo = timezone(timedelta(hours=9))

    moment = whole_milliseconds(datetime(2026, 1, 1, 9, 0, 0, 123_999, tzinfo=tokyo))

    assert moment == datetime(2026, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)
    assert moment.tzinfo is UTC


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        whole_milliseconds(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
