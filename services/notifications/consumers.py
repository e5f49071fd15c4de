"""What notifications does with other services' events: copies, e-mails, and the partners' feed.

Two groups, so that neither waits for the other: `notifications` writes to people,
`notifications.feed` tells partner integrations. Handlers have no effect but through ``tx``.
"""

from collections.abc import Iterable
from typing import Any

from services.notifications.domain.copies import (
    ActivityCopy,
    CityCopy,
    ContactCopy,
    DelegationCopy,
)
from services.notifications.domain.feed import COUNTER, FEED_TYPES
from services.notifications.domain.news import city_notice, delegate_kind, told_cities
from services.notifications.domain.notices import ASKING, Kind
from services.notifications.store.feed import COUNTERS, FEED, ROUTES
from services.notifications.store.people import (
    ACTIVITY_COPIES,
    CITY_COPIES,
    CONTACT_COPIES,
    DELEGATION_COPIES,
    ROSTERS,
    confirmed_delegations,
)
from services.notifications.usecases import emails, feed, merges
from services.notifications.usecases.emails import Invitation
from shared.collection import Collection
from shared.consumer.batches import Group, On, Reads
from shared.contracts.catalogue import TYPES
from shared.contracts.event import Event
from shared.contracts.events import (
    ActivityEvent,
    DelegationConfirmedV1,
    DelegationEvent,
)
from shared.contracts.matching import (
    ActionRemindedV1,
    PairingAcceptedV1,
    PairingEvent,
    PairingProposedV1,
    PairingRemindedV1,
)
from shared.contracts.registry import CityEvent, ContactErasedV1, ContactEvent
from shared.envelope import Message
from shared.unit_of_work import Tx


async def copy_city(tx: Tx, message: Message[CityEvent]) -> None:
    """Keep a city's name, complete what waited for it, and follow its merges."""
    state = message.event.state
    known = await tx.get(CITY_COPIES, state.id)
    copy = CityCopy(state.id, message.sequence, state.name, state.merged_into)
    if await tx.put_newer(CITY_COPIES, copy):
        await emails.resume(tx, known.waiting if known is not None else ())
        await merges.follow_merge(tx, known, copy)


async def copy_contact(tx: Tx, message: Message[ContactEvent]) -> None:
    """Keep a contact, tell them what is open in their city, and complete what waited for them."""
    state = message.event.state
    known = await tx.get(CONTACT_COPIES, state.id)
    copy = ContactCopy(
        id=state.id,
        version=message.sequence,
        city_id=state.city_id,
        name=state.name,
        email=state.email,
        role=state.role,
        language=state.language,
        starts_on=state.starts_on,
        ends_on=state.ends_on,
        successor_id=state.successor_id,
    )
    if not await tx.put_newer(CONTACT_COPIES, copy):
        return
    if known is not None and known.city_id and known.city_id != copy.city_id:
        await emails.strike(tx, copy.id, known.city_id)
    await emails.enrol(tx, copy)
    if copy.successor_id is not None and (known is None or known.successor_id is None):
        await emails.hand_over(tx, copy, copy.successor_id)
    await emails.resume(tx, known.waiting if known is not None else ())


async def forget_contact(tx: Tx, message: Message[ContactErasedV1]) -> None:
    """Forget a person: copy, place on the roster, and what was written to them."""
    id_ = message.event.subject
    known = await tx.get(CONTACT_COPIES, id_)
    blank = ContactCopy(id_, message.sequence, erased=True)
    if await tx.put_newer(CONTACT_COPIES, blank):
        if known is not None and known.city_id:
            await emails.strike(tx, id_, known.city_id)
        await emails.forget(tx, id_)


async def follow_pairing(tx: Tx, message: Message[PairingEvent]) -> None:
    """Ask cities for their answer, tell them the outcome, stop asking once it is decided."""
    event, state = message.event, message.event.state
    if not isinstance(event, PairingProposedV1 | PairingAcceptedV1 | PairingRemindedV1):
        for city_id in (state.eu_city_id, state.partner_city_id):
            for kind in ASKING:
                await emails.withdraw(tx, state.id, city_id, kind)
    notice = city_notice(event, message.envelope.id, tx.now)
    if notice is not None and emails.worth_writing(message.envelope.time, tx.now):
        for city_id in told_cities(event):
            await emails.tell_city(tx, notice, city_id)


async def remind_owner(tx: Tx, message: Message[ActionRemindedV1]) -> None:
    """Tell the city that owns an action that it is due soon."""
    notice = city_notice(message.event, message.envelope.id, tx.now)
    if notice is not None and emails.worth_writing(message.envelope.time, tx.now):
        await emails.tell_city(tx, notice, message.event.state.owner_city_id)


async def copy_activity(tx: Tx, message: Message[ActivityEvent]) -> None:
    """Keep an activity, complete what waited for it, and tell its confirmed delegates."""
    state = message.event.state
    known = await tx.get(ACTIVITY_COPIES, state.id)
    copy = ActivityCopy(
        id=state.id,
        version=message.sequence,
        title=state.title,
        status=state.status,
        starts_at=state.starts_at,
        ends_at=state.ends_at,
        time_zone=state.time_zone,
        place=state.place,
        calendar=state.calendar,
        cancelled_reason=state.cancelled_reason,
    )
    if not await tx.put_newer(ACTIVITY_COPIES, copy):
        return
    await emails.resume(tx, known.waiting if known is not None else ())
    kind = delegate_kind(message.event)
    if kind is not None and emails.worth_writing(message.envelope.time, tx.now):
        for delegation in await confirmed_delegations(tx, state.id):
            news = Invitation(kind, message.envelope.id, state.id, delegation.city_id)
            await emails.tell_delegates(tx, news, delegation.contact_ids)


async def copy_delegation(tx: Tx, message: Message[DelegationEvent]) -> None:
    """Keep who comes to an activity; invite them once their city has confirmed, later ones too."""
    state = message.event.state
    contact_ids = tuple(each.contact_id for each in state.delegates if each.contact_id)
    copy = DelegationCopy(
        id=state.id,
        version=message.sequence,
        activity_id=state.activity_id,
        city_id=state.city_id,
        status=state.status,
        contact_ids=contact_ids,
    )
    known = await tx.get(DELEGATION_COPIES, state.id)
    if not await tx.put_newer(DELEGATION_COPIES, copy) or copy.status != "confirmed":
        return
    if known is not None and not isinstance(message.event, DelegationConfirmedV1):
        contact_ids = tuple(each for each in contact_ids if each not in known.contact_ids)
    if emails.worth_writing(message.envelope.time, tx.now):
        news = Invitation(Kind.INVITATION, message.envelope.id, state.activity_id, state.city_id)
        await emails.tell_delegates(tx, news, contact_ids)


async def append_to_feed(tx: Tx, message: Message[Event]) -> None:
    """Give an event its position in the partners' feed, and a delivery per endpoint."""
    await feed.append(tx, message.envelope)


def _reads(collection: Collection[Any]) -> Reads:
    return lambda message: ((collection, message.event.subject),)


def _contact_reads(message: Message[ContactEvent]) -> Iterable[tuple[Collection[Any], str]]:
    state = message.event.state
    yield CONTACT_COPIES, state.id
    if state.city_id:
        yield ROSTERS, state.city_id


def _pairing_reads(message: Message[PairingEvent]) -> Iterable[tuple[Collection[Any], str]]:
    yield ROSTERS, message.event.state.eu_city_id
    yield ROSTERS, message.event.state.partner_city_id


def _owner_reads(message: Message[ActionRemindedV1]) -> Iterable[tuple[Collection[Any], str]]:
    yield ROSTERS, message.event.state.owner_city_id


def _feed_reads(message: Message[Event]) -> Iterable[tuple[Collection[Any], str]]:
    yield COUNTERS, COUNTER
    yield FEED, message.envelope.id
    yield ROUTES, message.envelope.type


GROUPS: tuple[Group, ...] = (
    Group(
        "notifications",
        {
            CityEvent: On(copy_city, _reads(CITY_COPIES)),
            ContactEvent: On(copy_contact, _contact_reads),
            ContactErasedV1: On(forget_contact, _reads(CONTACT_COPIES)),
            PairingEvent: On(follow_pairing, _pairing_reads),
            ActionRemindedV1: On(remind_owner, _owner_reads),
            ActivityEvent: On(copy_activity, _reads(ACTIVITY_COPIES)),
            DelegationEvent: On(copy_delegation, _reads(DELEGATION_COPIES)),
        },
    ),
    Group(
        "notifications.feed",
        {TYPES[name]: On(append_to_feed, _feed_reads) for name in sorted(FEED_TYPES)},
        parallel=1,
    ),
)
"""What `main.py` runs. Appends to the feed take turns anyway: more at once would only conflict."""
