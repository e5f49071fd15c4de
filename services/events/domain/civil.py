"""Civil time: what a clock on the wall of the place shows, and the instant that this is.

Promises that a civil time becomes the instant that people there mean, also around daylight saving,
and that one which their clocks skip is refused instead of moved.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from services.events.errors import ActivityDatesInvalid
from shared.errors import FieldError

MAX_DAYS = 31
"""Longest activity: study visits last a week, meetings too. Listings by time rely on it: what takes
place now began at most so many days ago."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CivilSpan:
    """From ``starts`` to ``ends`` (exclusive), both without a zone of their own, at a place.

    ``all_day``: whole days, from midnight to midnight.
    """

    starts: datetime
    ends: datetime
    time_zone: str
    all_day: bool = False


def whole_days(first: date, last: date, time_zone: str) -> CivilSpan:
    """Give the span from the first day to the last, which is part of it."""
    midnight = time()
    return CivilSpan(
        datetime.combine(first, midnight),
        datetime.combine(last + _ONE_DAY, midnight),
        time_zone,
        all_day=True,
    )


@cache
def zone_names() -> frozenset[str]:
    """Give the IANA names of the zones that have a place, and UTC."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def span_instants(span: CivilSpan) -> tuple[datetime, datetime]:
    """Give the span's two instants in UTC.

    Raises:
        ActivityDatesInvalid: 422: it ends before it starts, is longer than 31 days, has no known
            zone, or a time that the clocks there skip.
    """
    if span.time_zone not in zone_names():
        raise _invalid("time_zone", "must be an IANA name such as Europe/Prague")
    last = span.ends.date() - _ONE_DAY if span.all_day else span.ends.date()
    ends = "ends_on" if span.all_day else "ends"
    if span.ends <= span.starts:
        raise _invalid(ends, "must be later than the start")
    if last - span.starts.date() >= timedelta(days=MAX_DAYS):
        raise _invalid(ends, f"may be at most {MAX_DAYS} days after the start")
    if not span.all_day:
        for field, civil in (("starts", span.starts), ("ends", span.ends)):
            if is_skipped(civil, span.time_zone):
                raise _invalid(field, f"does not exist in {span.time_zone}: the clocks skip it")
    starts_at = instant(span.starts, span.time_zone)
    ends_at = instant(span.ends, span.time_zone)
    if ends_at <= starts_at:  # both in the hour that is set back
        raise _invalid(ends, "must be later than the start")
    return starts_at, ends_at


def instant(civil: datetime, time_zone: str) -> datetime:
    """Give the instant in UTC, in whole seconds, at which the clocks in the zone show this time.

    Of a time that they show twice it is the first; of one that they skip, the instant that the
    offset before the gap gives (so that a day without a midnight begins with its first instant).

    Source: RFC 5545 section 3.3.5, form 3.
    """
    local = civil.replace(microsecond=0, fold=0, tzinfo=ZoneInfo(time_zone))
    return local.astimezone(UTC)


def civil_time(moment: datetime, time_zone: str) -> datetime:
    """Give what the clocks in the zone show at this instant, without the zone."""
    return moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, fold=0)


def is_skipped(civil: datetime, time_zone: str) -> bool:
    """Tell whether the clocks in the zone never show this time."""
    civil = civil.replace(microsecond=0, fold=0)
    return civil_time(instant(civil, time_zone), time_zone) != civil


def _invalid(field: str, message: str) -> ActivityDatesInvalid:
    return ActivityDatesInvalid(errors=[FieldError(f"/{field}", "invalid_time", message)])
