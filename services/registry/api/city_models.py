"""The bodies of the routes about cities."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, StringConstraints

from services.registry.api.fields import PlaceId, SourceText, Times, Zone
from services.registry.domain.cities import (
    City,
    Facts,
    Kind,
    Position,
    StatedFacts,
    Statement,
    Status,
    origins,
)
from shared.ids import CityId, CityRef
from shared.web import CountryCode, Input, Language, Name, Output, Text

_MAX_POPULATION = 1_000_000_000
"""More than any region holds; catches a figure with digits too many."""

_MAX_LANGUAGES = 20
_MAX_MEMBERS = 500
"""The largest associations of cities in one country have some 400 active members."""

_MAX_SOURCES = 16
"""One per fact."""

_MAX_NAMES = 100
"""No city has its own name in more languages than a registry of cities has readers for."""

_MAX_ALIASES = 100
_FIRST_CENSUS = 1800
_LAST_YEAR = 2100

_NO_FACTS = {"sources", "confirmed_different_from"}
"""Fields of bodies that say something of the facts, or of other records."""

FactName = Literal[
    "name",
    "country",
    "kind",
    "population",
    "position",
    "time_zone",
    "languages",
    "geonames_id",
    "members",
    "names",
    "aliases",
    "population_year",
    "wikidata_id",
    "nuts",
    "lau",
]
Population = Annotated[int, Field(ge=0, le=_MAX_POPULATION)]
Languages = Annotated[tuple[Language, ...], Field(max_length=_MAX_LANGUAGES)]
Members = Annotated[tuple[CityRef, ...], Field(max_length=_MAX_MEMBERS)]
Names = Annotated[dict[Language, Name], Field(max_length=_MAX_NAMES)]
Aliases = Annotated[tuple[Name, ...], Field(max_length=_MAX_ALIASES)]
CensusYear = Annotated[int, Field(ge=_FIRST_CENSUS, le=_LAST_YEAR)]
WikidataId = Annotated[str, StringConstraints(pattern=r"^Q[1-9][0-9]{0,11}$")]
NutsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9A-Z]{1,3}$")]
LauCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z_.-]{0,15}$")]
Sources = Annotated[dict[FactName, SourceText], Field(max_length=_MAX_SOURCES)]


class PositionBody(Input):
    """A point on the earth in degrees, WGS 84."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class NewCity(Input):
    """A city or group to register: its facts, or a place that has them.

    With `geonames_id`, name, country, population, position and time zone come from the list of
    places unless they are given here.
    """

    name: Name | None = None
    country: CountryCode | None = None
    kind: Kind = "city"
    population: Population | None = None
    """Inhabitants. Leave it out for a group with members: it is their sum."""
    position: PositionBody | None = None
    time_zone: Zone | None = None
    languages: Languages = ()
    """Working languages."""
    geonames_id: PlaceId | None = None
    members: Members = ()
    """The cities of a group; all must be registered."""
    illustrative: bool = False
    """Whether the record was made up for a demonstration."""
    names: Names = Field(default={})
    """The name in other languages and scripts, by BCP 47 tag."""
    aliases: Aliases = ()
    """What else it is or was called."""
    population_year: CensusYear | None = None
    """The year of the population; its source stands under `sources`."""
    wikidata_id: WikidataId | None = None
    nuts: NutsCode | None = None
    """Eurostat's code of the region; for bodies in the EU."""
    lau: LauCode | None = None
    """The national code of the local administrative unit; for bodies in the EU."""
    sources: Sources = Field(default={})
    """Where facts are from; a fact without a source counts as stated by you."""

    def statement(self) -> Statement:
        """Give what is stated; null states nothing."""
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        return _statement(self, given | {"kind"})


class CityChanges(Input):
    """Facts to correct or add. What is left out stays; null makes a fact unknown."""

    name: Name = Field(default_factory=str)  # not "": the document's default must be valid
    population: Population | None = None
    position: PositionBody | None = None
    time_zone: Zone | None = None
    languages: Languages = ()
    geonames_id: PlaceId | None = None
    members: Members = ()
    """All members of the group from now on."""
    names: Names = Field(default={})
    """All names by language from now on."""
    aliases: Aliases = ()
    population_year: CensusYear | None = None
    wikidata_id: WikidataId | None = None
    nuts: NutsCode | None = None
    lau: LauCode | None = None
    sources: Sources = Field(default={})

    def statement(self) -> Statement:
        """Give what is stated."""
        return _statement(self, self.model_fields_set)


class Withdrawal(Input):
    """Why a city leaves the register."""

    reason: Text


class Suspension(Input):
    """Why a city takes no part for a time."""

    reason: Text


class PositionOut(Output):
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


class FactsOut(Output):
    """What is known of a body; null where nobody stated it."""

    name: str
    kind: Kind
    country: str
    population: int | None
    """Of a group with members: their sum, null as soon as one is unknown."""
    position: PositionOut | None
    time_zone: str | None
    languages: tuple[str, ...]
    geonames_id: int | None
    members: tuple[CityId, ...]
    illustrative: bool
    names: dict[str, str]
    """The name in other languages and scripts, by BCP 47 tag."""
    aliases: tuple[str, ...]
    population_year: int | None
    wikidata_id: str | None
    nuts: str | None
    lau: str | None
    sources: dict[str, str]
    """Where each known fact is from: `stated`, `sum of members`, `geonames:{id}`, or in words."""


class CityOut(FactsOut):
    """A participating body."""

    id: CityId
    version: int
    status: Status
    """Only who is registered, which an officer has verified, takes part."""
    withdrawn_reason: str | None
    suspended_reason: str | None
    merged_into: CityId | None
    """The record that stands for this one since they were merged as duplicates."""
    merged_reason: str | None
    times: Times

    @classmethod
    def of(cls, city: City) -> Self:
        """Show a city."""
        return cls(
            **facts_shown(city),
            id=city.id,
            version=city.version,
            status=city.status,
            withdrawn_reason=city.withdrawn_reason,
            suspended_reason=city.suspended_reason,
            merged_into=city.merge and city.merge.into,
            merged_reason=city.merge and city.merge.reason,
            times=Times.of(city.audit),
        )


def facts_shown(city: City) -> dict[str, Any]:
    """Give the fields of `FactsOut`."""
    shown = {each.name: getattr(city.facts, each.name) for each in fields(Facts)}
    at = city.facts.position
    shown["position"] = at and PositionOut(latitude=at.latitude, longitude=at.longitude)
    return shown | {"sources": dict(city.sources), "names": dict(city.facts.names)}


class OriginOut(Output):
    """Where a fact is from, who set it, and when."""

    source: str
    set_by: str
    """The subject of their token."""
    set_at: datetime


class ProvenanceOut(Output):
    """The origin of each known fact of a city, under the fact's name."""

    id: CityId
    facts: dict[str, OriginOut]

    @classmethod
    def of(cls, city: City) -> Self:
        """Show where a city's facts are from."""
        facts = {
            name: OriginOut(
                source=origin.source, set_by=origin.author.subject, set_at=origin.author.at
            )
            for name, origin in origins(city).items()
        }
        return cls(id=city.id, facts=facts)


def _statement(body: NewCity | CityChanges, given: set[str]) -> Statement:
    facts = {name: getattr(body, name) for name in given - _NO_FACTS}
    if isinstance(at := facts.get("position"), PositionBody):
        facts["position"] = Position(at.latitude, at.longitude)
    for name in facts.keys() & {"members", "aliases"}:
        facts[name] = tuple(dict.fromkeys(facts[name]))
    return Statement(
        cast("StatedFacts", facts), {str(name): text for name, text in body.sources.items()}
    )
