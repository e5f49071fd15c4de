"""The rules of activities and delegations, without any server."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.events import errors
from services.events.domain import activities
from services.events.domain.activities import ActivityPlan, current_plan
from services.events.domain.agenda import SessionPlan, with_ids
from services.events.domain.civil import (
    CivilSpan,
    civil_time,
    instant,
    is_skipped,
    span_instants,
    whole_days,
    zone_names,
)
from services.events.domain.states import (
    Activity,
    Change,
    ExternalPerson,
    PairingCopy,
)
from shared.ids import ActivityId, CityId, PairingId

HOST, GUEST = CityId("cty_host"), CityId("cty_guest")
PAIRING = PairingId("pai_1")
NOW = Change("usr_1", datetime(2016, 1, 5, 9, tzinfo=UTC))
LATER = Change("usr_2", NOW.at + timedelta(days=1))
ANNA = ExternalPerson("Anna Kowalska", "TU Łódź", "anna@example.org")


def civil(text: str) -> datetime:
    return datetime.fromisoformat(text)


def plan_of(**changes: object) -> ActivityPlan:
    span = CivilSpan(civil("2016-03-21T09:00"), civil("2016-03-29T17:00"), "Europe/Warsaw")
    plan = ActivityPlan("working_meeting", "Meeting", span, (HOST,), (PAIRING,))
    return replace(plan, **changes)  # type: ignore[arg-type]


def planned(**changes: object) -> Activity:
    activity, _ = activities.plan(plan_of(**changes), [], NOW, ActivityId("act_1"))
    return replace(activity, version=1)


@given(
    st.sampled_from(sorted(zone_names())),
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001
)
def test_a_civil_time_that_exists_is_shown_at_its_instant(zone: str, at: datetime) -> None:
    at = at.replace(microsecond=0)
    assume(not is_skipped(at, zone))

    moment = instant(at, zone)

    assert civil_time(moment, zone) == at
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == at


def test_a_time_shown_twice_is_the_first() -> None:
    assert instant(civil("2016-10-30T02:30"), "Europe/Warsaw").hour == 0


@pytest.mark.parametrize(
    ("starts", "ends", "zone"),
    [
        ("2016-03-27T02:30", "2016-03-27T12:00", "Europe/Warsaw"),
        ("2016-03-27T12:00", "2016-03-27T12:00", "Europe/Warsaw"),
        ("2016-03-27T12:00", "2016-05-27T12:00", "Europe/Warsaw"),
        ("2016-03-27T12:00", "2016-03-28T12:00", "Mars/Olympus"),
        ("2016-03-27T12:00", "2016-03-28T12:00", "../etc/passwd"),
        ("2016-10-30T02:30", "2016-10-30T02:10", "Europe/Warsaw"),
    ],
)
def test_a_span_that_is_none_is_refused(starts: str, ends: str, zone: str) -> None:
    with pytest.raises(errors.ActivityDatesInvalid) as refused:
        span_instants(CivilSpan(civil(starts), civil(ends), zone))

    assert refused.value.errors[0].field in {"/starts", "/ends", "/time_zone"}


def test_a_day_without_a_midnight_begins_with_its_first_instant() -> None:
    day = date(2018, 11, 4)  # São Paulo went from 00:00 to 01:00

    starts_at, ends_at = span_instants(whole_days(day, day, "America/Sao_Paulo"))

    assert civil_time(starts_at, "America/Sao_Paulo") == civil("2018-11-04T01:00")
    assert ends_at - starts_at == timedelta(hours=23)


def test_planning_tells_everything_with_the_calendar_of_the_first_version() -> None:
    activity, event = activities.plan(plan_of(), [], NOW, ActivityId("act_1"))

    assert event.state.starts_at == activity.starts_at == datetime(2016, 3, 21, 8, tzinfo=UTC)
    assert "SEQUENCE:1\r\n" in event.state.calendar
    assert "UID:act_1@worldcities\r\n" in event.state.calendar


def test_a_plan_can_be_read_back_from_an_activity() -> None:
    days = whole_days(date(2018, 11, 4), date(2018, 11, 9), "America/Sao_Paulo")
    talk = SessionPlan("ses_1", "Talk", civil("2018-11-05T09:00"), civil("2018-11-05T10:00"))
    plan = plan_of(span=days, agenda=(talk,))

    activity, _ = activities.plan(plan, [], NOW, ActivityId("act_1"))

    assert current_plan(activity) == plan


def test_a_change_names_what_it_changed() -> None:
    moved = CivilSpan(civil("2016-03-22T09:00"), civil("2016-03-29T17:00"), "Europe/Warsaw")

    _, event = activities.change_plan(planned(), plan_of(span=moved), [], LATER)

    assert event is not None
    assert event.changed == ("starts_at",)
    assert "SEQUENCE:2\r\n" in event.state.calendar


def test_a_change_of_nothing_tells_nothing() -> None:
    activity = planned()

    assert activities.change_plan(activity, plan_of(), [], LATER) == (activity, None)


def test_moving_to_another_zone_keeps_the_civil_times_of_the_agenda() -> None:
    talk = SessionPlan("ses_1", "Talk", civil("2016-03-22T09:00"), civil("2016-03-22T10:00"))
    plan = current_plan(planned(agenda=(talk,)))

    moved = replace(plan, span=replace(plan.span, time_zone="Asia/Tokyo"))
    activity, _ = activities.change_plan(planned(agenda=(talk,)), moved, [], LATER)

    assert activity.agenda[0].starts_at == datetime(2016, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2016-03-21T08:00", "2016-03-21T10:00"),
        ("2016-03-29T16:00", "2016-03-29T18:00"),
        ("2016-03-22T10:00", "2016-03-22T10:00"),
        ("2016-03-27T02:30", "2016-03-27T09:00"),
    ],
)
def test_a_session_outside_of_the_activity_is_refused_with_its_place(
    starts: str, ends: str
) -> None:
    fine = SessionPlan("ses_1", "Talk", civil("2016-03-22T09:00"), civil("2016-03-22T10:00"))
    talk = SessionPlan("ses_2", "Talk", civil(starts), civil(ends))

    with pytest.raises(errors.ActivityAgendaInvalid) as refused:
        planned(agenda=(fine, talk))

    assert [each.field for each in refused.value.errors] == ["/agenda/1"]


def test_a_session_taken_out_is_remembered_and_may_come_back() -> None:
    talk = SessionPlan("ses_1", "Talk", civil("2016-03-22T09:00"), civil("2016-03-22T10:00"))
    without, _ = activities.change_plan(planned(agenda=(talk,)), plan_of(), [], LATER)

    again = with_ids((talk,), without, [])
    back, _ = activities.change_plan(without, plan_of(agenda=again), [], LATER)

    assert [each.id for each in without.dropped] == ["ses_1"]
    assert ([each.id for each in back.agenda], back.dropped) == (["ses_1"], ())


def test_a_session_id_of_nobody_is_refused() -> None:
    talk = SessionPlan("ses_9", "Talk", civil("2016-03-22T09:00"), civil("2016-03-22T10:00"))

    with pytest.raises(errors.ActivityAgendaInvalid):
        with_ids((talk,), planned(), ["ses_2"])


def test_a_cancelled_activity_changes_no_more() -> None:
    cancelled, event = activities.cancel(planned(), "Strike", LATER)

    assert "STATUS:CANCELLED" in event.state.calendar
    assert event.state.cancelled_reason == "Strike"
    with pytest.raises(errors.ActivityCancelled):
        activities.change_plan(cancelled, plan_of(title="New"), [], LATER)
    with pytest.raises(errors.ActivityCancelled):
        activities.cancel(cancelled, "Strike", LATER)


def test_a_dissolved_pairing_flags_once_and_cancels_nothing() -> None:
    broken = PairingCopy(PAIRING, 5, "dissolved", "The partner left")

    flagged, event = activities.flag(planned(), broken, LATER)
    twice = activities.flag(flagged, broken, LATER)

    assert event is not None
    assert (event.changed, event.state.status) == (("attention",), "planned")
    assert [each.reason for each in flagged.attention] == ["The partner left"]
    assert twice == (flagged, None)


def test_an_activity_planned_for_a_dissolved_pairing_is_flagged_from_the_start() -> None:
    broken = PairingCopy(PAIRING, 5, "dissolved")

    activity, _ = activities.plan(plan_of(), [broken], NOW, ActivityId("act_1"))

    assert [each.pairing_id for each in activity.attention] == [PAIRING]


def test_the_largest_activity_makes_an_event_that_kafka_takes() -> None:
    long, starts, ends = "🚲" * 200, civil("2016-03-22T09:00"), civil("2016-03-22T10:00")
    talks = [SessionPlan(f"ses_{n:032}", long, starts, ends, long) for n in range(200)]
    pairings = tuple(PairingId(f"pai_{number:032}") for number in range(100))
    broken = [PairingCopy(each, 5, "dissolved", "🚲" * 2000) for each in pairings]
    before = planned(title=long, place=long, agenda=tuple(talks[:100]), pairing_ids=pairings)

    plan = replace(current_plan(before), agenda=tuple(talks[100:]))
    activity, event = activities.change_plan(before, plan, broken, LATER)

    assert len(activity.agenda) == len(activity.attention) == 100
    assert event is not None
    assert len(event.model_dump_json().encode()) < 1_000_000
