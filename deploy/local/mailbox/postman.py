"""The SMTP side of the mailbox: takes every letter for everyone.

Source: RFC 5321 (SMTP), RFC 6531 (SMTPUTF8).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.letters import Letters

LARGEST_LETTER_BYTES = 33_554_432
"""32 MiB, as large mail providers take; a letter with an invitation has 20 KB."""


@asynccontextmanager
async def smtp_server(letters: Letters, host: str, port: int) -> AsyncIterator[None]:
    """Take letters at this address while the block runs."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _session(letters, loop), host, port)
    async with server:
        yield


def _session(letters: Letters, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(
        _Postman(letters),
        data_size_limit=LARGEST_LETTER_BYTES,
        enable_SMTPUTF8=True,
        hostname="mailbox.localhost",
        ident="World Cities mailbox",
        loop=loop,
    )


class _Postman:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the letter; only then tell its sender so."""
        del server, session
        content = envelope.original_content or b""
        letter = self._letters.add(str(envelope.mail_from), envelope.rcpt_tos, content)
        return f"250 OK kept as {letter.id}"
