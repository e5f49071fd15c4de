"""What the events service learns of cities, pairings and contacts, as copies of its own.

Promises that a late or repeated event changes nothing, that the topics may come in any order, and
that of an erased contact only the id is left.
"""

from collections.abc import Callable, Iterable
from typing import Any

from services.events.domain.states import CityCopy, ContactCopy, PairingCopy
from services.events.store import CITY_COPIES, CONTACT_COPIES, PAIRING_COPIES
from services.events.usecases.activities import learn_pairing
from shared.collection import Collection
from shared.consumer.batches import Group, On
from shared.contracts.event import Event
from shared.contracts.matching import PairingEvent
from shared.contracts.registry import CityEvent, ContactEvent
from shared.envelope import Message
from shared.ids import CityId, ContactId, PairingId
from shared.unit_of_work import Tx


async def copy_city(tx: Tx, message: Message[CityEvent]) -> None:
    """Keep a city's name, country and state."""
    city = message.event.state
    into = CityId(city.merged_into) if city.merged_into else None
    id_ = CityId(city.id)
    copy = CityCopy(id_, message.sequence, city.name, city.country, city.status, into)
    await tx.put_newer(CITY_COPIES, copy)


async def copy_pairing(tx: Tx, message: Message[PairingEvent]) -> None:
    """Keep a pairing's state; a dissolution flags the activities planned for it."""
    pairing = message.event.state
    id_ = PairingId(pairing.id)
    copy = PairingCopy(
        id_,
        message.sequence,
        pairing.status,
        pairing.dissolved_reason,
        city_ids=(pairing.eu_city_id, pairing.partner_city_id),
    )
    await learn_pairing(tx, copy)


async def copy_contact(tx: Tx, message: Message[ContactEvent]) -> None:
    """Keep a contact's name, or forget it."""
    contact, id_ = message.event.state, ContactId(message.event.subject)
    successor = ContactId(contact.successor_id) if contact.successor_id else None
    copy = ContactCopy(
        id_,
        message.sequence,
        contact.city_id,
        contact.name,
        contact.role,
        successor_id=successor,
    )
    if message.event.TOMBSTONE:
        copy = ContactCopy(id_, message.sequence, erased=True)
    await tx.put_newer(CONTACT_COPIES, copy)


def _own(
    collection: Collection[Any],
) -> Callable[[Message[Any]], Iterable[tuple[Collection[Any], str]]]:
    """Say that a handler reads the copy of the event's own aggregate."""

    def reads(message: Message[Event]) -> Iterable[tuple[Collection[Any], str]]:
        return ((collection, message.event.subject),)

    return reads


GROUPS: tuple[Group, ...] = (
    Group(
        "events",
        {
            CityEvent: On(copy_city, _own(CITY_COPIES)),
            PairingEvent: On(copy_pairing, _own(PAIRING_COPIES)),
            ContactEvent: On(copy_contact, _own(CONTACT_COPIES)),
        },
    ),
)
