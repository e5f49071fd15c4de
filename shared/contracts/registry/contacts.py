"""What the registry tells of people in roles: personal data, on a topic of its own."""

from datetime import date
from typing import ClassVar

from shared.contracts.event import Event, State, Topic

CONTACTS = Topic("registry.contact.v1", personal=True)


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
    successor_id: str | None = None
    """The contact who has inherited the open tasks of this one."""
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


class ContactHandedOverV1(ContactEvent):
    """A contact ends, and from now on `state.successor_id` has what was open for them."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.contact.handed_over.v1"


class ContactErasedV1(ContactEvent):
    """A person's data was erased: a tombstone, and every service forgets it."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.contact.erased.v1"
    TOMBSTONE: ClassVar[bool] = True
