"""`/v1/pairings`: each city answers for its side, everybody can read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from services.matching.api.parts import Part
from services.matching.domain.pairings import DeclineReason, DissolveReason, Pairing, Status
from services.matching.errors import PairingNotFound
from services.matching.store import PAIRINGS, city_names, list_states
from services.matching.usecases import pairings as usecases
from services.matching.usecases.targets import Target
from shared.auth import Anyone, OfficerOrCoordinator, Principal, Role
from shared.commands import Answer, Database, respond, run
from shared.contracts.matching import Side
from shared.ids import (
    CityId,
    CityRef,
    ExchangeId,
    ExchangeRef,
    PairingId,
    PairingRef,
    ProposalId,
)
from shared.mongo import Mongo
from shared.paging import Page
from shared.web import IfMatch, Input, Output, Text, Version

ROUTES = APIRouter(prefix="/v1/pairings", tags=["pairings"])


class AcceptInput(Input):
    """A yes; `side` where the caller acts for both cities, as officers do."""

    side: Side | None = None


class DeclineInput(Input):
    """A no, with a reason from the list; `side` where the caller acts for both cities."""

    reason: DeclineReason
    note: Text | None = None
    side: Side | None = None


class DissolveInput(Input):
    """An end before its time, with a reason from the list."""

    reason: DissolveReason
    note: Text | None = None


class StepOut(Output):
    """One thing that was done about a pairing."""

    what: Literal["proposed", "accepted", "declined", "dissolved"]
    at: datetime
    side: Side | None
    """None where the programme team acted."""
    by: str | None = None
    """The subject of who did it; for officers only."""
    note: str | None = None
    """For officers only."""


class PairingOut(Output):
    """A cooperation of two cities; a name is null until the registry has told of it."""

    id: PairingId
    exchange_id: ExchangeId
    proposal_id: ProposalId
    eu_city_id: CityId
    eu_city_name: str | None
    partner_city_id: CityId
    partner_city_name: str | None
    topics: tuple[str, ...]
    status: Status
    accepted_by: tuple[Side, ...]
    dissolved_reason: str | None
    history: tuple[StepOut, ...]
    version: Version

    @classmethod
    def of(cls, pairing: Pairing, names: dict[str, str], who: Principal) -> "PairingOut":
        """Show a pairing; notes and who acted are for officers only."""
        team = Role.OFFICER in who.roles
        return cls(
            id=pairing.id,
            exchange_id=pairing.exchange_id,
            proposal_id=pairing.proposal_id,
            eu_city_id=pairing.eu_city_id,
            eu_city_name=names.get(pairing.eu_city_id),
            partner_city_id=pairing.partner_city_id,
            partner_city_name=names.get(pairing.partner_city_id),
            topics=pairing.topics,
            status=pairing.status,
            accepted_by=pairing.accepted_by,
            dissolved_reason=pairing.dissolved_reason,
            history=tuple(
                StepOut(
                    what=step.what,
                    at=step.at,
                    side=step.side,
                    by=step.by if team else None,
                    note=step.note if team else None,
                )
                for step in pairing.history
            ),
            version=pairing.version,
        )


Filters = Mapping[str, str | None]
"""A query of the store."""


async def _filters(
    exchange_id: ExchangeRef | None = None,
    city_id: CityRef | None = None,
    status: Status | None = None,
) -> Filters:
    return {"exchange_id": exchange_id, "city_ids": city_id, "status": status}


@ROUTES.get("")
async def list_pairings(
    mongo: Database, who: Anyone, filters: Annotated[Filters, Depends(_filters)], part: Part
) -> Page[PairingOut]:
    """List pairings, oldest first."""
    rows, following = await list_states(mongo, PAIRINGS, filters, part)
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


async def _respond(mongo: Mongo, pairing: Pairing, who: Principal) -> Response:
    names = await city_names(mongo, pairing.city_ids)
    return respond(Answer(PairingOut.of(pairing, names, who), pairing.version))
