"""The route that looks for records of the same city, and how they are shown."""

import asyncio
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.registry.api.city_models import CityOut, NewCity, Population
from services.registry.domain.cities import Facts, Kind, Position, Status
from services.registry.domain.duplicates.scoring import Reason, Verdict
from services.registry.errors import CityPositionHalf
from services.registry.reference import shipped_gazetteer
from services.registry.usecases.duplicates import Possible, Registered, find_duplicates
from shared.auth import Officer
from shared.commands import Answer, Database, run
from shared.ids import CityId, CityRef
from shared.web import CountryCode, Name, Output

ROUTER = APIRouter(prefix="/v1/cities", tags=["cities"])

_MAX_CONFIRMED = 50
"""More than an answer ever names."""

Confirmed = Annotated[tuple[CityRef, ...], Field(max_length=_MAX_CONFIRMED)]


class CityToRegister(NewCity):
    """A city or group to register, and with whom it is not to be confused."""

    confirmed_different_from: Confirmed = ()
    """Records that you have looked at: they are of other cities."""


class PossibleDuplicate(Output):
    """A record that may be of the same city."""

    id: CityId
    name: str
    country: str
    kind: Kind
    status: Status
    score: float
    """0 to 1: how probable it is that both are one."""
    verdict: Verdict
    """`certain`, or `check`: a person must look."""
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, possible: Possible) -> Self:
        """Show a record and why it may be the same."""
        city, match = possible.city, possible.match
        return cls(
            id=city.id,
            name=city.facts.name,
            country=city.facts.country,
            kind=city.facts.kind,
            status=city.status,
            score=match.score,
            verdict=match.verdict,
            reasons=match.reasons,
        )


class PossibleDuplicates(Output):
    """Records that may be of the same city, best first."""

    items: tuple[PossibleDuplicate, ...]


class NewCityOut(CityOut):
    """The city as it was registered."""

    possible_duplicates: tuple[PossibleDuplicate, ...] = ()
    """Look at them: merge this record into one that is of the same city."""


def registered_answer(registered: Registered, *, new: bool = True) -> Answer:
    """Show a city that was registered, and which others it may be the same as."""
    city = registered.city
    others = tuple(PossibleDuplicate.of(each) for each in registered.possible)
    body = NewCityOut(**CityOut.of(city).model_dump(), possible_duplicates=others)
    if new:
        return Answer(body, city.version, 201, f"/v1/cities/{city.id}")
    return Answer(body, city.version)


async def gather_names(country: str | None) -> None:
    """Have the names of a country's places at hand, without that other requests wait for it."""
    if country is not None:
        await asyncio.to_thread(_gather, country)


def _gather(country: str) -> None:
    shipped_gazetteer().gather(country)


def position_asked(
    latitude: Annotated[float | None, Query(ge=-90, le=90)] = None,
    longitude: Annotated[float | None, Query(ge=-180, le=180)] = None,
) -> Position | None:
    """Read a position, which is both of its parts.

    Raises:
        CityPositionHalf: 422 `city_position_half`.
    """
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        raise CityPositionHalf("longitude" if longitude is None else "latitude")
    return Position(latitude, longitude)


def facts_asked(
    name: Annotated[Name, Query(description="In any language or script.")],
    country: Annotated[CountryCode, Query()],
    position: Annotated[Position | None, Depends(position_asked)],
    kind: Kind = "city",
    population: Annotated[Population | None, Query()] = None,
) -> Facts:
    """Read what is known of the city in question."""
    return Facts(name, country, kind, population, position)


@ROUTER.get("/duplicates")
async def read_duplicates(
    who: Officer, mongo: Database, facts: Annotated[Facts, Depends(facts_asked)]
) -> PossibleDuplicates:
    """Look for records that may be of the same city, in any language or script; best first.

    Same-name cities of two countries are not the same; a city and its region are for you to check.
    """
    await gather_names(facts.country)
    found = await run(mongo, lambda tx: find_duplicates(tx, who, facts))
    return PossibleDuplicates(items=tuple(PossibleDuplicate.of(each) for each in found))
