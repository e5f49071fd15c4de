"""A person in a role for a city, with first and last day; a successor follows a predecessor.

Promises: personal data is in `Person` alone, and nothing of it is left after an erasure.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal, TypedDict

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.errors import (
    ContactDatesReversed,
    ContactEnded,
    ContactHandedOver,
    ContactNotFound,
    ContactSuccessorUnfit,
)
from shared.contracts.registry import (
    ContactAppointedV1,
    ContactErasedV1,
    ContactHandedOverV1,
    ContactState,
    ContactUpdatedV1,
)
from shared.ids import CityId, ContactId

MAX_CHANNELS: Final = 10
"""Ways to reach one person: nobody has more that others should know."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach a person besides the e-mail address that we write to."""

    kind: Literal["email", "phone", "messenger"]
    address: str
    note: str | None = None
    """When or for what, such as "mornings only"."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a contact is: personal data. `language` is BCP 47, `time_zone` an IANA name.

    The channels are for people who look them up here; no event has them, since no service needs
    them.
    """

    name: str
    email: str
    role: str
    language: str = "en"
    time_zone: str | None = None
    channels: tuple[Channel, ...] = ()


class PersonChanges(TypedDict, total=False):
    """Those details of a person that change."""

    name: str
    email: str
    role: str
    language: str
    time_zone: str | None
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in a role. `person` is None once erased; `ends_on` is the last day, None if open."""

    id: ContactId
    city_id: CityId
    person: Person | None
    audit: Audit
    starts_on: date | None = None
    ends_on: date | None = None
    predecessor_id: ContactId | None = None
    successor_id: ContactId | None = None
    illustrative: bool = False
    erased: bool = False
    version: int = 0


def appoint(contact: Contact) -> tuple[Contact, ContactAppointedV1]:
    """Let a person take up a role.

    Raises:
        ContactDatesReversed: 422 `contact_dates_reversed`.
    """
    _require_order(contact, "/ends_on")
    return contact, ContactAppointedV1(state=public(contact))


def new_contact(id_: ContactId, city_id: CityId, person: Person, author: Author) -> Contact:
    """Give a contact that starts on the author's day, to be appointed."""
    return Contact(id_, city_id, person, started(author), starts_on=author.at.date())


def revise(
    contact: Contact, changes: PersonChanges, starts_on: date | None, author: Author
) -> tuple[Contact, tuple[ContactUpdatedV1, ...]]:
    """Change a person's details or first day; what is the same already gives no event.

    Raises:
        ContactNotFound: the data was erased (404 `contact_not_found`).
        ContactDatesReversed: 422 `contact_dates_reversed`.
    """
    person = replace(person_of(contact), **changes)
    after = replace(contact, person=person, starts_on=starts_on or contact.starts_on)
    if after == contact:
        return contact, ()
    _require_order(after, "/starts_on")
    return _updated(after, author)


def end(
    contact: Contact, ends_on: date, author: Author
) -> tuple[Contact, tuple[ContactUpdatedV1, ...]]:
    """Set the last day in the role.

    Raises:
        ContactEnded: it has one (409 `contact_ended`).
        ContactNotFound: the data was erased (404 `contact_not_found`).
        ContactDatesReversed: 422 `contact_dates_reversed`.
    """
    person_of(contact)
    if contact.ends_on is not None:
        raise ContactEnded(f"The last day in the role is {contact.ends_on}.")
    after = replace(contact, ends_on=ends_on)
    _require_order(after, "/ends_on")
    return _updated(after, author)


def last_day_before(predecessor: Contact, starts_on: date) -> date:
    """Give a predecessor's last day when somebody else starts: the day before, in their time."""
    last_day = starts_on - timedelta(days=1)
    return max(last_day, predecessor.starts_on or last_day)


def hand_over(
    predecessor: Contact, successor_id: ContactId, ends_on: date, author: Author
) -> tuple[Contact, ContactHandedOverV1]:
    """Let a successor have what is open for a contact, who ends on that day or has ended before.

    Raises:
        ContactHandedOver: somebody has it already (409 `contact_handed_over`).
        ContactNotFound: the data was erased (404 `contact_not_found`).
        ContactDatesReversed: 422 `contact_dates_reversed`.
    """
    person_of(predecessor)
    if predecessor.successor_id is not None:
        raise ContactHandedOver(f"The successor is {predecessor.successor_id}.")
    ends_on = min(ends_on, predecessor.ends_on or ends_on)
    audit = continued(predecessor.audit, author)
    after = replace(predecessor, successor_id=successor_id, ends_on=ends_on, audit=audit)
    _require_order(after, "/ends_on")
    return after, ContactHandedOverV1(state=public(after))


def require_successor(predecessor: Contact, successor: Contact | None, ends_on: date) -> None:
    """Let pass another contact of the same city who is still in the role after that day.

    Raises:
        ContactSuccessorUnfit: 422 `contact_successor_unfit`.
    """
    if successor is None or successor.erased or successor.id == predecessor.id:
        raise ContactSuccessorUnfit
    if successor.city_id != predecessor.city_id:
        raise ContactSuccessorUnfit
    if successor.ends_on is not None and successor.ends_on <= ends_on:
        raise ContactSuccessorUnfit


def move(
    contact: Contact, city_id: CityId, author: Author
) -> tuple[Contact, tuple[ContactUpdatedV1, ...]]:
    """Let a person act for another record of the same city, after a merge of the two.

    Raises:
        ContactNotFound: the data was erased (404 `contact_not_found`).
    """
    person_of(contact)
    return _updated(replace(contact, city_id=city_id), author)


def erase(contact: Contact, author: Author) -> tuple[Contact, ContactErasedV1]:
    """Forget the person; what stays is that somebody was here, and the tombstone for the others.

    Raises:
        ContactNotFound: erased already (404 `contact_not_found`).
    """
    person_of(contact)
    audit = continued(contact.audit, author)
    gone = Contact(contact.id, contact.city_id, None, audit, erased=True, version=contact.version)
    return gone, ContactErasedV1(state=ContactState(id=contact.id))


def erase_again(contact: Contact, author: Author) -> tuple[Contact, ContactErasedV1]:
    """Say the tombstone of somebody who was erased once more, so that the topic forgets them.

    See `PERSONAL_SEGMENT_SECONDS`.
    """
    said = replace(contact, audit=continued(contact.audit, author))
    return said, ContactErasedV1(state=ContactState(id=contact.id))


def person_of(contact: Contact) -> Person:
    """Give the person.

    Raises:
        ContactNotFound: the data was erased (404 `contact_not_found`).
    """
    if contact.person is None:
        raise ContactNotFound
    return contact.person


def public(contact: Contact) -> ContactState:
    """Give what the services that write to people may know: personal data."""
    person = person_of(contact)
    return ContactState(
        id=contact.id,
        city_id=contact.city_id,
        name=person.name,
        email=person.email,
        role=person.role,
        language=person.language,
        time_zone=person.time_zone,
        starts_on=contact.starts_on,
        ends_on=contact.ends_on,
        predecessor_id=contact.predecessor_id,
        successor_id=contact.successor_id,
        illustrative=contact.illustrative,
    )


def _updated(contact: Contact, author: Author) -> tuple[Contact, tuple[ContactUpdatedV1, ...]]:
    after = replace(contact, audit=continued(contact.audit, author))
    return after, (ContactUpdatedV1(state=public(after)),)


def _require_order(contact: Contact, field: str) -> None:
    if contact.starts_on and contact.ends_on and contact.ends_on < contact.starts_on:
        raise ContactDatesReversed(field)
