"""The time, handed in as a thing: tests can move it, and the domain never reads it by itself.

Promises: every time is aware, in UTC and a whole number of milliseconds.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
# A Monday morning: tests that say nothing else start there.


class Clock(Protocol):
    """Whatever can tell the time; use cases take one and pass `now()` into the domain."""

    def now(self) -> datetime:
        """Return the present moment: aware, UTC, whole milliseconds."""
        ...


class SystemClock:
    """The machine's clock; the one that every `main.py` uses."""

    __slots__ = ()

    def now(self) -> datetime:
        """Return the present moment, cut to milliseconds."""
        return whole_milliseconds(datetime.now(UTC))


class FixedClock:
    """A clock that stands still until it is told otherwise; for tests and for replays."""

    __slots__ = ("_now",)

    def __init__(self, now: datetime = _START) -> None:
        self._now = whole_milliseconds(now)

    def now(self) -> datetime:
        """Return the time that was set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to `now`, forwards or backwards."""
        self._now = whole_milliseconds(now)

    def advance(self, by: timedelta) -> datetime:
        """Move by `by` and return the new time."""
        self._now = whole_milliseconds(self._now + by)
        return self._now


def whole_milliseconds(moment: datetime) -> datetime:
    """Return `moment` in UTC without its microseconds, as the database will give it back.

    Raises:
        ValueError: `moment` has no time zone; guessing one loses hours silently.

    Source: BSON specification 1.1, type 0x09 (UTC datetime is an int64 of milliseconds).
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no meaning here: make it aware first")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
