"""What is known of a participating body, and what somebody states of it.

Promises: what nobody has stated is None or empty, never a guess; a year is known only beside the
population that it is of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, TypedDict

from services.registry.domain.cities.codes import require_codes
from services.registry.errors import CityFactsMissing, CityYearAlone
from services.registry.places import Place
from shared.ids import CityId

Kind = Literal["city", "metropolitan_area", "region", "association"]

STATED = "stated"
"""The source of a fact that came with the request without one."""

SUMMED = "sum of members"
"""The source of the population of a group with members."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a body; None or empty where nobody stated it.

    `country` is ISO 3166-1 alpha-2, `time_zone` an IANA name, `languages` are BCP 47, `members` are
    the cities of a group. `population` counts inhabitants, in the year `population_year`. `names`
    has the body's name by BCP 47 tag, `aliases` what else it is called. `wikidata_id` is a Q
    number; `nuts` and `lau` are the codes of Eurostat, for bodies in the EU.
    """

    name: str
    country: str
    kind: Kind = "city"
    population: int | None = None
    position: Position | None = None
    time_zone: str | None = None
    languages: tuple[str, ...] = ()
    geonames_id: int | None = None
    members: tuple[CityId, ...] = ()
    illustrative: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    population_year: int | None = None
    wikidata_id: str | None = None
    nuts: str | None = None
    lau: str | None = None


class StatedFacts(TypedDict, total=False):
    """Those facts that somebody states, under the names of `Facts`."""

    name: str
    country: str
    kind: Kind
    population: int | None
    position: Position | None
    time_zone: str | None
    languages: tuple[str, ...]
    geonames_id: int | None
    members: tuple[CityId, ...]
    illustrative: bool
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    population_year: int | None
    wikidata_id: str | None
    nuts: str | None
    lau: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody states: facts, and where each is from as far as they say."""

    facts: StatedFacts
    sources: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, name: str) -> str:
        """Say where a stated fact is from."""
        return self.sources.get(name, STATED)


def completed(statement: Statement, place: Place | None) -> Statement:
    """Fill what the statement leaves out with what the list of places says, and say so.

    Raises:
        CityFactsMissing: name or country are in neither (422 `city_facts_missing`).
    """
    known = _facts_of(place) if place else StatedFacts()
    if statement.facts.get("members"):
        known.pop("population", None)
    facts: StatedFacts = {**known, **statement.facts}
    missing = [name for name in ("name", "country") if not facts.get(name)]
    if missing:
        raise CityFactsMissing(missing)
    added = known.keys() - statement.facts.keys()
    sources = dict.fromkeys(added, f"geonames:{place.geonames_id}") if place else {}
    return Statement(facts, sources | dict(statement.sources))


def require_sound(facts: Facts) -> None:
    """Let pass facts that agree with each other.

    Raises:
        CityYearAlone: a year without a population (422 `city_year_alone`).
        CityCodeMalformed: a code that the country can't have (422 `city_code_malformed`).
    """
    if facts.population_year is not None and facts.population is None:
        raise CityYearAlone
    require_codes(facts.country, nuts=facts.nuts, lau=facts.lau)


def known_facts(facts: Facts) -> frozenset[str]:
    """Name the facts that somebody stated or that can be counted."""
    held = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return frozenset(name for name, value in held.items() if value not in (None, (), {}))


def _facts_of(place: Place) -> StatedFacts:
    return {
        "name": place.name,
        "country": place.country,
        "population": place.population or None,
        "position": Position(place.latitude, place.longitude),
        "time_zone": place.time_zone,
    }
