"""`/v1/pairings`: each city answers for its side, everybody can read."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.matching.api.pairing_models import (
    AcceptInput,
    ConcludeInput,
    DeclineInput,
    DissolveInput,
    PairingOut,
    ReplaceInput,
    SuspendInput,
)
from services.matching.api.parts import Part
from services.matching.domain.pairings import Pairing, Status
from services.matching.errors import PairingNotFound
from services.matching.store import PAIRINGS, city_names
from services.matching.store import list_pairings as list_in_store
from services.matching.usecases import pairings as usecases
from services.matching.usecases.targets import Target
from shared.auth import Anyone, Officer, OfficerOrCoordinator, Principal
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityId, CityRef, ExchangeRef, PairingRef
from shared.mongo import Mongo
from shared.paging import Page
from shared.web import IfMatch

ROUTES = APIRouter(prefix="/v1/pairings", tags=["pairings"])


Filters = tuple[CityId | None, Mapping[str, str | None]]
"""Whose pairings, and which of them."""


async def _filters(
    exchange_id: ExchangeRef | None = None,
    city_id: CityRef | None = None,
    status: Status | None = None,
) -> Filters:
    return city_id, {"exchange_id": exchange_id, "status": status}


@ROUTES.get("")
async def list_pairings(
    mongo: Database, who: Anyone, filters: Annotated[Filters, Depends(_filters)], part: Part
) -> Page[PairingOut]:
    """List pairings, oldest first."""
    city_id, named = filters
    rows, following = await list_in_store(mongo, named, city_id, part)
    names = await city_names(mongo, {city for each in rows for city in each.city_ids})
    return Page(items=[PairingOut.of(each, names, who) for each in rows], next=following)


@ROUTES.get("/{pairing_id}", response_model=PairingOut)
async def read_pairing(pairing_id: PairingRef, mongo: Database, who: Anyone) -> Response:
    """Read one pairing."""
    pairing = await mongo.get(PAIRINGS, pairing_id)
    if pairing is None:
        raise PairingNotFound
    return await _respond(mongo, pairing, who)


@ROUTES.post("/{pairing_id}/accept", response_model=PairingOut)
async def accept_pairing(
    pairing_id: PairingRef,
    body: AcceptInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Say yes for one side; the second yes makes the pairing active."""
    target = Target(pairing_id, version)
    pairing = await run(mongo, lambda tx: usecases.accept(tx, who, target, body.side))
    return await _respond(mongo, pairing, who)


@ROUTES.post("/{pairing_id}/decline", response_model=PairingOut)
async def decline_pairing(
    pairing_id: PairingRef,
    body: DeclineInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Say no for one side, with a reason; that ends the pairing."""
    target = Target(pairing_id, version)
    command = usecases.Decline(body.reason, body.note, body.side)
    pairing = await run(mongo, lambda tx: usecases.decline(tx, who, target, command))
    return await _respond(mongo, pairing, who)


@ROUTES.post("/{pairing_id}/dissolve", response_model=PairingOut)
async def dissolve_pairing(
    pairing_id: PairingRef,
    body: DissolveInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """End a pairing before its time; its history stays."""
    target = Target(pairing_id, version)
    command = usecases.Dissolve(body.reason, body.note)
    pairing = await run(mongo, lambda tx: usecases.dissolve(tx, who, target, command))
    return await _respond(mongo, pairing, who)


@ROUTES.post("/{pairing_id}/suspend", response_model=PairingOut)
async def suspend_pairing(
    pairing_id: PairingRef,
    body: SuspendInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Let an active cooperation pause."""
    target = Target(pairing_id, version)
    pairing = await run(mongo, lambda tx: usecases.suspend(tx, who, target, body.reason))
    return await _respond(mongo, pairing, who)


@ROUTES.post("/{pairing_id}/resume", response_model=PairingOut)
async def resume_pairing(
    pairing_id: PairingRef, mongo: Database, who: OfficerOrCoordinator, version: IfMatch
) -> Response:
    """Let a suspended cooperation go on."""
    target = Target(pairing_id, version)
    pairing = await run(mongo, lambda tx: usecases.resume(tx, who, target))
    return await _respond(mongo, pairing, who)


@ROUTES.post("/{pairing_id}/conclude", response_model=PairingOut)
async def conclude_pairing(
    pairing_id: PairingRef,
    body: ConcludeInput,
    mongo: Database,
    who: OfficerOrCoordinator,
    version: IfMatch,
) -> Response:
    """Bring a cooperation to its planned end, with a summary and perhaps a memorandum."""
    target, outcome = Target(pairing_id, version), body.outcome()
    pairing = await run(mongo, lambda tx: usecases.conclude(tx, who, target, outcome))
    return await _respond(mongo, pairing, who)


async def _seen(pairing_id: PairingRef, version: IfMatch) -> Target:
    return Target(pairing_id, version)


@ROUTES.post("/{pairing_id}/replace", status_code=201, response_model=PairingOut)
async def replace_partner(
    target: Annotated[Target, Depends(_seen)],
    body: ReplaceInput,
    mongo: Database,
    who: Officer,
    request: IdempotencyKey,
) -> Response:
    """Put another city in a partner's place; the answer is the pairing that both now answer.

    The old pairing keeps its history; its open actions go over once both cities said yes.
    """
    command = usecases.Replace(body.side, body.city_id, body.reason)

    def begun(pairing: Pairing) -> Answer:
        location = f"/v1/pairings/{pairing.id}"
        return Answer(PairingOut.of(pairing, {}, who), pairing.version, 201, location)

    return await run_once(
        mongo, request, lambda tx: usecases.replace(tx, who, target, command), begun
    )


async def _respond(mongo: Mongo, pairing: Pairing, who: Principal) -> Response:
    names = await city_names(mongo, pairing.city_ids)
    return respond(Answer(PairingOut.of(pairing, names, who), pairing.version))
