"""The agenda of an activity: timed sessions within its dates, each with an id that stays.

Promises that a session outside of the dates is refused with its place in the list, and that one
which is taken out is remembered, so that calendars can show that it is off.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.events.domain.civil import civil_time, instant, is_skipped
from services.events.domain.states import Activity, AgendaSession
from services.events.errors import ActivityAgendaInvalid
from shared.errors import FieldError

MAX_DROPPED = 50
"""Sessions remembered after they were taken from the agenda, the last ones first: with 100 sessions
of the longest names, an event stays below the 1 MiB that Kafka takes."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A session as people write it: civil times in the activity's zone."""

    id: str | None
    """None: a new session; ``with_ids`` names it."""
    title: str
    starts: datetime
    ends: datetime
    place: str | None = None


def with_ids(
    sessions: tuple[SessionPlan, ...], activity: Activity | None, new_ids: Iterable[str]
) -> tuple[SessionPlan, ...]:
    """Give each new session one of ``new_ids``; the others must be sessions of the activity.

    A session that was dropped may come back.

    Raises:
        ActivityAgendaInvalid: 422: an id of no session here, or one twice.
    """
    known = {each.id for each in (*activity.agenda, *activity.dropped)} if activity else set()
    given = [each.id for each in sessions]
    errors = [
        FieldError(f"/agenda/{number}/id", "session_unknown", "must be one session's, and once")
        for number, id_ in enumerate(given)
        if id_ is not None and (id_ not in known or id_ in given[:number])
    ]
    if errors:
        raise ActivityAgendaInvalid(errors=errors)
    fresh = iter(new_ids)
    return tuple(each if each.id else replace(each, id=next(fresh)) for each in sessions)


def planned_session(session: AgendaSession, zone: str) -> SessionPlan:
    """Give a session as people write it."""
    starts, ends = civil_time(session.starts_at, zone), civil_time(session.ends_at, zone)
    return SessionPlan(session.id, session.title, starts, ends, session.place)


def with_agenda(activity: Activity, plans: tuple[SessionPlan, ...]) -> Activity:
    """Give the activity with this agenda, sorted by time.

    Raises:
        ActivityAgendaInvalid: 422: a session is not within the dates, or no span of time.
    """
    errors = [
        FieldError(f"/agenda/{number}", "session_misplaced", fault)
        for number, session in enumerate(plans)
        if (fault := _fault(activity, session))
    ]
    if errors:
        raise ActivityAgendaInvalid(errors=errors)
    zone = activity.time_zone
    sessions = [
        AgendaSession(
            each.id or "",
            each.title,
            instant(each.starts, zone),
            instant(each.ends, zone),
            each.place,
        )
        for each in plans
    ]
    sessions.sort(key=lambda each: (each.starts_at, each.ends_at, each.id))
    kept = {each.id for each in sessions}
    dropped = [each for each in (*activity.agenda, *activity.dropped) if each.id not in kept]
    return replace(activity, agenda=tuple(sessions), dropped=tuple(dropped[:MAX_DROPPED]))


def _fault(activity: Activity, session: SessionPlan) -> str | None:
    zone = activity.time_zone
    if is_skipped(session.starts, zone) or is_skipped(session.ends, zone):
        return f"has a time that does not exist in {zone}: the clocks skip it"
    starts_at, ends_at = instant(session.starts, zone), instant(session.ends, zone)
    if ends_at <= starts_at:
        return "must end later than it starts"
    if starts_at < activity.starts_at or ends_at > activity.ends_at:
        return "must lie within the dates of the activity"
    return None
