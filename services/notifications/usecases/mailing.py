"""Claiming e-mails and recording what came of them; between the two a process may die."""

from collections.abc import Sequence
from datetime import timedelta

from services.notifications.domain import notices
from services.notifications.domain.copies import ContactCopy
from services.notifications.domain.letters import Letter, Outcome, sent
from services.notifications.domain.notices import Email, EmailStatus
from services.notifications.store.people import (
    ACTIVITY_COPIES,
    CITY_COPIES,
    CONTACT_COPIES,
    EMAILS,
    due_emails,
)
from services.notifications.usecases.standing import standing_city
from shared.unit_of_work import Tx


async def claim_due(tx: Tx, name: str, lease: timedelta, limit: int) -> list[Letter]:
    """Take e-mails that are due; those that must not be sent any more are cancelled instead."""
    due = await due_emails(tx, tx.now, limit)
    await tx.prefetch(CONTACT_COPIES, [each.contact_id for each in due if each.contact_id])
    await tx.prefetch(CITY_COPIES, [city_id for each in due for city_id in each.city_ids])
    await tx.prefetch(ACTIVITY_COPIES, [each.activity_id for each in due if each.activity_id])
    letters: list[Letter] = []
    for email in due:
        letter = await _letter(tx, notices.claimed(email, name, tx.now + lease))
        obstacle = letter.obstacle(tx.now)
        if obstacle is None:
            letters.append(letter)
            tx.put(EMAILS, letter.email)
        else:
            tx.put(EMAILS, notices.cancelled(email, obstacle))
    return letters


async def record(
    tx: Tx, email: Email, outcome: Outcome, schedule: Sequence[float]
) -> EmailStatus | None:
    """Keep what came of a try; None when the claim was lost meanwhile.

    A person who was erased while the mail server had the e-mail is not written down again.
    """
    current = await tx.get(EMAILS, email.id)
    if current is None or (current.claim != email.claim and current.problem != "contact_erased"):
        return None
    result = _result(current, outcome, tx, schedule)
    contact = await tx.get(CONTACT_COPIES, email.contact_id or "")
    if contact is None or contact.erased:
        result = notices.erased(result)
    tx.put(EMAILS, result)
    return result.status


def _result(current: Email, outcome: Outcome, tx: Tx, schedule: Sequence[float]) -> Email:
    if outcome.problem is None:
        return sent(current, outcome.written, tx.now)
    if outcome.permanent:
        return notices.failed(current, outcome.problem)
    return notices.put_off(current, outcome.problem, tx.now, schedule)


async def _letter(tx: Tx, email: Email) -> Letter:
    """Put together what is known now; a contact who is not known is an obstacle."""
    contact = await tx.get(CONTACT_COPIES, email.contact_id or "")
    cities = [await standing_city(tx, id_) for id_ in email.city_ids]
    activity = await tx.get(ACTIVITY_COPIES, email.activity_id) if email.activity_id else None
    known = tuple(city for city in cities if city.version)
    return Letter(email, contact or ContactCopy(email.contact_id or ""), known, activity)
