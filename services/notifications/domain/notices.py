"""Notices to cities, and the e-mails that they become.

Life of an e-mail: waiting (for something not yet known) → pending → sent, failed or cancelled.
Promises: one e-mail per event and contact, since its id is made of both.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.ids import EmailId

MAX_EVENT_AGE = timedelta(days=7)
"""Older news is not written about: a copy that is rebuilt from the topics must not send a quarter's
e-mails again, and an outage never lasts that long."""

NOTICE_OPEN = timedelta(days=1)
"""How long a notice to a city reaches contacts that become known after it. One that awaits an
answer stays open until the answer, so that a successor is asked too."""

OVERDUE_AFTER = timedelta(minutes=15)
"""A topic that is this late has stopped: operators should look at e-mails that wait longer."""


class Kind(StrEnum):
    """What an e-mail is about; each has a template per language."""

    PAIRING_PROPOSED = "pairing_proposed"
    PAIRING_ACTIVATED = "pairing_activated"
    PAIRING_REMINDED = "pairing_reminded"
    PAIRING_LAPSED = "pairing_lapsed"
    PAIRING_REPLACED = "pairing_replaced"
    ACTION_REMINDED = "action_reminded"
    INVITATION = "invitation"
    ACTIVITY_UPDATED = "activity_updated"
    ACTIVITY_CANCELLED = "activity_cancelled"


ASKING = (Kind.PAIRING_PROPOSED, Kind.PAIRING_REMINDED)
"""What is no longer asked once a pairing is decided."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a notice says of a date: the day, to its end, and the zone in which it is meant."""

    on: date
    time_zone: str | None = None


class EmailStatus(StrEnum):
    """Where an e-mail stands."""

    WAITING = "waiting"
    """For what ``waits_for`` names."""
    PENDING = "pending"
    """Due at ``next_attempt_at``."""
    SENT = "sent"
    """Taken by the mail server."""
    FAILED = "failed"
    """Given up; ``problem`` says why."""
    CANCELLED = "cancelled"
    """No longer true or wanted; ``problem`` says why."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the contacts of a city are to be told."""

    event_id: str
    kind: Kind
    about: str
    """Id of the pairing or of the action."""
    city_ids: tuple[str, ...]
    """The cities it speaks of, the EU city first."""
    closes_at: datetime | None
    """Contacts that come later are not told; None while an answer is awaited."""
    told: bool = False
    due: Due | None = None
    title: str | None = None
    """Of the action."""


@dataclass(frozen=True, slots=True)
class Email:
    """One e-mail to one person; personal once it is sent, blank again after an erasure."""

    id: EmailId
    kind: Kind
    event_id: str
    about: str
    """Id of the pairing, of the activity or of the action."""
    city_ids: tuple[str, ...]
    contact_id: str | None
    """None: nobody is known for the city that ``waits_for`` names."""
    created_at: datetime
    next_attempt_at: datetime
    activity_id: str | None = None
    status: EmailStatus = EmailStatus.PENDING
    waits_for: str | None = None
    problem: str | None = None
    tries: int = 0
    claim: str = ""
    language: str | None = None
    recipient: str | None = None
    subject: str | None = None
    text: str | None = None
    sent_at: datetime | None = None
    not_before: datetime | None = None
    """When the person begins, if they are told what their predecessor was."""
    due: Due | None = None
    title: str | None = None
    """Of the action."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Give the ids of the copies that must be there before it can be written."""
        wanted = (self.contact_id, *self.city_ids, self.activity_id)
        return tuple(id_ for id_ in wanted if id_ is not None)

    def overdue(self, now: datetime) -> bool:
        """Tell whether it has waited too long for something."""
        return self.status is EmailStatus.WAITING and now - self.created_at > OVERDUE_AFTER


def email_id(event_id: str, contact_id: str) -> EmailId:
    """Give the one id that an e-mail of this event to this contact can have."""
    digest = hashlib.sha256(f"{event_id}/{contact_id}".encode()).hexdigest()
    return EmailId(f"eml_{digest[:32]}")


def email_of(notice: Notice, contact_id: str, now: datetime) -> Email:
    """Give the e-mail of a notice to one contact."""
    return Email(
        id=email_id(notice.event_id, contact_id),
        kind=notice.kind,
        event_id=notice.event_id,
        about=notice.about,
        city_ids=notice.city_ids,
        contact_id=contact_id,
        created_at=now,
        next_attempt_at=now,
        due=notice.due,
        title=notice.title,
    )


def nobody_known(notice: Notice, city_id: str, now: datetime) -> Email:
    """Give the row that shows operators a notice for which a city has no contact."""
    blank = email_of(notice, city_id, now)
    return replace(
        blank,
        contact_id=None,
        status=EmailStatus.WAITING,
        waits_for=city_id,
        problem="city_without_contact",
    )


def waiting_for(email: Email, id_: str) -> Email:
    """Put it off until the copy of that id is there."""
    return replace(email, status=EmailStatus.WAITING, waits_for=id_)


def ready(email: Email, now: datetime) -> Email:
    """Make it due: all it needs is known."""
    due = max(now, email.not_before or now)
    return replace(email, status=EmailStatus.PENDING, waits_for=None, next_attempt_at=due)


def cancelled(email: Email, problem: str) -> Email:
    """Give it up because it is no longer true or wanted; what is finished stays as it is."""
    if email.status not in (EmailStatus.WAITING, EmailStatus.PENDING):
        return email
    status = EmailStatus.CANCELLED
    return replace(email, status=status, problem=problem, waits_for=None, claim="")


def inherited(email: Email, successor_id: str, begins_at: datetime, now: datetime) -> Email:
    """Give the same e-mail to who took the person's place, from the moment when they begin."""
    return replace(
        email,
        id=email_id(email.event_id, successor_id),
        contact_id=successor_id,
        created_at=now,
        next_attempt_at=now,
        not_before=begins_at,
        status=EmailStatus.PENDING,
        waits_for=None,
        problem=None,
        tries=0,
        claim="",
    )


def erased(email: Email) -> Email:
    """Forget the person: what was sent when stays, to whom and in which words goes."""
    return replace(
        cancelled(email, "contact_erased"), recipient=None, subject=None, text=None, language=None
    )


def claimed(email: Email, claim: str, until: datetime) -> Email:
    """Take it for oneself until a moment; then it is due again for everybody."""
    return replace(email, claim=claim, next_attempt_at=until)


def put_off(email: Email, problem: str, now: datetime, schedule: Sequence[float]) -> Email:
    """Give what it becomes by a try that may succeed later; failed after the whole schedule."""
    tries = email.tries + 1
    tried = replace(email, tries=tries, claim="", problem=problem)
    if tries > len(schedule):
        return replace(tried, status=EmailStatus.FAILED)
    return replace(tried, next_attempt_at=now + timedelta(seconds=schedule[tries - 1]))


def failed(email: Email, problem: str) -> Email:
    """Give it up because the mail server will never take it."""
    status = EmailStatus.FAILED
    return replace(email, status=status, tries=email.tries + 1, claim="", problem=problem)


def open_notices(notices: Sequence[Notice], now: datetime) -> tuple[Notice, ...]:
    """Give those that still reach contacts who become known; one nobody was told stays open."""
    return tuple(
        each for each in notices if not each.told or each.closes_at is None or now <= each.closes_at
    )
