"""What a reconciliation client can ask of a city, and what it may be looked up by.

Source: Reconciliation Service API 0.2, sections 3.4 (properties) and 6 (data extension).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.search.cities.documents import Document

TYPES: Final[Mapping[str, str]] = {
    "city": "City",
    "metropolitan_area": "Metropolitan area",
    "region": "Region",
    "association": "Association of cities",
}
"""Names of the kinds of bodies, which are the types of the service."""

Value = dict[str, str | int | float]
"""A value as the API writes it: its type is the name of its field."""


@dataclass(frozen=True, slots=True)
class Property:
    """Something to be known of a city."""

    id: str
    name: str
    values: Callable[[Document], list[Value]]


def _text(value: str | int | None) -> list[Value]:
    return [] if value is None else [{"str": str(value)}]


def _position(city: Document, axis: int) -> list[Value]:
    return [] if city.position is None else [{"float": city.position[axis]}]


_ALL: Final = (
    Property("country", "Country (ISO 3166-1 alpha-2)", lambda city: _text(city.country)),
    Property("kind", "Kind", lambda city: [{"id": city.kind, "name": TYPES[city.kind]}]),
    Property("status", "Status in the register", lambda city: _text(city.status)),
    Property(
        "population",
        "Population",
        lambda city: [] if city.population is None else [{"int": city.population}],
    ),
    Property("latitude", "Latitude", lambda city: _position(city, 0)),
    Property("longitude", "Longitude", lambda city: _position(city, 1)),
    Property("geonames_id", "GeoNames id", lambda city: _text(city.geonames_id)),
    Property("wikidata_id", "Wikidata id", lambda city: _text(city.wikidata_id)),
    Property(
        "seeks", "Topics it seeks help with", lambda c: _topics(c, lambda stand: stand[0] > 0)
    ),
    Property(
        "offers", "Topics it offers experience on", lambda c: _topics(c, lambda stand: stand[1] > 0)
    ),
)
PROPERTIES: Final[Mapping[str, Property]] = {each.id: each for each in _ALL}


def _topics(city: Document, wanted: Callable[[tuple[int, int]], bool]) -> list[Value]:
    return [{"str": each.topic} for each in city.stands if wanted((each.seeks, each.offers))]
