"""Notices and e-mails: made when something happens, completed when what they need is known.

Promises: nothing is lost because one topic is behind another, and nobody is written to twice about
one event: an e-mail's id is made of both.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from services.notifications.domain import notices
from services.notifications.domain.copies import ActivityCopy, CityCopy, ContactCopy, Roster
from services.notifications.domain.notices import Email, Kind, Notice
from services.notifications.store.people import (
    ACTIVITY_COPIES,
    CITY_COPIES,
    CONTACT_COPIES,
    EMAILS,
    ROSTERS,
    emails_to,
)
from services.notifications.usecases.standing import standing_city
from shared.collection import Collection
from shared.ids import EmailId
from shared.unit_of_work import Tx

MAX_SUCCESSORS = 5
"""How many hand-overs are followed from a delegate on, within one activity's life."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """News about an activity for the delegates of one city."""

    kind: Kind
    event_id: str
    activity_id: str
    city_id: str


async def tell_city(tx: Tx, notice: Notice, city_id: str) -> None:
    """Write to a city's contacts, and keep the notice for those who become known."""
    city_id = (await standing_city(tx, city_id)).id
    roster = await tx.get(ROSTERS, city_id) or Roster(city_id)
    await tx.prefetch(CONTACT_COPIES, roster.contact_ids)
    told = False
    for contact_id in roster.contact_ids:
        contact = await tx.get(CONTACT_COPIES, contact_id)
        if contact is not None and contact.in_role(tx.now.date()):
            await _write(tx, notices.email_of(notice, contact_id, tx.now))
            told = True
    if not told:
        tx.put(EMAILS, notices.nobody_known(notice, city_id, tx.now))
    kept = notices.open_notices(roster.notices, tx.now)
    tx.put(ROSTERS, replace(roster, notices=(*kept, replace(notice, told=told))))


async def withdraw(tx: Tx, pairing_id: str, city_id: str, kind: Kind) -> None:
    """End a notice to a city: its question is answered or no longer asked."""
    city_id = (await standing_city(tx, city_id)).id
    roster = await tx.get(ROSTERS, city_id)
    ended = [each for each in roster.notices if _same(each, pairing_id, kind)] if roster else []
    if roster is None or not ended:
        return
    kept = tuple(each for each in roster.notices if each not in ended)
    tx.put(ROSTERS, replace(roster, notices=kept))
    for notice in ended:
        ids = (city_id, *roster.contact_ids)
        for id_ in ids:
            await _cancel(tx, notices.email_id(notice.event_id, id_), "no_longer_open")


async def enrol(tx: Tx, contact: ContactCopy) -> None:
    """Put a contact on the city's roster, and tell them what is still open there."""
    roster = await tx.get(ROSTERS, contact.city_id) or Roster(contact.city_id)
    ids = tuple(dict.fromkeys((*roster.contact_ids, contact.id)))
    pending = notices.open_notices(roster.notices, tx.now)
    if contact.in_role(tx.now.date()):
        for notice in pending:
            await _write(tx, notices.email_of(notice, contact.id, tx.now))
            if not notice.told:
                tx.delete(EMAILS, notices.email_id(notice.event_id, roster.id))
        pending = tuple(replace(each, told=True) for each in pending)
    tx.put(ROSTERS, replace(roster, contact_ids=ids, notices=pending))


async def strike(tx: Tx, contact_id: str, city_id: str) -> None:
    """Take a contact off a city's roster."""
    roster = await tx.get(ROSTERS, city_id)
    if roster is not None:
        kept = tuple(each for each in roster.contact_ids if each != contact_id)
        tx.put(ROSTERS, replace(roster, contact_ids=kept))


async def hand_over(tx: Tx, contact: ContactCopy, successor_id: str) -> None:
    """Tell a successor what is open: answers that are awaited, and what was not sent yet.

    What was sent and asks for nothing stays with whom it was sent to.
    """
    roster = await tx.get(ROSTERS, contact.city_id) or Roster(contact.city_id)
    begins_at = tx.now
    if contact.ends_on is not None:
        day_after = datetime.combine(contact.ends_on, time.min, UTC) + timedelta(days=1)
        begins_at = max(begins_at, day_after)
    ids = tuple(dict.fromkeys((*roster.contact_ids, successor_id)))
    tx.put(ROSTERS, replace(roster, contact_ids=ids))  # so that an answer ends their e-mail too
    awaited = [each for each in roster.notices if each.closes_at is None]
    for notice in awaited:
        asked = notices.email_of(notice, contact.id, tx.now)
        await _write(tx, notices.inherited(asked, successor_id, begins_at, tx.now))
    for email in await emails_to(tx, contact.id):
        if notices.cancelled(email, "handed_over") is not email:
            await _write(tx, notices.inherited(email, successor_id, begins_at, tx.now))
            tx.put(EMAILS, notices.cancelled(email, "handed_over"))


async def forget(tx: Tx, contact_id: str) -> None:
    """Blank everything that was written to a person who was erased."""
    for email in await emails_to(tx, contact_id):
        tx.put(EMAILS, notices.erased(email))


async def tell_delegates(tx: Tx, news: Invitation, contact_ids: Iterable[str]) -> None:
    """Write to delegates, each once; who or what is not known yet is waited for.

    Whoever took a delegate's place in the role is written to instead.
    """
    for delegate_id in contact_ids:
        contact_id = await _now_in_role(tx, delegate_id)
        email = Email(
            id=notices.email_id(news.event_id, contact_id),
            kind=news.kind,
            event_id=news.event_id,
            about=news.activity_id,
            city_ids=(news.city_id,),
            contact_id=contact_id,
            created_at=tx.now,
            next_attempt_at=tx.now,
            activity_id=news.activity_id,
        )
        await _write(tx, email)


async def resume(tx: Tx, email_ids: Iterable[str]) -> None:
    """Complete e-mails that waited for something that is known now."""
    for id_ in email_ids:
        email = await tx.get(EMAILS, id_)
        if email is not None and email.status is notices.EmailStatus.WAITING:
            await _settle(tx, email)


def worth_writing(time: datetime, now: datetime) -> bool:
    """Tell whether an event is recent enough to write about it."""
    return now - time <= notices.MAX_EVENT_AGE


async def _now_in_role(tx: Tx, contact_id: str) -> str:
    """Give who has the tasks of a contact today: themselves, or who followed, one after another."""
    for _ in range(MAX_SUCCESSORS):
        contact = await tx.get(CONTACT_COPIES, contact_id)
        if contact is None or contact.successor_id is None or contact.in_role(tx.now.date()):
            break
        contact_id = contact.successor_id
    return contact_id


async def _write(tx: Tx, email: Email) -> None:
    if await tx.get(EMAILS, email.id) is None:
        await _settle(tx, email)


async def _settle(tx: Tx, email: Email) -> None:
    for id_ in email.needs:
        collection, kind = _COPIES[id_[:3]]
        copy = await tx.get(collection, id_) or kind(id_)
        if copy.version == 0:
            waiting = tuple(dict.fromkeys((*copy.waiting, email.id)))
            tx.put(collection, replace(copy, waiting=waiting))
            tx.put(EMAILS, notices.waiting_for(email, id_))
            return
    tx.put(EMAILS, notices.ready(email, tx.now))


async def _cancel(tx: Tx, id_: EmailId, problem: str) -> None:
    email = await tx.get(EMAILS, id_)
    if email is not None:
        tx.put(EMAILS, notices.cancelled(email, problem))


def _same(notice: Notice, pairing_id: str, kind: Kind) -> bool:
    return notice.about == pairing_id and notice.kind is kind


_COPIES: dict[str, tuple[Collection[Any], type[Any]]] = {
    "con": (CONTACT_COPIES, ContactCopy),
    "cty": (CITY_COPIES, CityCopy),
    "act": (ACTIVITY_COPIES, ActivityCopy),
}
"""What an id names, by its prefix, and the copy that stands for one not known yet."""
