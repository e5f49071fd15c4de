"""The answers of the routes that search."""

from typing import Self, cast

from services.registry.api.city_models import PositionOut
from services.registry.domain.cities import Kind, Status
from services.registry.search.cities.documents import Document
from services.registry.search.cities.finding import FacetName, Hit
from shared.contracts.matching import Side
from shared.ids import CityId
from shared.web import Output


class StandOut(Output):
    """How much a city seeks and offers on a topic, 0-5."""

    topic: str
    seeks: int
    offers: int


class SeatOut(Output):
    """A city's side in an exchange that it was admitted to."""

    exchange_id: str
    side: Side


class CityHit(Output):
    """A city that was found."""

    id: CityId
    version: int
    name: str
    country: str
    kind: Kind
    status: Status
    population: int | None
    position: PositionOut | None
    topics: tuple[StandOut, ...]
    exchanges: tuple[SeatOut, ...]
    likeness: float
    """1: a whole name; less for the beginning of a name, of a later word, and for typos."""
    distance_km: float | None
    """From `near`, where that was given."""

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Show a hit."""
        city = hit.city
        return cls(
            id=CityId(city.id),
            version=city.version,
            name=city.name,
            country=city.country,
            kind=cast("Kind", city.kind),
            status=cast("Status", city.status),
            population=city.population,
            position=_position(city),
            topics=tuple(
                StandOut(topic=each.topic, seeks=each.seeks, offers=each.offers)
                for each in city.stands
            ),
            exchanges=tuple(
                SeatOut(exchange_id=each.exchange_id, side=cast("Side", each.side))
                for each in city.seats
            ),
            likeness=hit.likeness,
            distance_km=None if hit.metres is None else hit.metres / 1000,
        )


class SearchPage(Output):
    """One page of what was found; follow `next` until it is null."""

    items: tuple[CityHit, ...]
    next: str | None = None
    total: int | None = None
    """How many there are in all; only when facets are asked for."""
    facets: dict[FacetName, dict[str, int]] | None = None
    """How many there are by value, most frequent first."""


def _position(city: Document) -> PositionOut | None:
    at = city.position
    return PositionOut(latitude=at[0], longitude=at[1]) if at else None
