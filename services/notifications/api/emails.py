"""Routes of e-mails: who was told what and when. To whom, and in which words, officers see only."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.notifications.api.listing import Pages
from services.notifications.domain.notices import Email, EmailStatus, Kind
from services.notifications.errors import EmailNotFound
from services.notifications.store.people import EMAILS, EmailFilter, list_emails
from shared.auth import OfficerOrOperator, Principal, Role
from shared.commands import Database
from shared.errors import FieldError, InvalidInput
from shared.ids import ContactRef, EmailRef
from shared.paging import Page
from shared.web import Output

ROUTER = APIRouter(prefix="/v1/emails", tags=["emails"])

About = Annotated[str, Query(pattern="^(pai|act)_[0-9a-f]{32}$")]


class EmailOut(Output):
    """One e-mail to one person."""

    id: EmailRef
    kind: Kind
    status: EmailStatus
    event_id: str
    about: str
    """Id of the pairing or the activity."""
    contact_id: str | None
    waits_for: str | None
    """Id of what is not known yet; of a city: nobody is known there to write to."""
    overdue: bool
    """Whether it has waited for more than 15 minutes."""
    problem: str | None
    tries: int
    created_at: datetime
    sent_at: datetime | None
    language: str | None
    recipient: str | None
    """Officers only."""
    subject: str | None
    """Officers only."""
    text: str | None
    """Officers only."""


async def email_filter(
    status: EmailStatus | None = None,
    contact_id: Annotated[ContactRef | None, Query()] = None,
    about: About | None = None,
) -> EmailFilter:
    """Read which e-mails are asked for.

    Raises:
        InvalidInput: 422 `input_invalid`: more than one filter.
    """
    if sum(each is not None for each in (status, contact_id, about)) > 1:
        message = "give only one of status, contact_id and about"
        raise InvalidInput(errors=[FieldError("status", "too_many_filters", message)])
    return EmailFilter(status, contact_id, about)


Wanted = Annotated[EmailFilter, Depends(email_filter)]


@ROUTER.get("")
async def get_emails(
    who: OfficerOrOperator, mongo: Database, page: Pages, wanted: Wanted
) -> Page[EmailOut]:
    """List e-mails, newest first; at most one of `status`, `contact_id` and `about`."""
    rows, following = await list_emails(mongo, wanted, page.limit, page.cursor)
    now = mongo.clock.now()
    return Page[EmailOut](items=[_shown(row, who, now) for row in rows], next=following)


@ROUTER.get("/{email_id}")
async def get_email(email_id: EmailRef, who: OfficerOrOperator, mongo: Database) -> EmailOut:
    """Show an e-mail."""
    email = await mongo.get(EMAILS, email_id)
    if email is None:
        raise EmailNotFound
    return _shown(email, who, mongo.clock.now())


def _shown(email: Email, who: Principal, now: datetime) -> EmailOut:
    officer = Role.OFFICER in who.roles
    return EmailOut(
        id=email.id,
        kind=email.kind,
        status=email.status,
        event_id=email.event_id,
        about=email.about,
        contact_id=email.contact_id,
        waits_for=email.waits_for,
        overdue=email.overdue(now),
        problem=email.problem,
        tries=email.tries,
        created_at=email.created_at,
        sent_at=email.sent_at,
        language=email.language,
        recipient=email.recipient if officer else None,
        subject=email.subject if officer else None,
        text=email.text if officer else None,
    )
