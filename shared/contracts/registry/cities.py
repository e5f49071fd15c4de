"""What the registry tells of cities and groups."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.event import Event, Part, State, Topic

CITIES = Topic("registry.city.v1")


class Position(Part):
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


class CityState(State):
    """A participating body. What nobody has stated is None, never a guess."""

    name: str
    kind: Literal["city", "metropolitan_area", "region", "association"]
    country: str
    """ISO 3166-1 alpha-2."""
    status: Literal["registered", "withdrawn"] = "registered"
    population: int | None = None
    """Inhabitants; of a group, the sum of its members where all are known."""
    position: Position | None = None
    time_zone: str | None = None
    """IANA name."""
    languages: tuple[str, ...] = ()
    """Working languages, BCP 47."""
    geonames_id: int | None = None
    members: tuple[str, ...] = ()
    """Ids of the member cities of a group."""
    illustrative: bool = False
    """Whether the record was generated for a demonstration."""
    standing: Literal["registered", "suspended", "withdrawn", "merged"] | None = None
    """Why `status` is what it is: only who is registered takes part. None in older records."""
    merged_into: str | None = None
    """The record that stands for this one since they were merged as duplicates."""
    names: dict[str, str] = Field(default={})
    """Name by language, BCP 47."""
    aliases: tuple[str, ...] = ()
    """What else it is called."""
    population_year: int | None = None
    """The year of `population`."""
    wikidata_id: str | None = None
    """A Q number."""
    nuts: str | None = None
    """Eurostat's code of the region, for bodies in the EU."""
    lau: str | None = None
    """The national code of the local administrative unit, for bodies in the EU."""


class CityEvent(Event):
    """Any event of a city."""

    TOPIC: ClassVar[Topic] = CITIES
    state: CityState


class CityRegisteredV1(CityEvent):
    """A participating body was entered into the register."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.registered.v1"


class CityUpdatedV1(CityEvent):
    """Facts about a city were corrected or added."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.updated.v1"


class CityWithdrawnV1(CityEvent):
    """A city left the register's active part; its history stays."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.withdrawn.v1"


class CityVerifiedV1(CityEvent):
    """An officer checked what a coordinator had drafted; follows its registration at once."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.verified.v1"


class CitySuspendedV1(CityEvent):
    """A city takes no part for a time; an update tells that it is back."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.suspended.v1"


class CityMergedV1(CityEvent):
    """A record was found to be a duplicate: `merged_into` stands for it from now on."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.merged.v1"


class CityUnmergedV1(CityEvent):
    """A merge was undone: the record stands for itself again."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.city.unmerged.v1"
