"""The routes of action items: what activities agreed that cities will do."""

from datetime import date, datetime
from typing import Literal, Self

from fastapi import APIRouter, Response

from services.events import errors
from services.events.api.activity_inputs import Day
from services.events.api.problems import problems
from services.events.domain.action_items import ActionItem, Agreement
from services.events.store import ACTION_ITEMS, ACTIVITIES
from services.events.usecases import action_items as usecases
from shared.auth import Authenticated, OfficerOrCoordinator
from shared.commands import Answer, Database, respond, run, run_once
from shared.errors import Forbidden, StaleVersion, VersionMissing
from shared.idempotency import IdempotencyKey
from shared.ids import ActionItemRef, ActivityRef, CityRef, PairingRef, TopicRef
from shared.paging import Page
from shared.web import IfMatch, Input, Name, Output, Version

ROUTER = APIRouter(prefix="/v1", tags=["action items"])

_CHANGE = (errors.ActionItemNotFound, Forbidden, StaleVersion, VersionMissing)


class ActionItemIn(Input):
    """What was agreed; its progress is kept in the action plan of the pairing."""

    pairing_id: PairingRef
    """One of those that the activity is for."""
    title: Name
    owner_city_id: CityRef
    """The city of the pairing that does it."""
    topic: TopicRef | None = None
    due_on: Day | None = None

    def agreement(self) -> Agreement:
        """Give it to the domain."""
        return Agreement(self.title, self.owner_city_id, self.topic, self.due_on)


class ActionItemPatch(Input):
    """What to correct; what is left out stays, a null topic or date goes."""

    title: Name | None = None
    owner_city_id: CityRef | None = None
    topic: TopicRef | None = None
    due_on: Day | None = None

    def revise(self, agreement: Agreement) -> Agreement:
        """Give the agreement with what is named here corrected."""
        named = self.model_fields_set
        return Agreement(
            title=self.title or agreement.title,
            owner_city_id=self.owner_city_id or agreement.owner_city_id,
            topic=self.topic if "topic" in named else agreement.topic,
            due_on=self.due_on if "due_on" in named else agreement.due_on,
        )


class ActionItemOut(Output):
    """One thing that was agreed at an activity."""

    id: str
    activity_id: str
    pairing_id: str
    title: str
    owner_city_id: str
    topic: str | None
    due_on: date | None
    status: Literal["recorded", "withdrawn"]
    created_at: datetime
    changed_at: datetime
    version: Version

    @classmethod
    def of(cls, item: ActionItem) -> Self:
        """Show an action item."""
        agreement = item.agreement
        return cls(
            id=item.id,
            activity_id=item.activity_id,
            pairing_id=item.pairing_id,
            title=agreement.title,
            owner_city_id=agreement.owner_city_id,
            topic=agreement.topic,
            due_on=agreement.due_on,
            status=item.status,
            created_at=item.created.at,
            changed_at=item.changed.at,
            version=item.version,
        )


@ROUTER.post(
    "/activities/{activity_id}/action-items",
    status_code=201,
    response_model=ActionItemOut,
    responses=problems(
        errors.ActivityNotFound,
        Forbidden,
        errors.ActivityCancelled,
        errors.ActionItemLimitReached,
        errors.ActionItemPairingStray,
        errors.ActionItemOwnerStray,
    ),
)
async def record_action_item(
    activity_id: ActivityRef,
    body: ActionItemIn,
    who: OfficerOrCoordinator,
    request: IdempotencyKey,
    mongo: Database,
) -> Response:
    """Write down what an activity agreed; it comes into the action plan of the pairing."""
    command = usecases.Record(activity_id, body.pairing_id, body.agreement())
    return await run_once(
        mongo, request, lambda tx: usecases.record_item(tx, who, command), _created
    )


@ROUTER.get("/activities/{activity_id}/action-items", responses=problems(errors.ActivityNotFound))
async def read_action_items(
    activity_id: ActivityRef, _who: Authenticated, mongo: Database
) -> Page[ActionItemOut]:
    """List what an activity agreed, in the order in which it was recorded."""
    if await mongo.get(ACTIVITIES, activity_id) is None:
        raise errors.ActivityNotFound
    rows = await mongo.find(ACTION_ITEMS, {"activity_id": activity_id}, sort=[("_id", 1)])
    return Page(items=[ActionItemOut.of(each) for each in rows], next=None)


@ROUTER.patch(
    "/action-items/{item_id}",
    response_model=ActionItemOut,
    responses=problems(*_CHANGE, errors.ActionItemWithdrawn, errors.ActionItemOwnerStray),
)
async def revise_action_item(
    item_id: ActionItemRef,
    body: ActionItemPatch,
    who: OfficerOrCoordinator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Correct what was agreed."""
    revised = await run(
        mongo, lambda tx: usecases.revise_item(tx, who, item_id, version, body.revise)
    )
    return respond(_shown(revised))


@ROUTER.post(
    "/action-items/{item_id}/withdraw",
    response_model=ActionItemOut,
    responses=problems(*_CHANGE, errors.ActionItemWithdrawn),
)
async def withdraw_action_item(
    item_id: ActionItemRef, who: OfficerOrCoordinator, version: IfMatch, mongo: Database
) -> Response:
    """Take back what was noted in error; an action that is not done yet is dropped by that."""
    withdrawn = await run(mongo, lambda tx: usecases.withdraw_item(tx, who, item_id, version))
    return respond(_shown(withdrawn))


def _shown(item: ActionItem) -> Answer:
    return Answer(ActionItemOut.of(item), item.version)


def _created(item: ActionItem) -> Answer:
    location = f"/v1/activities/{item.activity_id}/action-items"
    return Answer(ActionItemOut.of(item), item.version, 201, location)
