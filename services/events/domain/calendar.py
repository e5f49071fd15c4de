"""Activities as iCalendar text that calendars import once and go on updating.

Promises: pure and deterministic; UIDs never change; SEQUENCE rises with every change; a cancelled
activity stays in the text as CANCELLED, and so does a dropped session; no attendee is named.

Source: RFC 5545 (iCalendar), RFC 5546 section 3.2.1 (PUBLISH).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
)

from services.events.domain.states import Activity, AgendaSession

PRODUCT = "-//World Cities//Activities//EN"

ORGANIZER = "mailto:programme@worldcities.invalid"
"""RFC 5546 asks every published event for an organizer; the domain is one that can't get mail
(RFC 2606), because the programme's people are reached through the platform."""

REFRESH_HOURS = 1
"""How often a subscribed calendar should look again. Source: RFC 7986 section 5.7."""

_STEP = timedelta(days=7)
"""Between looks for a change of offset; the shortest time between two is Ramadan's month."""

_SECOND = timedelta(seconds=1)


def activity_uid(activity: Activity) -> str:
    """Give the UID under which calendars know the activity."""
    return f"{activity.id}@worldcities"


def calendar_text(activity: Activity, *, sequence: int | None = None) -> str:
    """Give one activity and its sessions as a calendar.

    ``sequence`` is the version that is about to be saved; without it, the activity's own.
    """
    revision = activity.version if sequence is None else sequence
    calendar = _calendar()
    _add_zones(calendar, [activity])
    for event in _events(activity, revision):
        calendar.add_component(event)
    return _text_of(calendar)


def feed_text(name: str, activities: Iterable[Activity]) -> str:
    """Give many activities as one calendar to subscribe to, in the order given."""
    known = list(activities)
    calendar = _calendar()
    calendar.add("name", _clean(name))
    calendar.add("x-wr-calname", _clean(name))  # what calendars read that don't know RFC 7986
    calendar.add("refresh-interval", timedelta(hours=REFRESH_HOURS), {"VALUE": "DURATION"})
    _add_zones(calendar, known)
    for activity in known:
        for event in _events(activity, activity.version):
            calendar.add_component(event)
    return _text_of(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    return calendar


def _text_of(calendar: Calendar) -> str:
    text: bytes = calendar.to_ical(sorted=False)
    return text.decode()


def _events(activity: Activity, sequence: int) -> Iterator[Event]:
    cancelled = activity.status == "cancelled"
    whole = _event(activity, sequence, cancelled=cancelled)
    whole.add("uid", activity_uid(activity))
    whole.add("summary", _clean(activity.title))
    whole.add("categories", [activity.kind.replace("_", " ")])
    zone = ZoneInfo(activity.time_zone)
    for name, moment in (("dtstart", activity.starts_at), ("dtend", activity.ends_at)):
        local = moment.astimezone(zone)
        whole.add(name, local.date() if activity.all_day else local)
    if activity.place:
        whole.add("location", _clean(activity.place))
    yield whole
    for session in activity.agenda:
        yield _session(activity, session, sequence, cancelled=cancelled)
    for session in activity.dropped:
        yield _session(activity, session, sequence, cancelled=True)


def _session(
    activity: Activity, session: AgendaSession, sequence: int, *, cancelled: bool
) -> Event:
    event = _event(activity, sequence, cancelled=cancelled)
    event.add("uid", f"{session.id}@worldcities")
    event.add("related-to", activity_uid(activity))
    event.add("summary", _clean(session.title))
    zone = ZoneInfo(activity.time_zone)
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    place = session.place or activity.place
    if place:
        event.add("location", _clean(place))
    return event


def _event(activity: Activity, sequence: int, *, cancelled: bool) -> Event:
    organizer = vCalAddress(ORGANIZER)
    organizer.params["CN"] = vText("World Cities")
    event = Event()
    event.add("organizer", organizer)
    event.add("dtstamp", activity.changed.at)
    event.add("created", activity.created.at)
    event.add("last-modified", activity.changed.at)
    event.add("sequence", sequence)
    status: Literal["CANCELLED", "CONFIRMED"] = "CANCELLED" if cancelled else "CONFIRMED"
    event.add("status", status)
    return event


def _clean(text: str) -> str:
    """Leave out control characters, which iCalendar text can't hold. Source: RFC 5545 3.3.11."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def _add_zones(calendar: Calendar, activities: Iterable[Activity]) -> None:
    """Define each zone for the years that the activities need, so that no reader has to know it.

    All-day events have dates only, but their sessions have times.
    """
    spans: dict[str, tuple[datetime, datetime]] = {}
    for each in activities:
        first, last = spans.get(each.time_zone, (each.starts_at, each.ends_at))
        sessions = (*each.agenda, *each.dropped)
        starts = (first, each.starts_at, *(session.starts_at for session in sessions))
        ends = (last, each.ends_at, *(session.ends_at for session in sessions))
        spans[each.time_zone] = (min(starts), max(ends))
    for name in sorted(spans):
        if name != "UTC":
            first, last = spans[name]
            calendar.add_component(zone_definition(name, first, last))


def zone_definition(name: str, first: datetime, last: datetime) -> Timezone:
    """Give the VTIMEZONE of a zone, right from a day before ``first`` to a day after ``last``.

    Built here because ``Timezone.from_tzid`` of icalendar 7.3 writes the onset of daylight saving
    in the time after it; RFC 5545 section 3.6.5 wants the time before it.
    """
    zone = ZoneInfo(name)
    begin = (first - timedelta(days=1)).replace(microsecond=0).astimezone(UTC)
    definition = Timezone()
    definition.add("tzid", name)
    definition.add_component(_observance(zone, begin, begin))
    for before, after in _changes(zone, begin, last + timedelta(days=1)):
        definition.add_component(_observance(zone, before, after))
    return definition


def _observance(
    zone: ZoneInfo, before: datetime, onset: datetime
) -> TimezoneStandard | TimezoneDaylight:
    """Give what holds from ``onset`` on; ``before`` is an instant under the rule that it ends."""
    local, old = onset.astimezone(zone), before.astimezone(zone)
    old_offset, offset = old.utcoffset() or timedelta(), local.utcoffset() or timedelta()
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", (onset + old_offset).replace(tzinfo=None))
    observance.add("tzoffsetfrom", old_offset)
    observance.add("tzoffsetto", offset)
    observance.add("tzname", local.tzname() or "")
    return observance


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the last second of the old rule and the first of the new, in UTC, in order."""
    at = begin
    while at < end:
        ahead = at + _STEP
        if _rule(zone, at) != _rule(zone, ahead):
            yield _narrowed(zone, at, ahead)
        at = ahead


def _narrowed(zone: ZoneInfo, old: datetime, new: datetime) -> tuple[datetime, datetime]:
    while new - old > _SECOND:
        middle = old + timedelta(seconds=(new - old) // _SECOND // 2)
        if _rule(zone, middle) == _rule(zone, old):
            old = middle
        else:
            new = middle
    return old, new


def _rule(zone: ZoneInfo, moment: datetime) -> tuple[timedelta | None, timedelta | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.dst()
