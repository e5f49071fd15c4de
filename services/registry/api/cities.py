"""Routes about cities and groups."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.registry import store
from services.registry.api.city_models import (
    CityChanges,
    CityOut,
    ProvenanceOut,
    Suspension,
    Withdrawal,
)
from services.registry.api.duplicates import (
    CityToRegister,
    NewCityOut,
    gather_names,
    registered_answer,
)
from services.registry.api.redirects import MOVED, redirect
from services.registry.domain.cities import City, Kind, Status
from services.registry.errors import CityNotFound
from services.registry.places import Places
from services.registry.reference import shipped_places
from services.registry.store import CityFilter
from services.registry.usecases import cities as usecases
from services.registry.usecases.duplicates import register_unless_known
from shared.auth import Anyone, Officer, OfficerOrCoordinator, require_city
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import CountryCode, IfMatch

ROUTER = APIRouter(prefix="/v1/cities", tags=["cities"])

ShippedPlaces = Annotated[Places, Depends(shipped_places)]


def city_filter(
    country: Annotated[CountryCode | None, Query()] = None,
    kind: Kind | None = None,
    status: Status = "registered",
    name: Annotated[str, Query(max_length=200, description="How the name starts.")] = "",
) -> CityFilter:
    """Read the filters of the listing."""
    return CityFilter(status, country, kind, name)


@ROUTER.post("", status_code=201, response_model=NewCityOut)
async def register_city(
    who: Officer,
    mongo: Database,
    request: IdempotencyKey,
    body: CityToRegister,
    places: ShippedPlaces,
) -> Response:
    """Register a city or a group: with all its facts, or by the id of its place at GeoNames.

    409 `city_exists` names the city that has the place already, or that certainly is the same by
    its names and facts; the latter can be overruled by `confirmed_different_from`. Records that
    may be the same come back as `possible_duplicates`.
    """
    place = places.by_id(body.geonames_id) if body.geonames_id else None
    other = body.confirmed_different_from
    await gather_names(place.country if place else body.country)
    return await run_once(
        mongo,
        request,
        lambda tx: register_unless_known(tx, who, body.statement(), place, other),
        registered_answer,
    )


@ROUTER.get("")
async def list_cities(
    _who: Anyone,
    mongo: Database,
    which: Annotated[CityFilter, Depends(city_filter)],
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[CityOut]:
    """List cities by name; without `status` those that are registered.

    Names are compared without case and accents.
    """
    after = decode_cursor(cursor, str, str) if cursor else None
    rows = await store.list_cities(mongo, which, after, limit + 1)
    cities, next_ = cut(rows, limit, lambda city: (city.folded_name, city.id))
    return Page(items=[CityOut.of(city) for city in cities], next=next_)


@ROUTER.get("/{city_id}", response_model=CityOut, responses=MOVED)
async def read_city(
    _who: Anyone,
    mongo: Database,
    city_id: CityRef,
    *,
    follow: Annotated[
        bool, Query(description="Whether to go on to the record that a merged one became.")
    ] = True,
) -> Response:
    """Read a city. A record that was merged answers 308 with the one that stands for it."""
    city = await store.city_of(mongo, city_id)
    if city is None:
        raise CityNotFound
    moved = await redirect(mongo, city) if follow else None
    return moved or respond(city_answer(city))


@ROUTER.get("/{city_id}/provenance", response_model=ProvenanceOut)
async def read_provenance(who: OfficerOrCoordinator, mongo: Database, city_id: CityRef) -> Response:
    """Read where each fact is from, who set it and when; for officers and the city's own."""
    require_city(who, city_id)
    city = await store.city_of(mongo, city_id)
    if city is None:
        raise CityNotFound
    return respond(Answer(ProvenanceOut.of(city), city.version))


@ROUTER.patch("/{city_id}", response_model=CityOut)
async def update_city(
    who: OfficerOrCoordinator,
    mongo: Database,
    city_id: CityRef,
    version: IfMatch,
    body: CityChanges,
) -> Response:
    """Correct or add facts; what the body leaves out stays, null makes a fact unknown."""
    city = await run(
        mongo, lambda tx: usecases.update_city(tx, who, city_id, version, body.statement())
    )
    return respond(city_answer(city))


@ROUTER.post("/{city_id}/withdraw", response_model=CityOut)
async def withdraw_city(
    who: Officer, mongo: Database, city_id: CityRef, version: IfMatch, body: Withdrawal
) -> Response:
    """Take a city out of the active register; its history stays."""
    city = await run(
        mongo, lambda tx: usecases.withdraw_city(tx, who, city_id, version, body.reason)
    )
    return respond(city_answer(city))


@ROUTER.post("/{city_id}/suspend", response_model=CityOut)
async def suspend_city(
    who: Officer, mongo: Database, city_id: CityRef, version: IfMatch, body: Suspension
) -> Response:
    """Let a city take no part for a time; reinstating ends it."""
    city = await run(
        mongo, lambda tx: usecases.suspend_city(tx, who, city_id, version, body.reason)
    )
    return respond(city_answer(city))


@ROUTER.post("/{city_id}/reinstate", response_model=CityOut)
async def reinstate_city(
    who: Officer, mongo: Database, city_id: CityRef, version: IfMatch
) -> Response:
    """Take a withdrawn or suspended city back, under its id and with its history."""
    city = await run(mongo, lambda tx: usecases.reinstate_city(tx, who, city_id, version))
    return respond(city_answer(city))


def city_answer(city: City, *, new: bool = False) -> Answer:
    """Show a city with its version, and where it is when it is new."""
    body = CityOut.of(city)
    if new:
        return Answer(body, city.version, 201, f"/v1/cities/{city.id}")
    return Answer(body, city.version)
