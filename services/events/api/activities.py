"""The routes of activities."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.events import errors
from services.events.api.activity_inputs import ActivityIn, ActivityPatch, AgendaIn, CancelIn
from services.events.api.activity_outputs import ActivityFilter, ActivityOut
from services.events.api.problems import problems
from services.events.domain.activities import ActivityPlan
from services.events.domain.states import Activity
from services.events.store import ACTIVITIES, activity_key, list_activities
from services.events.usecases import activities as usecases
from shared.auth import Authenticated, OfficerOrCoordinator
from shared.commands import Answer, Database, respond, run, run_once
from shared.errors import Forbidden, StaleVersion, VersionMissing
from shared.idempotency import IdempotencyKey
from shared.ids import ActivityRef
from shared.paging import Page, cut
from shared.web import IfMatch

ROUTER = APIRouter(prefix="/v1", tags=["activities"])

_CHANGE = (errors.ActivityNotFound, Forbidden, StaleVersion, VersionMissing)
_CONTENT = (errors.ActivityDatesInvalid, errors.ActivityAgendaInvalid)


@ROUTER.post(
    "/activities",
    status_code=201,
    response_model=ActivityOut,
    responses=problems(Forbidden, errors.ActivityHostWithdrawn, *_CONTENT),
)
async def plan_activity(
    body: ActivityIn, who: OfficerOrCoordinator, request: IdempotencyKey, mongo: Database
) -> Response:
    """Plan an activity. Coordinators plan what one of their cities hosts."""
    plan = body.plan()
    return await run_once(
        mongo, request, lambda tx: usecases.plan_activity(tx, who, plan), _created
    )


@ROUTER.get("/activities", responses=problems())
async def read_activities(
    query: Annotated[ActivityFilter, Query()], _who: Authenticated, mongo: Database
) -> Page[ActivityOut]:
    """List activities by time."""
    rows = await list_activities(mongo, query.query(), query.cursor, query.limit + 1)
    items, following = cut(rows, query.limit, activity_key)
    return Page(items=[ActivityOut.of(each) for each in items], next=following)


@ROUTER.get(
    "/activities/{activity_id}",
    response_model=ActivityOut,
    responses=problems(errors.ActivityNotFound),
)
async def read_activity(activity_id: ActivityRef, _who: Authenticated, mongo: Database) -> Response:
    """Show an activity."""
    activity = await mongo.get(ACTIVITIES, activity_id)
    if activity is None:
        raise errors.ActivityNotFound
    return respond(_shown(activity))


@ROUTER.patch(
    "/activities/{activity_id}",
    response_model=ActivityOut,
    responses=problems(
        *_CHANGE,
        *_CONTENT,
        errors.ActivityCancelled,
        errors.ActivityHostWithdrawn,
        errors.ActivityHostIsGuest,
    ),
)
async def change_activity(
    activity_id: ActivityRef,
    body: ActivityPatch,
    who: OfficerOrCoordinator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Change an activity: its name, dates, place, hosts, pairings or agenda."""
    changed = await run(
        mongo,
        lambda tx: usecases.change_activity(tx, who, activity_id, version, body.revise),
    )
    return respond(_shown(changed))


@ROUTER.put(
    "/activities/{activity_id}/agenda",
    response_model=ActivityOut,
    responses=problems(*_CHANGE, errors.ActivityAgendaInvalid, errors.ActivityCancelled),
)
async def replace_agenda(
    activity_id: ActivityRef,
    body: AgendaIn,
    who: OfficerOrCoordinator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Replace the agenda. A session that keeps its `id` moves in people's calendars."""

    def revise(plan: ActivityPlan) -> ActivityPlan:
        return ActivityPatch(agenda=body.agenda).revise(plan)

    changed = await run(
        mongo, lambda tx: usecases.change_activity(tx, who, activity_id, version, revise)
    )
    return respond(_shown(changed))


@ROUTER.post(
    "/activities/{activity_id}/cancel",
    response_model=ActivityOut,
    responses=problems(*_CHANGE, errors.ActivityCancelled),
)
async def cancel_activity(
    activity_id: ActivityRef,
    body: CancelIn,
    who: OfficerOrCoordinator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Call an activity off. It stays readable, and stays in calendars as cancelled."""
    cancelled = await run(
        mongo,
        lambda tx: usecases.cancel_activity(tx, who, activity_id, version, body.reason),
    )
    return respond(_shown(cancelled))


def _shown(activity: Activity) -> Answer:
    return Answer(ActivityOut.of(activity), activity.version)


def _created(activity: Activity) -> Answer:
    location = f"/v1/activities/{activity.id}"
    return Answer(ActivityOut.of(activity), activity.version, 201, location)
