"""What the registry tells of cities and groups."""

from typing import ClassVar, Literal

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
