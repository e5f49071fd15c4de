"""`/v1/rounds`: asked for by officers, solved by the worker, published by officers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from services.matching.api.parts import Part
from services.matching.api.round_models import RoundInput, RoundOut, WhatIfInput
from services.matching.domain.rounds import Kind, Round
from services.matching.store import ROUND_PROGRESS, ROUNDS, city_names, list_states
from services.matching.usecases import publishing, whatifs
from services.matching.usecases import rounds as usecases
from services.matching.usecases.targets import Target
from shared.auth import Anyone, Officer, Principal, Role
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import ExchangeRef, RoundRef
from shared.paging import Page
from shared.web import IfMatch

ROUTES = APIRouter(prefix="/v1/rounds", tags=["rounds"])


def _taken(who: Principal, round_: Round) -> Answer:
    location = f"/v1/rounds/{round_.id}"
    return Answer(RoundOut.of(round_, who), round_.version, 202, location)


@ROUTES.post("", status_code=202, response_model=RoundOut)
async def request_round(
    body: RoundInput, mongo: Database, who: Officer, request: IdempotencyKey
) -> Response:
    """Ask for a round; follow `Location` until its status is `solved` or `failed`."""
    command = body.command()

    def answer(round_: Round) -> Answer:
        return _taken(who, round_)

    return await run_once(mongo, request, lambda tx: usecases.request(tx, who, command), answer)


@ROUTES.post("/{round_id}/what-ifs", status_code=202, response_model=RoundOut)
async def request_what_if(
    round_id: RoundRef,
    body: WhatIfInput,
    mongo: Database,
    who: Officer,
    request: IdempotencyKey,
) -> Response:
    """Ask how a round would come out with other weights, rules, locks or vetoes.

    It is solved over the stored inputs of that round, is never published, and nobody but officers
    learns of it. What is left out stays as it was; follow `Location`, then look at `/comparison`.
    """
    command = body.command(round_id)

    def answer(round_: Round) -> Answer:
        mongo.bell.ring()  # it leaves no event that would wake the worker
        return _taken(who, round_)

    return await run_once(mongo, request, lambda tx: whatifs.request(tx, who, command), answer)


async def _filters(
    exchange_id: ExchangeRef,
    kind: Kind | None = None,
    status: Literal["requested", "solved", "failed", "published", "cancelled"] | None = None,
) -> dict[str, str | None]:
    return {"exchange_id": exchange_id, "kind": kind, "status": status}


@ROUTES.get("")
async def list_rounds(
    mongo: Database,
    who: Anyone,
    filters: Annotated[dict[str, str | None], Depends(_filters)],
    part: Part,
) -> Page[RoundOut]:
    """List the rounds of an exchange, oldest first: officers all, others the published ones.

    What-ifs are listed only where `kind` asks for them.
    """
    if Role.OFFICER not in who.roles:
        filters = filters | {"status": "published"}
    kind = filters["kind"] or {"$in": ["regular", "rematch"]}
    rows, following = await list_states(mongo, ROUNDS, filters | {"kind": kind}, part)
    return Page(items=[RoundOut.of(each, who) for each in rows], next=following)


@ROUTES.get("/{round_id}", response_model=RoundOut)
async def read_round(round_id: RoundRef, mongo: Database, who: Anyone) -> Response:
    """Read one round with its progress; its proof is at `/proof`."""
    round_ = usecases.require_round(who, await mongo.get(ROUNDS, round_id))
    progress = await mongo.get(ROUND_PROGRESS, round_id)
    shown = RoundOut.of(round_, who, progress)
    if round_.problem is not None:
        shown = shown.named(await city_names(mongo, shown.cities_of_problem()))
    return respond(Answer(shown, round_.version))


@ROUTES.post("/{round_id}/cancel", response_model=RoundOut)
async def cancel_round(
    round_id: RoundRef, mongo: Database, who: Officer, version: IfMatch
) -> Response:
    """Give a round up that is not solved yet, also while it is being solved."""
    target = Target(round_id, version)
    round_ = await run(mongo, lambda tx: usecases.cancel(tx, who, target))
    return respond(Answer(RoundOut.of(round_, who), round_.version))


@ROUTES.post("/{round_id}/publish", response_model=RoundOut)
async def publish_round(
    round_id: RoundRef, mongo: Database, who: Officer, version: IfMatch
) -> Response:
    """Put the round's proposals to the cities; each new pair becomes a proposed pairing."""
    target = Target(round_id, version)
    round_ = await run(mongo, lambda tx: publishing.publish(tx, who, target))
    return respond(Answer(RoundOut.of(round_, who), round_.version))
