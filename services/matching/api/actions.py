"""`/v1/actions` and the plan of a pairing: written by its two cities, counted from the records.

Coordinators see the plans of their own cities only.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.matching.api.action_models import (
    ActionChanges,
    ActionFilter,
    ActionInput,
    ActionOut,
    CommentInput,
    MoveInput,
    ProgressOut,
)
from services.matching.domain.actions import Action
from services.matching.domain.progress import progress
from services.matching.errors import ActionNotFound, ActionScopeMissing
from services.matching.store import ACTIONS, PAIRINGS, Slice, list_actions
from services.matching.usecases import actions as usecases
from services.matching.usecases.targets import Target
from shared.auth import OfficerOrCoordinator, Role, require_city, require_role
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import ActionRef, PairingRef
from shared.mongo import Mongo
from shared.paging import Page
from shared.web import IfMatch

ROUTES = APIRouter(prefix="/v1", tags=["actions"])


@ROUTES.post("/pairings/{pairing_id}/actions", status_code=201, response_model=ActionOut)
async def agree_action(
    pairing_id: PairingRef,
    body: ActionInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    request: IdempotencyKey,
) -> Response:
    """Take an action into the plan of a cooperation under way."""
    content = body.content()

    def made(action: Action) -> Answer:
        shown = ActionOut.of(action, mongo.clock.now())
        return Answer(shown, action.version, 201, f"/v1/actions/{action.id}")

    return await run_once(
        mongo, request, lambda tx: usecases.agree(tx, who, pairing_id, content), made
    )


@ROUTES.get("/actions")
async def list_actions_(
    query: Annotated[ActionFilter, Query()], mongo: Database, who: OfficerOrCoordinator
) -> Page[ActionOut]:
    """List actions in the order in which they were agreed: of a pairing, a city or an exchange.

    Coordinators ask for a pairing of their city, or for their city's own; officers for any.
    """
    if query.pairing_id is not None:
        usecases.require_plan(who, await mongo.get(PAIRINGS, query.pairing_id))
    elif query.city_id is not None:
        require_city(who, query.city_id)
    elif query.exchange_id is not None:
        require_role(who, Role.OFFICER)
    else:
        raise ActionScopeMissing(tuple(sorted(query.model_fields_set)))
    now = mongo.clock.now()
    part = Slice(query.limit, query.cursor)
    items, following = await list_actions(mongo, query.query(now), part)
    return Page(items=[ActionOut.of(each, now) for each in items], next=following)


@ROUTES.get("/actions/{action_id}", response_model=ActionOut)
async def read_action(action_id: ActionRef, mongo: Database, who: OfficerOrCoordinator) -> Response:
    """Read one action."""
    action = await mongo.get(ACTIONS, action_id)
    if action is None:
        raise ActionNotFound
    usecases.require_plan(who, await mongo.get(PAIRINGS, action.pairing_id))
    return _respond(mongo, action)


@ROUTES.patch("/actions/{action_id}", response_model=ActionOut)
async def revise_action(
    action_id: ActionRef,
    body: ActionChanges,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Change what, who or when; what an activity decided is changed there (409)."""
    target = Target(action_id, version)
    action = await run(mongo, lambda tx: usecases.revise(tx, who, target, body.revised))
    return _respond(mongo, action)


@ROUTES.post("/actions/{action_id}/move", response_model=ActionOut)
async def move_action(
    action_id: ActionRef,
    body: MoveInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Say how far an action is, as its owner or an officer; `open` opens an ended one again.

    Not where a partner was replaced since: agree it anew in the pairing that took over.
    """
    target, command = Target(action_id, version), usecases.Move(body.status, body.evidence)
    action = await run(mongo, lambda tx: usecases.move(tx, who, target, command))
    return _respond(mongo, action)


@ROUTES.post("/actions/{action_id}/comments", response_model=ActionOut)
async def comment_on_action(
    action_id: ActionRef,
    body: CommentInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Add a remark to an action."""
    target = Target(action_id, version)
    action = await run(mongo, lambda tx: usecases.comment(tx, who, target, body.text))
    return _respond(mongo, action)


@ROUTES.get("/pairings/{pairing_id}/progress")
async def read_progress(
    pairing_id: PairingRef, mongo: Database, who: OfficerOrCoordinator
) -> ProgressOut:
    """Report how a cooperation goes, counted from its records at this moment."""
    pairing = usecases.require_plan(who, await mongo.get(PAIRINGS, pairing_id))
    actions = await mongo.find(ACTIONS, {"pairing_id": pairing_id}, sort=[("_id", 1)])
    return ProgressOut.of(progress(pairing, actions, mongo.clock.now()))


def _respond(mongo: Mongo, action: Action) -> Response:
    return respond(Answer(ActionOut.of(action, mongo.clock.now()), action.version))
