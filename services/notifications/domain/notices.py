"""Who is told what: the rules from events to notices, and the e-mails that notices become.

Life of an e-mail: waiting (for something not yet known) → pending → sent, failed or cancelled.
Promises: one e-mail per event and contact, since its id is made of both.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.contracts.event import Event
from shared.contracts.events import ActivityCancelledV1, ActivityUpdatedV1
from shared.contracts.matching import PairingActivatedV1, PairingProposedV1
from shared.ids import EmailId

MAX_EVENT_AGE = timedelta(days=7)
"""Older news is not written about: a copy that is rebuilt from the topics must not send a quarter's
e-mails again, and an outage never lasts that long."""

NOTICE_OPEN = timedelta(days=1)
"""How long a notice to a city reaches contacts that become known after it. One that awaits an
answer stays open until the answer, so that a successor is asked too."""

OVERDUE_AFTER = timedelta(minutes=15)
"""A topic that is this late has stopped: operators should look at e-mails that wait longer."""

_WORTH_TELLING = frozenset({"title", "starts_at", "ends_at", "time_zone", "place", "agenda"})


class Kind(StrEnum):
    """What an e-mail is about; each has a template per language."""

    PAIRING_PROPOSED = "pairing_proposed"
    PAIRING_ACTIVATED = "pairing_activated"
    INVITATION = "invitation"
    ACTIVITY_UPDATED = "activity_updated"
    ACTIVITY_CANCELLED = "activity_cancelled"


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
    """Id of the pairing."""
    city_ids: tuple[str, ...]
    """The cities it speaks of, the EU city first."""
    closes_at: datetime | None
    """Contacts that come later are not told; None while an answer is awaited."""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Email:
    """One e-mail to one person; personal once it is sent, blank again after an erasure."""

    id: EmailId
    kind: Kind
    event_id: str
    about: str
    """Id of the pairing or of the activity."""
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


def city_notice(event: Event, event_id: str, now: datetime) -> Notice | None:
    """Give what both cities' contacts are to be told of an event of a pairing, or None."""
    if isinstance(event, PairingProposedV1):
        kind, closes_at = Kind.PAIRING_PROPOSED, None
    elif isinstance(event, PairingActivatedV1):
        kind, closes_at = Kind.PAIRING_ACTIVATED, now + NOTICE_OPEN
    else:
        return None
    cities = (event.state.eu_city_id, event.state.partner_city_id)
    return Notice(event_id, kind, event.state.id, cities, closes_at)


def delegate_kind(event: Event) -> Kind | None:
    """Give what confirmed delegates are told of an event of an activity; None: nothing."""
    if isinstance(event, ActivityCancelledV1):
        return Kind.ACTIVITY_CANCELLED
    if isinstance(event, ActivityUpdatedV1):
        told = not event.changed or not _WORTH_TELLING.isdisjoint(event.changed)
        return Kind.ACTIVITY_UPDATED if told else None
    return None


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
