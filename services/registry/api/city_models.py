"""The bodies of the routes about cities."""

from typing import Annotated, Literal, Self, cast

from pydantic import Field

from services.registry.api.fields import PlaceId, SourceText, Times, Zone
from services.registry.domain.cities import City, Kind, Position, StatedFacts, Statement, Status
from shared.ids import CityId, CityRef
from shared.web import CountryCode, Input, Language, Name, Output, Text

_MAX_POPULATION = 1_000_000_000
"""More than any region holds; catches a figure with digits too many."""

_MAX_LANGUAGES = 20
_MAX_MEMBERS = 500
"""The largest associations of cities in one country have some 400 active members."""

_MAX_SOURCES = 10
"""One per fact."""

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
]
Population = Annotated[int, Field(ge=0, le=_MAX_POPULATION)]
Languages = Annotated[tuple[Language, ...], Field(max_length=_MAX_LANGUAGES)]
Members = Annotated[tuple[CityRef, ...], Field(max_length=_MAX_MEMBERS)]
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
    sources: Sources = Field(default={})

    def statement(self) -> Statement:
        """Give what is stated."""
        return _statement(self, self.model_fields_set)


class Withdrawal(Input):
    """Why a city leaves the register."""

    reason: Text


class PositionOut(Output):
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


class CityOut(Output):
    """A participating body; null where nobody stated it."""

    id: CityId
    version: int
    name: str
    kind: Kind
    country: str
    status: Status
    population: int | None
    """Of a group with members: their sum, null as soon as one is unknown."""
    position: PositionOut | None
    time_zone: str | None
    languages: tuple[str, ...]
    geonames_id: int | None
    members: tuple[CityId, ...]
    illustrative: bool
    sources: dict[str, str]
    """Where each known fact is from: `stated`, `sum of members`, `geonames:{id}`, or in words."""
    withdrawn_reason: str | None
    times: Times

    @classmethod
    def of(cls, city: City) -> Self:
        """Show a city."""
        facts = city.facts
        at = facts.position
        return cls(
            id=city.id,
            version=city.version,
            name=facts.name,
            kind=facts.kind,
            country=facts.country,
            status=city.status,
            population=facts.population,
            position=at and PositionOut(latitude=at.latitude, longitude=at.longitude),
            time_zone=facts.time_zone,
            languages=facts.languages,
            geonames_id=facts.geonames_id,
            members=facts.members,
            illustrative=facts.illustrative,
            sources=dict(city.sources),
            withdrawn_reason=city.withdrawn_reason,
            times=Times.of(city.audit),
        )


def _statement(body: NewCity | CityChanges, given: set[str]) -> Statement:
    facts = {name: getattr(body, name) for name in given - {"sources"}}
    if isinstance(at := facts.get("position"), PositionBody):
        facts["position"] = Position(at.latitude, at.longitude)
    if "members" in facts:
        facts["members"] = tuple(dict.fromkeys(facts["members"]))
    return Statement(
        cast("StatedFacts", facts), {str(name): text for name, text in body.sources.items()}
    )
