"""What is known of a record when it is compared: its names, its facts, the places it may be.

A record that names its place by id is that place. Any other may be the places of its country that
bear its name, less those that its position and population rule out; a name that no place bears may
be a slip of the pen for a place's name, which is a hint and never more.
"""

from dataclasses import dataclass
from typing import Final, Literal

from services.registry.domain.duplicates.gazetteer import Gazetteer, is_own_name
from services.registry.domain.duplicates.names import Name, read_names
from services.registry.domain.duplicates.qualifiers import Scope
from services.registry.domain.geometry import Point, distance_km
from services.registry.places import Place

SAME_PLACE_KM: Final = 50
"""How far a record's position may be from its place: the middle of a large city is a choice."""

SAME_PLACE_RATIO: Final = 4.0
"""How far the populations of one place lie apart: with or without the suburbs, then and now."""

CONFIRMING_RATIO: Final = 1.5
"""Populations closer than this speak for the place; counts of ten years differ by less."""

KNOWN_CITY_PEOPLE: Final = 100_000
"""Who gives a name and no more means the city that everybody knows, if it is at least this big."""

Ground = Literal["id", "facts", "name", "hint"]
"""Why a record is thought to be a place: its id says so, or name and facts, or the name alone."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says; None and empty where it says nothing. `country` is ISO 3166-1 alpha-2."""

    id: str
    names: tuple[str, ...]
    country: str
    kind: Scope = "city"
    position: Point | None = None
    population: int | None = None
    geonames_id: int | None = None
    wikidata_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record with what its names mean: `places` are those that it may be, for the `ground`.

    `bearers` are the ids of all places that bear its names, whatever its other facts say.
    """

    record: Record
    names: tuple[Name, ...]
    scope: Scope
    places: tuple[Place, ...]
    ground: Ground
    bearers: frozenset[int] = frozenset()

    @property
    def place(self) -> Place | None:
        """The one place that it must be if it is any; None of a hint."""
        return self.places[0] if len(self.places) == 1 and self.ground != "hint" else None


def candidate_of(record: Record, gazetteer: Gazetteer) -> Candidate:
    """Read a record's names and find the places that it may be."""
    names = read_names(record.names)
    own = gazetteer.by_id(record.geonames_id) if record.geonames_id else None
    named = _places(record, names, gazetteer)
    scope = _scope(record, names, (own,) if own else named)
    bearers = named or _alike(record, names, gazetteer)
    ids = frozenset(each.geonames_id for each in (*bearers, *((own,) if own else ())))
    fitting = tuple(each for each in bearers if fits(record, each, scope))
    ground: Ground = "name" if named else "hint"
    if own:
        fitting, ground = (own,), "id"
    elif named and len(fitting) == 1 and _confirms(record, fitting[0]):
        ground = "facts"
    return Candidate(record, names, scope, fitting, ground, ids)


def fits(record: Record, place: Place, scope: Scope = "city") -> bool:
    """Tell whether position and population let a record be this place."""
    ratio = ratio_of(record.population, place.population)
    if scope == "city" and ratio is not None and ratio > SAME_PLACE_RATIO:
        return False
    away = distance_km(record.position, point_of(place)) if record.position else 0.0
    return away <= SAME_PLACE_KM


def point_of(place: Place) -> Point:
    """Give where a place is."""
    return Point(place.latitude, place.longitude)


def ratio_of(one: int | None, other: int | None) -> float | None:
    """Give how many times the larger population is the smaller one; None where one is unknown."""
    return max(one, other) / min(one, other) if one and other else None


def _places(record: Record, names: tuple[Name, ...], gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Give the places that bear the most of a record's names: a second name tells places apart."""
    counts: dict[Place, int] = {}
    for name in names:
        for place in gazetteer.named(name, record.country):
            counts[place] = counts.get(place, 0) + 1
    most = max(counts.values(), default=0)
    return tuple(place for place, count in counts.items() if count == most)


def _alike(record: Record, names: tuple[Name, ...], gazetteer: Gazetteer) -> tuple[Place, ...]:
    short = [each for name in names for each in gazetteer.unabbreviated(name, record.country)]
    nearly = (each for name in names for each in gazetteer.alike(name, record.country))
    return tuple(dict.fromkeys(short or nearly))


def _scope(record: Record, names: tuple[Name, ...], places: tuple[Place, ...]) -> Scope:
    """Say what a record covers: by its words, unless they are a place's name, else by its kind."""
    words = (name for name in names if not any(is_own_name(each, name) for each in places))
    said = [name.scope for name in words if name.scope is not None and name.scope != "city"]
    return min(said, default=record.kind)


def _confirms(record: Record, place: Place) -> bool:
    ratio = ratio_of(record.population, place.population)
    return record.position is not None or (ratio is not None and ratio <= CONFIRMING_RATIO)
