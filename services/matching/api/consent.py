"""Consent in an exchange: re-matches, reserve lists, and how cities have answered so far."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.application_models import ApplicationOut
from services.matching.api.consent_models import AcceptanceOut
from services.matching.api.round_models import RoundOut
from services.matching.domain.rounds import Round
from services.matching.domain.statistics import acceptance
from services.matching.errors import ExchangeNotFound, ProgrammeNotFound
from services.matching.store import EXCHANGES, PAIRINGS, PROGRAMMES
from services.matching.usecases import applications, rematches
from shared.auth import Officer
from shared.commands import Answer, Database, run, run_once
from shared.contracts.matching import Side
from shared.idempotency import IdempotencyKey
from shared.ids import ApplicationRef, ExchangeRef, ProgrammeRef
from shared.paging import Page
from shared.unit_of_work import Tx
from shared.web import Input

ROUTES = APIRouter(prefix="/v1", tags=["consent"])

MAX_RESERVES = 2000
"""The most cities that one side of a round takes."""


class RematchInput(Input):
    """How to match anew."""

    lock_unanswered: bool = False
    """Whether pairs that await answers stay as they are; else they are only favoured."""


@ROUTES.post("/exchanges/{exchange_id}/rematch", status_code=202, response_model=RoundOut)
async def request_rematch(
    exchange_id: ExchangeRef,
    body: RematchInput,
    mongo: Database,
    who: Officer,
    request: IdempotencyKey,
) -> Response:
    """Match anew whom declines and lapses leave alone, with the reserve list stepping in.

    What was accepted stays, what was declined or lapsed does not come again. Follow `Location` as
    for any round; publishing it admits the reserve cities that found a partner.
    """

    def taken(round_: Round) -> Answer:
        location = f"/v1/rounds/{round_.id}"
        return Answer(RoundOut.of(round_, who), round_.version, 202, location)

    async def ask(tx: Tx) -> Round:
        lock = body.lock_unanswered
        return await rematches.rematch(tx, who, exchange_id, lock_unanswered=lock)

    return await run_once(mongo, request, ask, taken)


class ReserveOrder(Input):
    """The whole reserve list of a side, first to step in first."""

    side: Side
    application_ids: Annotated[tuple[ApplicationRef, ...], Field(max_length=MAX_RESERVES)]


@ROUTES.get("/exchanges/{exchange_id}/reserves")
async def read_reserves(
    exchange_id: ExchangeRef, mongo: Database, _who: Officer, side: Side | None = None
) -> Page[ApplicationOut]:
    """Read the reserve list of a side, first to step in first; of both, the EU side's first."""
    listed = await run(mongo, lambda tx: applications.read_reserves(tx, exchange_id, side))
    return Page(items=[ApplicationOut.of(each) for each in listed], next=None)


@ROUTES.put("/exchanges/{exchange_id}/reserves")
async def order_reserves(
    exchange_id: ExchangeRef, body: ReserveOrder, mongo: Database, who: Officer
) -> Page[ApplicationOut]:
    """Give the reserve list of a side its order; name all that are on it (409 otherwise)."""
    place, order = (exchange_id, body.side), body.application_ids
    listed = await run(mongo, lambda tx: applications.order_reserves(tx, who, place, order))
    return Page(items=[ApplicationOut.of(each) for each in listed], next=None)


@ROUTES.get("/exchanges/{exchange_id}/acceptance")
async def read_acceptance(
    exchange_id: ExchangeRef, mongo: Database, _who: Officer
) -> AcceptanceOut:
    """Count how the cities of an exchange have answered: by reason, side, score and its parts."""
    if await mongo.get(EXCHANGES, exchange_id) is None:
        raise ExchangeNotFound
    pairings = await mongo.find(PAIRINGS, {"exchange_id": exchange_id}, sort=[("_id", 1)])
    return AcceptanceOut.of(acceptance(pairings))


@ROUTES.get("/programmes/{programme_id}/acceptance")
async def read_programme_acceptance(
    programme_id: ProgrammeRef, mongo: Database, _who: Officer
) -> AcceptanceOut:
    """Count the same over all exchanges of a programme."""
    if await mongo.get(PROGRAMMES, programme_id) is None:
        raise ProgrammeNotFound
    exchanges = await mongo.find(EXCHANGES, {"terms.programme_id": programme_id})
    pairings = [
        pairing
        for exchange in exchanges
        for pairing in await mongo.find(PAIRINGS, {"exchange_id": exchange.id}, sort=[("_id", 1)])
    ]
    return AcceptanceOut.of(acceptance(pairings))
