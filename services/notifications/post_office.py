"""Handing e-mails to the mail server: one conversation for several, each with its own outcome.

Promises: an e-mail's Message-ID is made of its id, so that one sent twice after a crash is one to
mail programs; 5xx is for good, everything else is tried again.

Source: RFC 5321 section 4.2.1 (replies), RFC 5322 section 3.6.4, RFC 3834 (Auto-Submitted),
RFC 6047 (calendar objects in mail).
"""

import re
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from services.notifications.domain.letters import Letter, Outcome, Written
from services.notifications.domain.notices import Email, Kind
from services.notifications.settings import SmtpSettings
from services.notifications.writing import write

_PERMANENT = range(500, 600)
_FAILURES = (SMTPException, OSError, TimeoutError)
_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)
_WITH_CALENDAR = frozenset({Kind.INVITATION, Kind.ACTIVITY_UPDATED, Kind.ACTIVITY_CANCELLED})


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Speaks with one mail server."""

    settings: SmtpSettings

    async def send_all(
        self, letters: Iterable[Letter]
    ) -> AsyncGenerator[tuple[Email, Outcome], None]:
        """Send the letters one after the other and tell each outcome at once."""
        client = self._client()
        try:
            for letter in letters:
                yield letter.email, await self._send(client, letter)
        finally:
            client.close()

    def _client(self) -> SMTP:
        settings = self.settings
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password or None,
            start_tls=settings.starttls,
            timeout=settings.timeout_seconds,
        )

    async def _send(self, client: SMTP, letter: Letter) -> Outcome:
        written = write(letter)
        try:
            message = compose(letter, written, self.settings.sender)
        except (MessageError, ValueError):  # an address that no header can hold
            return Outcome(written, "address_malformed", permanent=True)
        try:
            if not client.is_connected:
                await client.connect()
            await client.send_message(message, recipients=[written.recipient])
        except SMTPRecipientsRefused as refused:
            return _refused(written, min(each.code for each in refused.recipients))
        except SMTPResponseException as refused:
            return _refused(written, refused.code)
        except _FAILURES:
            client.close()
            return Outcome(written, "server_unreachable")
        return Outcome(written)


def compose(letter: Letter, written: Written, sender: str) -> EmailMessage:
    """Return the message, with the activity's calendar file where it has one.

    Raises:
        ValueError: the recipient's address is not one.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = written.recipient
    message["Subject"] = written.subject
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{letter.email.id}@{domain}>"
    message["Date"] = letter.email.created_at
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = written.language
    message.set_content(written.text)
    calendar = letter.activity.calendar if letter.activity else ""
    if calendar and letter.email.kind in _WITH_CALENDAR:
        method = _METHOD.search(calendar)
        message.add_attachment(
            calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename="activity.ics",
            params={"charset": "utf-8", "method": method[1] if method else "PUBLISH"},
        )
    return message


def _refused(written: Written, code: int) -> Outcome:
    return Outcome(written, f"smtp_{code}", permanent=code in _PERMANENT)
