"""The routes of delegations and delegates."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.events import errors
from services.events.api.delegation_models import (
    CancelDelegationIn,
    DelegatesIn,
    DelegationFilter,
    DelegationIn,
    DelegationOut,
    People,
    PersonOut,
)
from services.events.api.problems import problems
from services.events.domain.states import Delegation
from services.events.store import (
    ACTIVITIES,
    CITY_COPIES,
    DELEGATIONS,
    contacts_of,
    list_delegations,
    standing_id,
)
from services.events.usecases import delegations as usecases
from shared.auth import Authenticated, OfficerOrCoordinator, may_act_for, require_city
from shared.commands import Answer, Database, respond, run, run_once
from shared.errors import Forbidden, StaleVersion, VersionMissing
from shared.idempotency import IdempotencyKey
from shared.ids import ActivityRef, DelegateRef, DelegationRef
from shared.mongo import Mongo
from shared.paging import Page, cut
from shared.web import IfMatch

ROUTER = APIRouter(prefix="/v1", tags=["delegations"])

_CHANGE = (errors.DelegationNotFound, Forbidden, StaleVersion, VersionMissing)
_STATE = (errors.ActivityCancelled, errors.DelegationCancelled)


@ROUTER.post(
    "/activities/{activity_id}/delegations",
    status_code=201,
    response_model=DelegationOut,
    responses=problems(
        errors.ActivityNotFound,
        Forbidden,
        errors.ActivityCancelled,
        errors.DelegationExists,
        errors.DelegationOfHost,
        errors.DelegationCityWithdrawn,
        errors.DelegationLimitReached,
    ),
)
async def invite_delegation(
    activity_id: ActivityRef,
    body: DelegationIn,
    who: OfficerOrCoordinator,
    request: IdempotencyKey,
    mongo: Database,
) -> Response:
    """Ask a city to send a delegation; its coordinator may ask for it as well."""
    return await run_once(
        mongo,
        request,
        lambda tx: usecases.invite_delegation(tx, who, activity_id, body.city_id),
        _created,
    )


@ROUTER.get("/delegations", responses=problems())
async def read_delegations(
    query: Annotated[DelegationFilter, Query()], _who: Authenticated, mongo: Database
) -> Page[DelegationOut]:
    """List delegations in the order of their invitations; `warnings` shows in single ones only."""
    rows = await list_delegations(mongo, query.query(), query.cursor, query.limit + 1)
    items, following = cut(rows, query.limit, lambda each: (each.id,))
    return Page(items=[DelegationOut.of(each) for each in items], next=following)


@ROUTER.get(
    "/delegations/{delegation_id}",
    response_model=DelegationOut,
    responses=problems(errors.DelegationNotFound),
)
async def read_delegation(
    delegation_id: DelegationRef, _who: Authenticated, mongo: Database
) -> Response:
    """Show a delegation by ids."""
    return respond(await _shown(mongo, await _known(mongo, delegation_id)))


@ROUTER.get(
    "/delegations/{delegation_id}/delegates",
    responses=problems(errors.DelegationNotFound, Forbidden),
)
async def read_delegates(
    delegation_id: DelegationRef, who: OfficerOrCoordinator, mongo: Database
) -> People:
    """Show who the delegates are; for officers and the city's own coordinators."""
    delegation = await _known(mongo, delegation_id)
    if not may_act_for(who, delegation.city_id):
        require_city(who, await standing_id(mongo, delegation.city_id))
    contacts = await contacts_of(mongo, delegation)
    return People(items=tuple(PersonOut.of(each, contacts) for each in delegation.delegates))


@ROUTER.put(
    "/delegations/{delegation_id}/delegates",
    response_model=DelegationOut,
    responses=problems(*_CHANGE, *_STATE, errors.DelegationEmpty, errors.DelegateInvalid),
)
async def name_delegates(
    delegation_id: DelegationRef,
    body: DelegatesIn,
    who: OfficerOrCoordinator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Replace the delegates, up to 50; who stays keeps their id."""
    entries = tuple(each.entry() for each in body.delegates)
    named = await run(
        mongo, lambda tx: usecases.name_delegates(tx, who, delegation_id, version, entries)
    )
    return respond(await _shown(mongo, named))


@ROUTER.post(
    "/delegations/{delegation_id}/confirm",
    response_model=DelegationOut,
    responses=problems(*_CHANGE, *_STATE, errors.DelegationConfirmed, errors.DelegationEmpty),
)
async def confirm_delegation(
    delegation_id: DelegationRef, who: OfficerOrCoordinator, version: IfMatch, mongo: Database
) -> Response:
    """Take the delegates as final: they are told."""
    confirmed = await run(
        mongo, lambda tx: usecases.confirm_delegation(tx, who, delegation_id, version)
    )
    return respond(await _shown(mongo, confirmed))


@ROUTER.post(
    "/delegations/{delegation_id}/cancel",
    response_model=DelegationOut,
    responses=problems(*_CHANGE, errors.DelegationCancelled),
)
async def cancel_delegation(
    delegation_id: DelegationRef,
    body: CancelDelegationIn,
    who: OfficerOrCoordinator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Send nobody after all; the city may be invited anew."""
    cancelled = await run(
        mongo,
        lambda tx: usecases.cancel_delegation(tx, who, delegation_id, version, body.reason),
    )
    return respond(await _shown(mongo, cancelled))


@ROUTER.delete(
    "/delegates/{delegate_id}",
    response_model=DelegationOut,
    responses=problems(errors.DelegateNotFound, Forbidden, StaleVersion, VersionMissing),
)
async def erase_delegate(
    delegate_id: DelegateRef, who: OfficerOrCoordinator, version: IfMatch, mongo: Database
) -> Response:
    """Forget who a delegate is; `If-Match` is the delegation's. The answer is the delegation."""
    erased = await run(mongo, lambda tx: usecases.erase_delegate(tx, who, delegate_id, version))
    return respond(await _shown(mongo, erased))


async def _known(mongo: Mongo, id_: DelegationRef) -> Delegation:
    delegation = await mongo.get(DELEGATIONS, id_)
    if delegation is None:
        raise errors.DelegationNotFound
    return delegation


async def _shown(mongo: Mongo, delegation: Delegation) -> Answer:
    activity = await mongo.get(ACTIVITIES, delegation.activity_id)
    city = await mongo.get(CITY_COPIES, delegation.city_id)
    return Answer(DelegationOut.of(delegation, activity, city), delegation.version)


def _created(delegation: Delegation) -> Answer:
    location = f"/v1/delegations/{delegation.id}"
    return Answer(DelegationOut.of(delegation), delegation.version, 201, location)
