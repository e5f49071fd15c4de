"""`/v1/applications`: coordinators apply for their cities, officers decide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.matching.api.parts import Part
from services.matching.domain.applications import Application, Status
from services.matching.store import APPLICATIONS, list_states
from services.matching.usecases import applications as usecases
from services.matching.usecases.targets import Target
from shared.auth import Officer, OfficerOrCoordinator, Principal, Role, require_city
from shared.commands import Answer, Database, respond, run, run_once
from shared.contracts.matching import Side
from shared.idempotency import IdempotencyKey
from shared.ids import ApplicationId, ApplicationRef, CityId, CityRef, ExchangeId, ExchangeRef
from shared.paging import Page
from shared.web import IfMatch, Input, Output, Text, Version

ROUTES = APIRouter(prefix="/v1/applications", tags=["applications"])

MAX_STATEMENT_CHARS = 4000
"""Two pages: what the forms of the real calls asked for."""

Statement = Annotated[str, Field(min_length=1, max_length=MAX_STATEMENT_CHARS)]


class ApplicationInput(Input):
    """An application to begin, as a draft."""

    exchange_id: ExchangeRef
    city_id: CityRef
    side: Side
    statement: Statement
    illustrative: bool = False
    """Whether it was generated for a demonstration."""


class StatementInput(Input):
    """A draft's new text."""

    statement: Statement


class AdmissionInput(Input):
    """An admission; `waiver_reason` says why a soft threshold is not applied."""

    waiver_reason: Text | None = None


class DecisionInput(Input):
    """Why a city goes to the reserve list, or is rejected."""

    reason: Text


class WaiverOut(Output):
    """A threshold that was not applied, and why."""

    min_population: int
    reason: str
    by: str
    at: datetime


class ApplicationOut(Output):
    """One city's expression of interest in one exchange."""

    id: ApplicationId
    exchange_id: ExchangeId
    city_id: CityId
    side: Side
    status: Status
    statement: str
    illustrative: bool
    submitted_at: datetime | None
    decision_reason: str | None
    waivers: tuple[WaiverOut, ...]
    created_by: str
    created_at: datetime
    changed_at: datetime
    version: Version

    @classmethod
    def of(cls, application: Application) -> "ApplicationOut":
        """Show an application to those who may read it."""
        return cls.model_validate(application, from_attributes=True)


@ROUTES.post("", status_code=201, response_model=ApplicationOut)
async def draft_application(
    body: ApplicationInput, mongo: Database, who: OfficerOrCoordinator, request: IdempotencyKey
) -> Response:
    """Begin an application as a draft, which only its city and the officers see."""
    command = usecases.Draft(
        body.exchange_id, body.city_id, body.side, body.statement, body.illustrative
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
    body: StatementInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Write the statement of a draft anew."""
    target = Target(application_id, version)
    return respond(
        _answer(await run(mongo, lambda tx: usecases.revise(tx, who, target, body.statement)))
    )


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
