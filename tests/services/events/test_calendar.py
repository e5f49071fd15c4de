"""Calendars: what other programs read from our text."""

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.events.domain.calendar import calendar_text, feed_text, zone_definition
from services.events.domain.states import Activity, AgendaSession, Change
from shared.ids import ActivityId, CityId

PARIS = ZoneInfo("Europe/Paris")
NOW = Change("usr_1", datetime(2016, 1, 5, 9, tzinfo=UTC))


def activity(**changes: object) -> Activity:
    planned = Activity(
        id=ActivityId("act_1"),
        kind="study_visit",
        title="Visit",
        status="planned",
        starts_at=datetime(2016, 3, 25, 8, tzinfo=UTC),
        ends_at=datetime(2016, 3, 29, 15, tzinfo=UTC),
        time_zone="Europe/Paris",
        all_day=False,
        host_city_ids=(CityId("cty_1"),),
        created=NOW,
        changed=NOW,
        version=3,
    )
    return replace(planned, **changes)  # type: ignore[arg-type]


def session(id_: str, starts: datetime, ends: datetime) -> AgendaSession:
    return AgendaSession(id_, "Talk", starts, ends)


def test_times_around_the_change_to_summer_time_are_read_back_in_the_zone() -> None:
    before = datetime(2016, 3, 26, 8, tzinfo=UTC)
    after = datetime(2016, 3, 27, 8, tzinfo=UTC)
    sessions = (session("ses_1", before, after), session("ses_2", after, after.replace(hour=9)))

    whole, first, second = Calendar.from_ical(calendar_text(activity(agenda=sessions))).events

    begins, ends = whole.DTSTART, whole.DTEND
    assert begins == datetime(2016, 3, 25, 9, tzinfo=PARIS)
    assert ends == datetime(2016, 3, 29, 17, tzinfo=PARIS)
    assert [each.DTSTART.astimezone(UTC) for each in (first, second)] == [before, after]
    assert [each.DTSTART.hour for each in (first, second)] == [9, 10]
    assert second["DTSTART"].params["TZID"] == "Europe/Paris"


ZONES = ("Europe/Paris", "America/Toronto", "Asia/Shanghai", "Africa/Casablanca", "Europe/Dublin")
NEAR = st.datetimes(datetime(2015, 1, 2), datetime(2021, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.sampled_from(ZONES), NEAR)
def test_zone_definition_gives_another_reader_the_same_offsets(zone: str, at: datetime) -> None:
    begin, end = datetime(2015, 1, 1, tzinfo=UTC), datetime(2021, 12, 31, tzinfo=UTC)
    text = zone_definition(zone, begin, end).to_ical().decode()
    local = at.astimezone(ZoneInfo(zone)).replace(microsecond=0)

    read = tzical(StringIO(text)).get(zone)

    assert read is not None
    assert local.replace(tzinfo=read).utcoffset() == local.utcoffset()


def test_definition_of_the_zone_starts_summer_time_in_the_time_before_it() -> None:
    text = calendar_text(activity())

    summer = text.split("BEGIN:DAYLIGHT")[1]
    assert "DTSTART:20160327T020000" in summer
    assert "TZOFFSETFROM:+0100" in summer


@pytest.mark.parametrize("title", ["京都 " * 60, "é" * 200, "a,b;c\\d\nBEGIN:VEVENT", "🚲" * 90])
def test_any_title_comes_back_and_lines_stay_within_75_octets(title: str) -> None:
    text = calendar_text(activity(title=title))

    (event,) = Calendar.from_ical(text).events
    assert str(event["SUMMARY"]) == title
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert all("\n" not in line for line in text.split("\r\n"))


def test_control_characters_do_not_reach_the_text() -> None:
    text = calendar_text(activity(title="a\x07b\r\x85c"))

    (event,) = Calendar.from_ical(text).events
    assert str(event["SUMMARY"]) == "abc"


def test_whole_days_are_dates_with_an_exclusive_end() -> None:
    midnight = datetime(2016, 5, 1, 22, tzinfo=UTC)
    days = activity(all_day=True, starts_at=midnight, ends_at=midnight.replace(day=6))

    (event,) = Calendar.from_ical(calendar_text(days)).events

    assert event["DTSTART"].to_ical() == b"20160502"
    assert event["DTEND"].to_ical() == b"20160507"


def test_uid_is_stable_and_sequence_is_the_version() -> None:
    first = Calendar.from_ical(calendar_text(activity())).events[0]
    next_ = Calendar.from_ical(calendar_text(activity(), sequence=4)).events[0]

    assert first["UID"] == next_["UID"] == "act_1@worldcities"
    assert (first["SEQUENCE"], next_["SEQUENCE"]) == (3, 4)


def test_cancelled_activity_cancels_its_sessions_too() -> None:
    talk = session("ses_1", NOW.at, NOW.at.replace(hour=10))

    calendar = Calendar.from_ical(calendar_text(activity(status="cancelled", agenda=(talk,))))

    assert calendar["METHOD"] == "PUBLISH"
    assert [event["STATUS"] for event in calendar.events] == ["CANCELLED", "CANCELLED"]


def test_sessions_relate_to_the_activity_and_dropped_ones_are_cancelled() -> None:
    kept = session("ses_1", NOW.at, NOW.at.replace(hour=10))
    dropped = session("ses_2", NOW.at, NOW.at.replace(hour=11))

    calendar = Calendar.from_ical(calendar_text(activity(agenda=(kept,), dropped=(dropped,))))

    _, first, second = calendar.events
    assert first["RELATED-TO"] == second["RELATED-TO"] == "act_1@worldcities"
    assert (first["STATUS"], second["STATUS"]) == ("CONFIRMED", "CANCELLED")


def test_published_text_has_an_organizer_and_no_attendee() -> None:
    (event,) = Calendar.from_ical(calendar_text(activity())).events

    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert "ATTENDEE" not in event


def test_feed_defines_each_zone_once_for_all_its_activities() -> None:
    other = activity(
        id="act_2",
        starts_at=datetime(2018, 7, 1, 8, tzinfo=UTC),
        ends_at=datetime(2018, 7, 2, 8, tzinfo=UTC),
    )

    calendar = Calendar.from_ical(feed_text("Łódź", [activity(), other]))

    assert [zone["TZID"] for zone in calendar.timezones] == ["Europe/Paris"]
    assert [event["UID"] for event in calendar.events] == ["act_1@worldcities", "act_2@worldcities"]
    assert calendar["NAME"] == "Łódź"
