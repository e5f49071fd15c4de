"""E-mails as files: kept as they came, read as people and programs want them.

Promises: a letter is on disk, whole, before its sender hears that it was taken; letters survive a
restart; the newest comes first.
"""

import email
import email.policy
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from pathlib import Path

import uuid_utils

ENVELOPE_FROM = "X-Envelope-From"
ENVELOPE_TO = "X-Envelope-To"
"""The envelope, which is not part of a message, is kept in headers of our own above it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One received e-mail, decoded."""

    id: str
    received_at: datetime
    envelope_from: str
    envelope_to: tuple[str, ...]
    sender: str
    to: str
    subject: str
    message_id: str
    headers: tuple[tuple[str, str], ...]
    plain: str
    html: str | None
    attachments: tuple[Attachment, ...]


class Letters:
    """The letters of one folder. Reads each file once and remembers it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, Letter] = {}
        for file in sorted(folder.glob("*.eml")):
            self._remember(file.stem, file.read_bytes())

    def add(self, sender: str, recipients: Sequence[str], content: bytes) -> Letter:
        """Keep a letter as it came and give it decoded."""
        letter_id = str(uuid_utils.uuid7())
        envelope = f"{ENVELOPE_FROM}: {sender}\r\n{ENVELOPE_TO}: {', '.join(recipients)}\r\n"
        whole = envelope.encode() + content
        partial = self._folder / f"{letter_id}.part"
        with partial.open("wb") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path(letter_id))
        return self._remember(letter_id, whole)

    def newest_first(self, *, to: str | None = None) -> list[Letter]:
        """All letters, or those to one address."""
        letters = reversed(self._known.values())
        return [letter for letter in letters if to is None or _is_to(letter, to)]

    def find(self, letter_id: str) -> Letter | None:
        """The letter with this id, if there is one."""
        return self._known.get(letter_id)

    def source(self, letter_id: str) -> bytes:
        """The file of a known letter, byte for byte."""
        return self._path(letter_id).read_bytes()

    def clear(self) -> int:
        """Forget all letters and tell how many there were."""
        count = len(self._known)
        for letter_id in list(self._known):
            self._path(letter_id).unlink(missing_ok=True)
            del self._known[letter_id]
        return count

    def _path(self, letter_id: str) -> Path:
        return self._folder / f"{letter_id}.eml"

    def _remember(self, letter_id: str, content: bytes) -> Letter:
        letter = read_letter(letter_id, content)
        self._known[letter_id] = letter
        return letter


def read_letter(letter_id: str, content: bytes) -> Letter:
    """Decode a kept letter. Its time of arrival is in its id, a UUIDv7 (RFC 9562 section 5.7)."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    milliseconds = uuid.UUID(letter_id).int >> 80
    return Letter(
        id=letter_id,
        received_at=datetime.fromtimestamp(milliseconds / 1000, UTC),
        envelope_from=str(message[ENVELOPE_FROM]),
        envelope_to=tuple(part.strip() for part in str(message[ENVELOPE_TO]).split(",")),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or "(no subject)"),
        message_id=str(message["Message-ID"] or ""),
        headers=tuple((name, str(value)) for name, value in message.items()),
        plain=_body(message, "plain") or "",
        html=_body(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _is_to(letter: Letter, address: str) -> bool:
    return address.casefold() in {recipient.casefold() for recipient in letter.envelope_to}


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    return None if part is None else _text(part)


def _text(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        yield Attachment(
            name=part.get_filename() or "unnamed",
            content_type=part.get_content_type(),
            content=content if isinstance(content, bytes) else b"",
        )
