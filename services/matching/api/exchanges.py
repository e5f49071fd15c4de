"""`/v1/programmes` and `/v1/exchanges`: set up by officers, read by everybody."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.exchange_models import (
    ExchangeChanges,
    ExchangeInput,
    ExchangeOut,
    ProgrammeOut,
)
from services.matching.api.parts import Day, Part
from services.matching.domain.exchanges import Exchange
from services.matching.domain.programmes import Programme
from services.matching.errors import ExchangeNotFound, ProgrammeNotFound
from services.matching.store import EXCHANGES, PROGRAMMES, list_states
from services.matching.usecases import exchanges as usecases
from services.matching.usecases.targets import Target
from shared.auth import Officer
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import ExchangeRef, ProgrammeRef
from shared.paging import Page
from shared.web import IfMatch, Input, Name, Text

ROUTES = APIRouter(prefix="/v1", tags=["exchanges"])


class ProgrammeInput(Input):
    """A programme to set up."""

    name: Name
    starts_on: date
    ends_on: date


@ROUTES.post("/programmes", status_code=201, response_model=ProgrammeOut)
async def create_programme(
    body: ProgrammeInput, mongo: Database, who: Officer, request: IdempotencyKey
) -> Response:
    """Set up a programme: a funded edition that exchanges belong to."""
    command = usecases.CreateProgramme(body.name, body.starts_on, body.ends_on)
    return await run_once(
        mongo, request, lambda tx: usecases.create(tx, who, command), _programme_made
    )


@ROUTES.get("/programmes")
async def list_programmes(mongo: Database, part: Part) -> Page[ProgrammeOut]:
    """List programmes, oldest first."""
    rows, following = await list_states(mongo, PROGRAMMES, {}, part)
    return Page(items=[ProgrammeOut.of(each) for each in rows], next=following)


@ROUTES.get("/programmes/{programme_id}", response_model=ProgrammeOut)
async def read_programme(programme_id: ProgrammeRef, mongo: Database) -> Response:
    """Read one programme."""
    programme = await mongo.get(PROGRAMMES, programme_id)
    if programme is None:
        raise ProgrammeNotFound
    return respond(Answer(ProgrammeOut.of(programme), programme.version))


@ROUTES.post("/exchanges", status_code=201, response_model=ExchangeOut)
async def open_exchange(
    body: ExchangeInput, mongo: Database, who: Officer, request: IdempotencyKey
) -> Response:
    """Set up an exchange; its call is open until 23:59 of the deadline's day in its time zone."""
    terms = body.terms()
    return await run_once(mongo, request, lambda tx: usecases.open_(tx, who, terms), _opened)


@ROUTES.get("/exchanges")
async def list_exchanges(
    mongo: Database, part: Part, programme_id: ProgrammeRef | None = None
) -> Page[ExchangeOut]:
    """List exchanges, oldest first."""
    filters = {"terms.programme_id": programme_id}
    rows, following = await list_states(mongo, EXCHANGES, filters, part)
    return Page(items=[ExchangeOut.of(each) for each in rows], next=following)


@ROUTES.get("/exchanges/{exchange_id}", response_model=ExchangeOut)
async def read_exchange(exchange_id: ExchangeRef, mongo: Database) -> Response:
    """Read one exchange."""
    exchange = await mongo.get(EXCHANGES, exchange_id)
    if exchange is None:
        raise ExchangeNotFound
    return respond(_answer(exchange))


@ROUTES.patch("/exchanges/{exchange_id}", response_model=ExchangeOut)
async def revise_exchange(
    exchange_id: ExchangeRef,
    body: ExchangeChanges,
    mongo: Database,
    who: Officer,
    version: IfMatch,
) -> Response:
    """Change name or rules of any kind; rounds asked for before keep the old ones."""
    target, changes = Target(exchange_id, version), body.changes()
    exchange = await run(mongo, lambda tx: usecases.revise(tx, who, target, changes))
    return respond(_answer(exchange))


class ExtensionInput(Input):
    """A later deadline, and why."""

    deadline_date: Day
    reason: Annotated[Text, Field(description="Goes on record with the extension.")]


@ROUTES.post("/exchanges/{exchange_id}/extend", response_model=ExchangeOut)
async def extend_call(
    exchange_id: ExchangeRef, body: ExtensionInput, mongo: Database, who: Officer, version: IfMatch
) -> Response:
    """Move the deadline to a later day; what was submitted stays submitted."""
    target, command = (
        Target(exchange_id, version),
        usecases.Extend(body.deadline_date, body.reason),
    )
    exchange = await run(mongo, lambda tx: usecases.extend(tx, who, target, command))
    return respond(_answer(exchange))


@ROUTES.post("/exchanges/{exchange_id}/close", response_model=ExchangeOut)
async def close_call(
    exchange_id: ExchangeRef, mongo: Database, who: Officer, version: IfMatch
) -> Response:
    """Close the call for good, before or after its deadline."""
    target = Target(exchange_id, version)
    exchange = await run(mongo, lambda tx: usecases.close(tx, who, target))
    return respond(_answer(exchange))


def _programme_made(programme: Programme) -> Answer:
    location = f"/v1/programmes/{programme.id}"
    return Answer(ProgrammeOut.of(programme), programme.version, 201, location)


def _opened(exchange: Exchange) -> Answer:
    location = f"/v1/exchanges/{exchange.id}"
    return Answer(ExchangeOut.of(exchange), exchange.version, 201, location)


def _answer(exchange: Exchange) -> Answer:
    return Answer(ExchangeOut.of(exchange), exchange.version)
