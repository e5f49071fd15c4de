"""A mail server in the process of the tests, and a worker that sends to it."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from deploy.local.ports import LOOPBACK, free_port
from services.notifications.post_office import PostOffice
from services.notifications.settings import SmtpSettings
from services.notifications.workers import EmailWorker
from tests.services.notifications.desk import Desk

RETRIES = (60.0, 300.0)


class Mailbox:
    """Keeps what it takes; answers with ``reply`` instead where that is set."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.reply = ""
        self._port = free_port()
        self._controller = Controller(self, hostname=LOOPBACK, port=self._port)

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """Be away from now on; may be told twice."""
        if self._controller.server is not None:
            self._controller.stop()

    async def send_due(self, desk: Desk) -> int:
        """Send what is due, all of it; give how many e-mails that were."""
        settings = SmtpSettings(host=LOOPBACK, port=self._port, retry_seconds=RETRIES)
        worker = EmailWorker(desk.mongo, PostOffice(settings), settings)
        total = 0
        while sent := await worker.work():
            total += sent
        return total

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - as aiosmtpd has it
        """Take one e-mail."""
        if self.reply:
            return self.reply
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"
