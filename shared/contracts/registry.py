"""What the registry tells the others: cities, topics, interests and contacts."""

from datetime import date
from typing import ClassVar, Literal

from shared.contracts.event import Event, Part, State, Topic

CITIES = Topic("registry.city.v1")
TOPICS = Topic("registry.topic.v1")
INTERESTS = Topic("registry.interest.v1")
CONTACTS = Topic("registry.contact.v1", personal=True)


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


class TopicState(State):
    """An entry of the topic taxonomy; ``id`` is its stable code."""

    labels: dict[str, str]
    """Label by language, BCP 47; ``en`` is always there."""
    parent: str | None = None
    sdgs: tuple[int, ...] = ()
    """Sustainable Development Goals, 1-17."""


class TopicEvent(Event):
    """Any event of a topic."""

    TOPIC: ClassVar[Topic] = TOPICS
    state: TopicState


class TopicDefinedV1(TopicEvent):
    """A topic was added to the taxonomy."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.topic.defined.v1"


class TopicRevisedV1(TopicEvent):
    """A topic's labels, parent or mappings changed."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.topic.revised.v1"


class InterestState(State):
    """What one city says of one topic; both levels 0 means that it is withdrawn."""

    city_id: str
    topic: str
    seeks: int
    """0-5: needs help."""
    offers: int
    """0-5: has experience to give."""
    illustrative: bool = False


class InterestEvent(Event):
    """Any event of an interest."""

    TOPIC: ClassVar[Topic] = INTERESTS
    state: InterestState


class InterestDeclaredV1(InterestEvent):
    """A city said what it seeks and offers on a topic, for the first time or anew."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.interest.declared.v1"


class InterestWithdrawnV1(InterestEvent):
    """A city took back what it had said of a topic."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.interest.withdrawn.v1"


class ContactState(State):
    """A person in a role for a city: personal data, for the services that write to people only."""

    city_id: str = ""
    name: str = ""
    email: str = ""
    role: str = ""
    language: str = "en"
    """BCP 47; the language to write in."""
    starts_on: date | None = None
    ends_on: date | None = None
    """Last day in the role; None while open."""
    time_zone: str | None = None
    """IANA name; the zone to show times in. None: that of the city."""
    predecessor_id: str | None = None
    """The contact whose open tasks this one inherits."""
    illustrative: bool = False


class ContactEvent(Event):
    """Any event of a contact."""

    TOPIC: ClassVar[Topic] = CONTACTS
    state: ContactState


class ContactAppointedV1(ContactEvent):
    """A person took up a role for a city."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.contact.appointed.v1"


class ContactUpdatedV1(ContactEvent):
    """A contact's details or dates changed."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.contact.updated.v1"


class ContactErasedV1(ContactEvent):
    """A person's data was erased: a tombstone, and every service forgets it."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.contact.erased.v1"
    TOMBSTONE: ClassVar[bool] = True


EVENTS: tuple[type[Event], ...] = (
    CityRegisteredV1,
    CityUpdatedV1,
    CityWithdrawnV1,
    TopicDefinedV1,
    TopicRevisedV1,
    InterestDeclaredV1,
    InterestWithdrawnV1,
    ContactAppointedV1,
    ContactUpdatedV1,
    ContactErasedV1,
)
