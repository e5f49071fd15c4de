"""`/v1/applications`: coordinators apply for their cities, officers decide."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.matching.api.application_models import (
    AdmissionInput,
    ApplicationInput,
    ApplicationOut,
    DecisionInput,
    DraftChanges,
)
from services.matching.api.parts import Part
from services.matching.domain.applications import Application, Status
from services.matching.store import APPLICATIONS, list_states
from services.matching.usecases import applications as usecases
from services.matching.usecases.targets import Target
from shared.auth import Officer, OfficerOrCoordinator, Principal, Role, require_city
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import (
    ApplicationRef,
    CityId,
    CityRef,
    ExchangeRef,
)
from shared.paging import Page
from shared.web import IfMatch

ROUTES = APIRouter(prefix="/v1/applications", tags=["applications"])


@ROUTES.post("", status_code=201, response_model=ApplicationOut)
async def draft_application(
    body: ApplicationInput, mongo: Database, who: OfficerOrCoordinator, request: IdempotencyKey
) -> Response:
    """Begin an application as a draft, which only its city and the officers see."""
    command = usecases.Draft(
        exchange_id=body.exchange_id,
        city_id=body.city_id,
        side=body.side,
        statement=body.statement,
        illustrative=body.illustrative,
        criteria=body.criteria.criteria(),
    )
    return await run_once(mongo, request, lambda tx: usecases.draft(tx, who, command), _made)


Filters = Mapping[str, Any]
"""A query of the store."""


async def _filters(
    who: OfficerOrCoordinator,
    exchange_id: ExchangeRef | None = None,
    city_id: CityRef | None = None,
    status: Status | None = None,
) -> Filters:
    return {"exchange_id": exchange_id, "city_id": _scope(who, city_id), "status": status}


def _scope(who: Principal, city_id: CityId | None) -> str | Mapping[str, Any] | None:
    """Narrow a list to what the caller may see.

    Raises:
        Forbidden: they ask for another's city (403).
    """
    if city_id is not None:
        require_city(who, city_id)
        return city_id
    if Role.OFFICER in who.roles:
        return None
    own = sorted(who.cities)
    return own[0] if len(own) == 1 else {"$in": own}


@ROUTES.get("")
async def list_applications(
    mongo: Database, filters: Annotated[Filters, Depends(_filters)], part: Part
) -> Page[ApplicationOut]:
    """List applications, oldest first: officers all, coordinators those of their own cities."""
    rows, following = await list_states(mongo, APPLICATIONS, filters, part)
    return Page(items=[ApplicationOut.of(each) for each in rows], next=following)


@ROUTES.get("/{application_id}", response_model=ApplicationOut)
async def read_application(
    application_id: ApplicationRef, mongo: Database, who: OfficerOrCoordinator
) -> Response:
    """Read one application."""
    found = await mongo.get(APPLICATIONS, application_id)
    return respond(_answer(usecases.require_readable(who, found)))


@ROUTES.patch("/{application_id}", response_model=ApplicationOut)
async def revise_application(
    application_id: ApplicationRef,
    body: DraftChanges,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Write statement or criteria of a draft anew."""
    target = Target(application_id, version)
    criteria = body.criteria.criteria() if body.criteria else None
    revised = await run(
        mongo, lambda tx: usecases.revise(tx, who, target, body.statement, criteria)
    )
    return respond(_answer(revised))


@ROUTES.post("/{application_id}/submit", response_model=ApplicationOut)
async def submit_application(
    application_id: ApplicationRef, mongo: Database, who: OfficerOrCoordinator, version: IfMatch
) -> Response:
    """Hand an application in, before the deadline (409 `call_closed` after it)."""
    target = Target(application_id, version)
    return respond(_answer(await run(mongo, lambda tx: usecases.submit(tx, who, target))))


@ROUTES.post("/{application_id}/withdraw", response_model=ApplicationOut)
async def withdraw_application(
    application_id: ApplicationRef, mongo: Database, who: OfficerOrCoordinator, version: IfMatch
) -> Response:
    """Take an application back; it can be submitted again before the deadline."""
    target = Target(application_id, version)
    return respond(_answer(await run(mongo, lambda tx: usecases.withdraw(tx, who, target))))


@ROUTES.post("/{application_id}/assess", response_model=ApplicationOut)
async def assess_application(
    application_id: ApplicationRef,
    body: AdmissionInput,
    mongo: Database,
    who: Officer,
    version: IfMatch,
) -> Response:
    """Find whether the city is eligible by the exchange's thresholds; groups count by their sum."""
    target = Target(application_id, version)
    return respond(
        _answer(await run(mongo, lambda tx: usecases.assess(tx, who, target, body.waiver_reason)))
    )


@ROUTES.post("/{application_id}/admit", response_model=ApplicationOut)
async def admit_application(
    application_id: ApplicationRef,
    body: AdmissionInput,
    mongo: Database,
    who: Officer,
    version: IfMatch,
) -> Response:
    """Admit a city to the exchange."""
    target = Target(application_id, version)
    return respond(
        _answer(await run(mongo, lambda tx: usecases.admit(tx, who, target, body.waiver_reason)))
    )


@ROUTES.post("/{application_id}/reserve", response_model=ApplicationOut)
async def reserve_application(
    application_id: ApplicationRef,
    body: DecisionInput,
    mongo: Database,
    who: Officer,
    version: IfMatch,
) -> Response:
    """Put a city on the reserve list."""
    target = Target(application_id, version)
    return respond(
        _answer(await run(mongo, lambda tx: usecases.reserve(tx, who, target, body.reason)))
    )


@ROUTES.post("/{application_id}/reject", response_model=ApplicationOut)
async def reject_application(
    application_id: ApplicationRef,
    body: DecisionInput,
    mongo: Database,
    who: Officer,
    version: IfMatch,
) -> Response:
    """Decide against a city."""
    target = Target(application_id, version)
    return respond(
        _answer(await run(mongo, lambda tx: usecases.reject(tx, who, target, body.reason)))
    )


def _made(application: Application) -> Answer:
    location = f"/v1/applications/{application.id}"
    return Answer(ApplicationOut.of(application), application.version, 201, location)


def _answer(application: Application) -> Answer:
    return Answer(ApplicationOut.of(application), application.version)
