"""The life of an activity: planned, changed, cancelled; flagged when a pairing of it breaks.

Promises pure functions that give the new state and the event that tells of it, and that an event
carries the calendar of the version that it makes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from services.events.domain.agenda import SessionPlan, planned_session, with_agenda
from services.events.domain.calendar import calendar_text
from services.events.domain.civil import (
    CivilSpan,
    civil_time,
    span_instants,
    whole_days,
)
from services.events.domain.states import (
    Activity,
    ActivityKind,
    AgendaSession,
    Attention,
    Change,
    PairingCopy,
)
from services.events.errors import ActivityCancelled
from shared.contracts import events as contract
from shared.contracts.events import (
    ActivityCancelledV1,
    ActivityEvent,
    ActivityPlannedV1,
    ActivityState,
    ActivityUpdatedV1,
)
from shared.ids import ActivityId, CityId, PairingId

MAX_REASON_CHARS = 200
"""Of a dissolved pairing's reason; an activity may have a hundred pairings, and its event has to
stay below the 1 MiB that Kafka takes. The whole reason is with the pairing."""

EventT = TypeVar("EventT", bound=ActivityEvent)


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """What people decide about an activity."""

    kind: ActivityKind
    title: str
    span: CivilSpan
    host_city_ids: tuple[CityId, ...]
    pairing_ids: tuple[PairingId, ...] = ()
    place: str | None = None
    agenda: tuple[SessionPlan, ...] = ()
    illustrative: bool = False


def plan(
    plan_: ActivityPlan, pairings: Iterable[PairingCopy], change: Change, id_: ActivityId
) -> tuple[Activity, ActivityPlannedV1]:
    """Plan a new activity; ``pairings`` are those of its pairings that are known.

    Raises:
        ActivityDatesInvalid: 422: see ``span_instants``.
        ActivityAgendaInvalid: 422: a session is not within the dates.
    """
    starts_at, ends_at = span_instants(plan_.span)
    activity = Activity(
        id=id_,
        kind=plan_.kind,
        title=plan_.title,
        status="planned",
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=plan_.span.time_zone,
        all_day=plan_.span.all_day,
        host_city_ids=plan_.host_city_ids,
        created=change,
        changed=change,
        pairing_ids=plan_.pairing_ids,
        place=plan_.place,
        attention=_attention(pairings),
        illustrative=plan_.illustrative,
    )
    activity = with_agenda(activity, plan_.agenda)
    return activity, _told(ActivityPlannedV1, activity)


def change_plan(
    activity: Activity, plan_: ActivityPlan, pairings: Iterable[PairingCopy], change: Change
) -> tuple[Activity, ActivityUpdatedV1 | None]:
    """Replace what people decide; without a difference there is no event.

    Raises:
        ActivityCancelled: 409.
        ActivityDatesInvalid: 422.
        ActivityAgendaInvalid: 422.
    """
    require_planned(activity)
    starts_at, ends_at = span_instants(plan_.span)
    changed = replace(
        activity,
        kind=plan_.kind,
        title=plan_.title,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=plan_.span.time_zone,
        all_day=plan_.span.all_day,
        host_city_ids=plan_.host_city_ids,
        pairing_ids=plan_.pairing_ids,
        place=plan_.place,
        attention=_attention(pairings),
        illustrative=plan_.illustrative,
    )
    changed = with_agenda(changed, plan_.agenda)
    fields = _differences(activity, changed)
    if not fields:
        return activity, None
    changed = replace(changed, changed=change)
    return changed, _told(ActivityUpdatedV1, changed, fields)


def cancel(activity: Activity, reason: str, change: Change) -> tuple[Activity, ActivityCancelledV1]:
    """Call the activity off.

    Raises:
        ActivityCancelled: 409: it was before.
    """
    require_planned(activity)
    cancelled = replace(activity, status="cancelled", cancelled_reason=reason, changed=change)
    return cancelled, _told(ActivityCancelledV1, cancelled, ("status", "cancelled_reason"))


def flag(
    activity: Activity, pairing: PairingCopy, change: Change
) -> tuple[Activity, ActivityUpdatedV1 | None]:
    """Call the team's attention to a planned activity whose pairing was dissolved; once each."""
    known = {each.pairing_id for each in activity.attention}
    if activity.status != "planned" or pairing.id in known:
        return activity, None
    attention = (*activity.attention, *_attention([pairing]))
    flagged = replace(activity, attention=attention, changed=change)
    return flagged, _told(ActivityUpdatedV1, flagged, ("attention",))


def require_planned(activity: Activity) -> None:
    """Let pass an activity that will take place.

    Raises:
        ActivityCancelled: 409.
    """
    if activity.status == "cancelled":
        raise ActivityCancelled


def current_plan(activity: Activity) -> ActivityPlan:
    """Give what people decided last, in civil times, to change parts of it."""
    zone = activity.time_zone
    starts, ends = civil_time(activity.starts_at, zone), civil_time(activity.ends_at, zone)
    span = CivilSpan(starts, ends, zone)
    if activity.all_day:
        span = whole_days(starts.date(), last_day(activity), zone)
    return ActivityPlan(
        kind=activity.kind,
        title=activity.title,
        span=span,
        host_city_ids=activity.host_city_ids,
        pairing_ids=activity.pairing_ids,
        place=activity.place,
        agenda=tuple(planned_session(session, zone) for session in activity.agenda),
        illustrative=activity.illustrative,
    )


def last_day(activity: Activity) -> date:
    """Give the civil date on which the activity ends."""
    ends = civil_time(activity.ends_at, activity.time_zone).date()
    return ends - timedelta(days=1) if activity.all_day else ends


def _attention(pairings: Iterable[PairingCopy]) -> tuple[Attention, ...]:
    return tuple(
        Attention(each.id, (each.dissolved_reason or "Dissolved.")[:MAX_REASON_CHARS])
        for each in pairings
        if each.status == "dissolved"
    )


def _differences(old: Activity, new: Activity) -> tuple[str, ...]:
    fields = [name for name in ActivityState.model_fields if hasattr(new, name)]
    return tuple(name for name in fields if getattr(old, name) != getattr(new, name))


def _told(kind: type[EventT], activity: Activity, changed: tuple[str, ...] = ()) -> EventT:
    state = ActivityState(
        id=activity.id,
        kind=activity.kind,
        title=activity.title,
        status=activity.status,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        time_zone=activity.time_zone,
        all_day=activity.all_day,
        host_city_ids=activity.host_city_ids,
        pairing_ids=activity.pairing_ids,
        place=activity.place,
        agenda=tuple(_public(session) for session in activity.agenda),
        calendar=calendar_text(activity, sequence=activity.version + 1),
        attention=tuple(
            contract.Attention(pairing_id=each.pairing_id, reason=each.reason)
            for each in activity.attention
        ),
        cancelled_reason=activity.cancelled_reason,
        illustrative=activity.illustrative,
    )
    return kind(state=state, changed=changed)


def _public(session: AgendaSession) -> contract.AgendaSession:
    return contract.AgendaSession(
        id=session.id,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place,
    )
