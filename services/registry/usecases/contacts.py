"""People in roles for cities: appointed, followed by successors, ended, and erased on request."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.registry.domain import contacts as rules
from services.registry.domain.contacts import Contact, Person, PersonChanges
from services.registry.errors import ContactNotFound, ContactPredecessorUnknown
from services.registry.store import CONTACTS, ERASURES, Erasure
from services.registry.usecases.cities import registered_city
from services.registry.usecases.erasures import REPEATED_AFTER
from services.registry.usecases.turns import author_of, contacts_turn, take_turn
from shared.auth.principal import Principal, require_city
from shared.ids import CityId, ContactId, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who takes up which role, from which day, and whose open tasks they inherit."""

    person: Person
    starts_on: date | None = None
    ends_on: date | None = None
    predecessor_id: ContactId | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """To whom, a contact or somebody new, and after which last day; today unless given."""

    successor: ContactId | Person
    ends_on: date | None = None


async def appoint_contact(
    tx: Tx, who: Principal, city_id: CityId, appointment: Appointment
) -> Contact:
    """Let a person take up a role for a city; a predecessor hands over the day before.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityWithdrawn: 409.
        ContactDatesReversed, ContactPredecessorUnknown: 422.
    """
    require_city(who, city_id)
    await registered_city(tx, city_id)
    await take_turn(tx, contacts_turn(city_id))
    author = author_of(tx, who)
    begun = rules.new_contact(ContactId(new_id("con")), city_id, appointment.person, author)
    starts_on = appointment.starts_on or author.at.date()
    if appointment.predecessor_id is not None:
        before = await tx.get(CONTACTS, appointment.predecessor_id)
        if before is None or before.erased or before.city_id != city_id:
            raise ContactPredecessorUnknown
        if before.successor_id is None:
            last_day = rules.last_day_before(before, starts_on)
            tx.save(CONTACTS, *rules.hand_over(before, begun.id, last_day, author))
    contact, event = rules.appoint(
        replace(
            begun,
            starts_on=starts_on,
            ends_on=appointment.ends_on,
            predecessor_id=appointment.predecessor_id,
            illustrative=appointment.illustrative,
        )
    )
    return tx.save(CONTACTS, contact, event)


async def update_contact(
    tx: Tx,
    who: Principal,
    key: tuple[CityId, ContactId, int],
    changes: PersonChanges,
    starts_on: date | None,
) -> Contact:
    """Correct a person's details or first day; `key` is city, contact and version.

    Raises:
        Forbidden: 403. ContactNotFound: 404. StaleVersion: 412. ContactDatesReversed: 422.
    """
    contact = await _load(tx, who, key)
    after, events = rules.revise(contact, changes, starts_on, author_of(tx, who))
    return tx.save(CONTACTS, after, *events)


async def end_contact(
    tx: Tx, who: Principal, key: tuple[CityId, ContactId, int], ends_on: date | None
) -> Contact:
    """Set the last day in the role, today if none is given; `key` as in `update_contact`.

    Raises:
        Forbidden: 403. ContactNotFound: 404. ContactEnded: 409. StaleVersion: 412.
        ContactDatesReversed: 422.
    """
    contact = await _load(tx, who, key)
    author = author_of(tx, who)
    after, events = rules.end(contact, ends_on or author.at.date(), author)
    return tx.save(CONTACTS, after, *events)


async def hand_over_contact(
    tx: Tx, who: Principal, key: tuple[CityId, ContactId, int], to: HandOver
) -> Contact:
    """Let a successor, one who is there or a new one, have what is open; `key` as above.

    Gives the predecessor. A new successor starts on the day after unless they say otherwise.

    Raises:
        Forbidden: 403. ContactNotFound: 404. ContactHandedOver: 409. StaleVersion: 412.
        ContactDatesReversed, ContactSuccessorUnfit: 422. CityWithdrawn: 409.
    """
    contact = await _load(tx, who, key)
    await registered_city(tx, contact.city_id)
    await take_turn(tx, contacts_turn(contact.city_id))
    author = author_of(tx, who)
    ends_on = to.ends_on or contact.ends_on or author.at.date()
    if isinstance(to.successor, Person):
        id_ = ContactId(new_id("con"))
        begun = rules.new_contact(id_, contact.city_id, to.successor, author)
        after = min(ends_on, contact.ends_on or ends_on) + timedelta(days=1)
        illustrative = contact.illustrative
        begun = replace(begun, starts_on=after, illustrative=illustrative)
        tx.save(CONTACTS, *rules.appoint(replace(begun, predecessor_id=contact.id)))
    else:
        id_ = to.successor
        rules.require_successor(contact, await tx.get(CONTACTS, id_), ends_on)
    return tx.save(CONTACTS, *rules.hand_over(contact, id_, ends_on, author))


async def erase_contact(tx: Tx, who: Principal, key: tuple[CityId, ContactId, int]) -> Contact:
    """Erase a person's data here and, by a tombstone, everywhere; `key` as in `update_contact`.

    Raises:
        Forbidden: 403. ContactNotFound: 404. StaleVersion: 412.
    """
    contact = await _load(tx, who, key)
    after, event = rules.erase(contact, author_of(tx, who))
    tx.put(ERASURES, Erasure(after.id, tx.now + REPEATED_AFTER))
    return tx.save(CONTACTS, after, event)


async def _load(tx: Tx, who: Principal, key: tuple[CityId, ContactId, int]) -> Contact:
    city_id, contact_id, version = key
    require_city(who, city_id)
    contact = await tx.get(CONTACTS, contact_id)
    if contact is None or contact.erased or contact.city_id != city_id:
        raise ContactNotFound
    require_version(contact.version, version)
    return contact
