"""Routes about the people in roles for cities: personal data, for officers and the city's own.

Promises: no partner and no operator reads any of it, and no answer that is stored holds any.
"""

from datetime import date
from typing import Annotated, Self, cast

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.registry import store
from services.registry.api.fields import Day, Times, Zone
from services.registry.domain.contacts import Contact, Person, PersonChanges, person_of
from services.registry.errors import CityNotFound, ContactNotFound
from services.registry.usecases import contacts as usecases
from services.registry.usecases.contacts import Appointment
from shared.auth import OfficerOrCoordinator, require_city
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityId, CityRef, ContactId, ContactRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import EmailAddress, IfMatch, Input, Language, Name, Output

ROUTER = APIRouter(prefix="/v1/cities/{city_id}/contacts", tags=["contacts"])


class NewContact(Input):
    """A person who takes up a role for a city."""

    name: Name
    email: EmailAddress
    role: Name
    """What they do for the city, such as coordinator or expert."""
    language: Language = "en"
    """The language to write in."""
    time_zone: Zone | None = None
    """Their zone; that of the city unless given."""
    starts_on: Day | None = None
    """First day in the role; today unless given."""
    ends_on: Day | None = None
    """Last day in the role; open unless given."""
    predecessor_id: ContactRef | None = None
    """Whose open tasks they inherit: that contact ends on the day before."""
    illustrative: bool = False

    def appointment(self) -> Appointment:
        """Give it as the use case takes it."""
        person = Person(self.name, self.email, self.role, self.language, self.time_zone)
        return Appointment(
            person, self.starts_on, self.ends_on, self.predecessor_id, self.illustrative
        )


class ContactChanges(Input):
    """Details to correct. What is left out stays; a null zone means that of the city."""

    name: Name = Field(default_factory=str)  # not "": the document's default must be valid
    email: EmailAddress = Field(default_factory=str)
    role: Name = Field(default_factory=str)
    language: Language = "en"
    time_zone: Zone | None = None
    starts_on: Day | None = None

    def person(self) -> PersonChanges:
        """Give the details that were named."""
        return cast("PersonChanges", self.model_dump(exclude_unset=True, exclude={"starts_on"}))


class Ending(Input):
    """The end of a contact's time in the role."""

    ends_on: Day | None = None
    """Last day; today unless given."""


class ContactRefOut(Output):
    """Which contact was made. It has no personal data, because this answer is stored for 48 h."""

    id: ContactId
    version: int
    city_id: CityId


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
    starts_on: date | None
    ends_on: date | None
    predecessor_id: ContactId | None
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
            starts_on=contact.starts_on,
            ends_on=contact.ends_on,
            predecessor_id=contact.predecessor_id,
            illustrative=contact.illustrative,
            times=Times.of(contact.audit),
        )


def contact_key(
    city_id: CityRef, contact_id: ContactRef, version: IfMatch
) -> tuple[CityId, ContactId, int]:
    """Read which version of which contact a change is about."""
    return city_id, contact_id, version


@ROUTER.post("", status_code=201, response_model=ContactRefOut)
async def appoint_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    request: IdempotencyKey,
    city_id: CityRef,
    body: NewContact,
) -> Response:
    """Appoint a person. With `predecessor_id` that person's role ends the day before."""
    return await run_once(
        mongo,
        request,
        lambda tx: usecases.appoint_contact(tx, who, city_id, body.appointment()),
        _reference,
    )


@ROUTER.get("")
async def list_contacts(
    who: OfficerOrCoordinator,
    mongo: Database,
    city_id: CityRef,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[ContactOut]:
    """List the people of a city in the order of their appointment, former ones too."""
    require_city(who, city_id)
    if await store.city_of(mongo, city_id) is None:
        raise CityNotFound
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await store.list_contacts(mongo, city_id, after, limit + 1)
    contacts, next_ = cut(rows, limit, lambda contact: (contact.id,))
    return Page(items=[ContactOut.of(contact) for contact in contacts], next=next_)


@ROUTER.get("/{contact_id}", response_model=ContactOut)
async def read_contact(
    who: OfficerOrCoordinator, mongo: Database, city_id: CityRef, contact_id: ContactRef
) -> Response:
    """Read a contact."""
    require_city(who, city_id)
    contact = await store.contact_of(mongo, contact_id)
    if contact is None or contact.erased or contact.city_id != city_id:
        raise ContactNotFound
    return respond(_answer(contact))


@ROUTER.patch("/{contact_id}", response_model=ContactOut)
async def update_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, ContactId, int], Depends(contact_key)],
    body: ContactChanges,
) -> Response:
    """Correct a person's details."""
    contact = await run(
        mongo, lambda tx: usecases.update_contact(tx, who, key, body.person(), body.starts_on)
    )
    return respond(_answer(contact))


@ROUTER.post("/{contact_id}/end", response_model=ContactOut)
async def end_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, ContactId, int], Depends(contact_key)],
    body: Ending,
) -> Response:
    """Set the last day in the role."""
    contact = await run(mongo, lambda tx: usecases.end_contact(tx, who, key, body.ends_on))
    return respond(_answer(contact))


@ROUTER.delete("/{contact_id}", status_code=204)
async def erase_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, ContactId, int], Depends(contact_key)],
) -> None:
    """Erase a person's data, here and in every service."""
    await run(mongo, lambda tx: usecases.erase_contact(tx, who, key))


def _reference(contact: Contact) -> Answer:
    body = ContactRefOut(id=contact.id, version=contact.version, city_id=contact.city_id)
    location = f"/v1/cities/{contact.city_id}/contacts/{contact.id}"
    return Answer(body, contact.version, 201, location)


def _answer(contact: Contact) -> Answer:
    return Answer(ContactOut.of(contact), contact.version)
