"""Routes that merge two records of the same city, and undo it."""

from fastapi import APIRouter, Response

from services.registry.api.cities import city_answer
from services.registry.api.city_models import CityOut
from services.registry.usecases import merges as usecases
from shared.auth import Officer
from shared.commands import Database, respond, run
from shared.ids import CityRef
from shared.web import IfMatch, Input, Text

ROUTER = APIRouter(prefix="/v1/cities", tags=["cities"])


class Merging(Input):
    """Which record stands for this one from now on, and why."""

    into: CityRef
    reason: Text


@ROUTER.post("/{city_id}/merge", response_model=CityOut)
async def merge_city(
    who: Officer, mongo: Database, city_id: CityRef, version: IfMatch, body: Merging
) -> Response:
    """Merge a duplicate into another record: its id redirects there from now on.

    Its contacts move, so do its interests in topics that the other record is silent about, and
    groups have the other record as their member. Undo it with `unmerge`.
    """
    city = await run(
        mongo,
        lambda tx: usecases.merge_city(tx, who, (city_id, version), body.into, body.reason),
    )
    return respond(city_answer(city))


@ROUTER.post("/{city_id}/unmerge", response_model=CityOut)
async def unmerge_city(
    who: Officer, mongo: Database, city_id: CityRef, version: IfMatch
) -> Response:
    """Undo a merge: all that it moved comes back, unless somebody changed it meanwhile.

    The `ETag` of the merged record comes with `GET /v1/cities/{id}?follow=false`.
    """
    city = await run(mongo, lambda tx: usecases.unmerge_city(tx, who, (city_id, version)))
    return respond(city_answer(city))
