"""What is said of people in roles over HTTP: personal data, for officers and the city's own."""

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self, cast

from pydantic import Field, StringConstraints, model_validator

from services.registry.api.counts import ChangeOut
from services.registry.api.fields import Day, Times, Zone
from services.registry.domain.contacts import (
    MAX_CHANNELS,
    Channel,
    Contact,
    Person,
    PersonChanges,
    person_of,
)
from services.registry.usecases.contacts import Appointment, HandOver
from shared.ids import CityId, ContactId, ContactRef, PracticeId
from shared.web import EmailAddress, Input, Language, Name, Output

_ADDRESS_CHARS: Final = 254
"""As of an e-mail address, the longest of them. Source: RFC 5321 section 4.5.3.1.3."""

_NOTE_CHARS: Final = 200
"""A line."""

ELSEWHERE: Final = {
    "notifications: e-mails": "what was written to the person and when: GET /v1/emails?contact_id=",
    "events: delegations": "the activities that the person was named for, by id, and a copy of "
    "name and role: GET /v1/delegations?city_id= and /v1/delegations/{id}/delegates",
    "notifications: copy": "name, e-mail address, role, language and dates, as in `contact`",
}
"""What the other services hold about a contact, and where it is read."""


class ChannelIn(Input):
    """A way to reach a person besides the e-mail address that the platform writes to."""

    kind: Literal["email", "phone", "messenger"]
    address: Annotated[str, StringConstraints(min_length=1, max_length=_ADDRESS_CHARS)]
    note: Annotated[str, StringConstraints(min_length=1, max_length=_NOTE_CHARS)] | None = None
    """When or for what, such as "mornings only"."""

    def channel(self) -> Channel:
        """Give it to the domain."""
        return Channel(self.kind, self.address, self.note)


Channels = Annotated[tuple[ChannelIn, ...], Field(max_length=MAX_CHANNELS)]


class PersonIn(Input):
    """Who somebody is."""

    name: Name
    email: EmailAddress
    role: Name
    """What they do for the city, such as coordinator or expert."""
    language: Language = "en"
    """The language to write in."""
    time_zone: Zone | None = None
    """Their zone; that of the city unless given."""
    channels: Channels = ()

    def person(self) -> Person:
        """Give it to the domain."""
        channels = tuple(each.channel() for each in self.channels)
        return Person(self.name, self.email, self.role, self.language, self.time_zone, channels)


class NewContact(PersonIn):
    """A person who takes up a role for a city."""

    starts_on: Day | None = None
    """First day in the role; today unless given."""
    ends_on: Day | None = None
    """Last day in the role; open unless given."""
    predecessor_id: ContactRef | None = None
    """Whose open tasks they inherit: that contact ends on the day before."""
    illustrative: bool = False

    def appointment(self) -> Appointment:
        """Give it as the use case takes it."""
        return Appointment(
            self.person(), self.starts_on, self.ends_on, self.predecessor_id, self.illustrative
        )


class ContactChanges(Input):
    """Details to correct. What is left out stays; a null zone means that of the city."""

    name: Name = Field(default_factory=str)  # not "": the document's default must be valid
    email: EmailAddress = Field(default_factory=str)
    role: Name = Field(default_factory=str)
    language: Language = "en"
    time_zone: Zone | None = None
    channels: Channels = ()
    """All of them; what is not in the list is taken out."""
    starts_on: Day | None = None

    def changes(self) -> PersonChanges:
        """Give the details that were named."""
        named = self.model_dump(exclude_unset=True, exclude={"starts_on", "channels"})
        if "channels" in self.model_fields_set:
            named["channels"] = tuple(each.channel() for each in self.channels)
        return cast("PersonChanges", named)


class Ending(Input):
    """The end of a contact's time in the role."""

    ends_on: Day | None = None
    """Last day; today unless given."""


class HandOverIn(Input):
    """Who follows: `successor` is somebody new, `successor_id` a contact of the same city."""

    successor: PersonIn | None = None
    successor_id: ContactRef | None = None
    ends_on: Day | None = None
    """The predecessor's last day; today unless given. Somebody new starts on the day after."""

    @model_validator(mode="after")
    def _one_successor(self) -> Self:
        if (self.successor is None) == (self.successor_id is None):
            raise ValueError("give either successor or successor_id")
        return self

    def hand_over(self) -> HandOver:
        """Give it as the use case takes it."""
        if self.successor_id is not None:
            return HandOver(self.successor_id, self.ends_on)
        return HandOver(cast("PersonIn", self.successor).person(), self.ends_on)


class ContactRefOut(Output):
    """Which contact was made. It has no personal data, because this answer is stored for 48 h."""

    id: ContactId
    version: int
    city_id: CityId


class ChannelOut(Output):
    """A way to reach a person."""

    kind: Literal["email", "phone", "messenger"]
    address: str
    note: str | None


class ContactOut(Output):
    """A person in a role for a city."""

    id: ContactId
    version: int
    city_id: CityId
    name: str
    email: str
    role: str
    language: str
    time_zone: str | None
    channels: tuple[ChannelOut, ...]
    starts_on: date | None
    ends_on: date | None
    predecessor_id: ContactId | None
    successor_id: ContactId | None
    illustrative: bool
    times: Times

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Show a contact."""
        person = person_of(contact)
        return cls(
            id=contact.id,
            version=contact.version,
            city_id=contact.city_id,
            name=person.name,
            email=person.email,
            role=person.role,
            language=person.language,
            time_zone=person.time_zone,
            channels=tuple(
                ChannelOut(kind=each.kind, address=each.address, note=each.note)
                for each in person.channels
            ),
            starts_on=contact.starts_on,
            ends_on=contact.ends_on,
            predecessor_id=contact.predecessor_id,
            successor_id=contact.successor_id,
            illustrative=contact.illustrative,
            times=Times.of(contact.audit),
        )


class ExportOut(Output):
    """All that the registry holds about one person, to hand out on request.

    Source: GDPR (Regulation (EU) 2016/679), articles 15 and 20.
    """

    exported_at: datetime
    contact: ContactOut
    changes: tuple[ChangeOut, ...]
    """The trail: who changed which detail and when; it keeps no value of a detail."""
    practice_ids: tuple[PracticeId, ...]
    """The good practices that name the person to ask."""
    elsewhere: dict[str, str]
    """What the other services hold, by kind, and where it is read."""
