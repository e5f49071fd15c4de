"""An e-mail on its way out: everything that is needed to write it, and what came of sending it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.copies import ActivityCopy, CityCopy, ContactCopy
from services.notifications.domain.notices import Email, EmailStatus, Kind

LANGUAGES = ("en", "fr", "de", "es")
"""Those with templates; everybody else is written to in the first."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail with the copies that it is written from, as they are now."""

    email: Email
    contact: ContactCopy
    cities: tuple[CityCopy, ...]
    activity: ActivityCopy | None = None

    @property
    def language(self) -> str:
        """The contact's language, or the first of ours when there are no templates in theirs."""
        wanted = self.contact.language.partition("-")[0]
        return wanted if wanted in LANGUAGES else LANGUAGES[0]

    def obstacle(self, now: datetime) -> str | None:
        """Tell why it must not be sent any more, in a word, or None."""
        if not self.contact.in_role(now.date()):
            return "contact_not_in_role"
        called_off = self.activity is not None and self.activity.status == "cancelled"
        if called_off and self.email.kind is not Kind.ACTIVITY_CANCELLED:
            return "activity_cancelled"
        return None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written to whom."""

    recipient: str
    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try: ``problem`` None means that the mail server took it."""

    written: Written
    problem: str | None = None
    permanent: bool = False


def sent(email: Email, written: Written, now: datetime) -> Email:
    """Keep the record of who was told what and when."""
    return replace(
        email,
        status=EmailStatus.SENT,
        tries=email.tries + 1,
        claim="",
        problem=None,
        recipient=written.recipient,
        language=written.language,
        subject=written.subject,
        text=written.text,
        sent_at=now,
    )
