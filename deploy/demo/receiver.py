"""The partner's side of a webhook: a server that believes nothing but what it can verify.

It uses nothing of ours for that, only the public `standardwebhooks` package, as a partner would.
Promises: 204 only after the receipt is in its file; 401 for what we did not sign.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from deploy.demo.api import StoryError
from deploy.demo.keeping import Keeping, Receipt
from deploy.local.ports import LOOPBACK

PATH = "/webhooks"
LARGEST_BODY_BYTES = 1_000_000
"""Events are a few kilobytes; more is nothing of ours."""

BODY_SECONDS = 20.0
"""For a body after its head: the sender gives up after 15 s itself. Between two requests a
connection may rest as long as the sender likes: closing it would cost it a failed attempt."""


@dataclass(slots=True)
class Receiver:
    """Keeps and counts what comes in. It verifies with `secret`, which it learns once it has one.

    `on_receipt` is told of each one.
    """

    keeping: Keeping
    on_receipt: Callable[[Receipt], None]
    secret: str = ""
    refused: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """From when on somebody is listening."""
    _connections: dict[asyncio.StreamWriter, "asyncio.Task[None] | None"] = field(
        default_factory=dict
    )

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take one message and give the status to answer."""
        if not self.secret:
            return self._refuse()
        try:
            event = Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, RuntimeError, ValueError):
            return self._refuse()
        receipt = Receipt(
            id=headers["webhook-id"],
            type=event["type"],
            subject=event["subject"],
            sequence=int(event["sequence"]),
            event_time=datetime.fromisoformat(event["time"]),
            received_at=datetime.now(UTC),
        )
        self.keeping.keep_receipt(receipt)
        self.receipts.append(receipt)
        self.on_receipt(receipt)
        return 204

    def _refuse(self) -> int:
        self.refused += 1
        return 401

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it ends."""
        self._connections[writer] = asyncio.current_task()
        try:
            while await self._answer_one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, ValueError):
            pass  # the sender went away or speaks something else: it will come again
        finally:
            del self._connections[writer]
            writer.close()

    async def hang_up(self) -> None:
        """Close the connections that are open, and wait until they are."""
        tasks = [task for task in self._connections.values() if task is not None]
        for writer in self._connections:
            writer.close()
        if tasks:
            await asyncio.wait(tasks)

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read one HTTP/1.1 request and answer it; False at the end of the connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        request, *lines = head.decode("latin-1").strip().split("\r\n")
        named = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= LARGEST_BODY_BYTES:
            return False
        async with asyncio.timeout(BODY_SECONDS):
            body = await reader.readexactly(length)
        known = request.startswith(f"POST {PATH} ")
        status = self.take(headers, body) if known else 404
        writer.write(f"HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        return headers.get("connection", "").lower() != "close"


@asynccontextmanager
async def listening(receiver: Receiver, port: int) -> AsyncIterator[Receiver]:
    """Receive webhooks while the block runs.

    Raises:
        StoryError: something else listens on the port.
    """
    try:
        server = await asyncio.start_server(receiver.serve, LOOPBACK, port)
    except OSError as error:
        raise StoryError(f"the webhook receiver's port {port} is in use: {error}") from error
    try:
        yield receiver
    finally:
        server.close()
        await receiver.hang_up()
        await server.wait_closed()


def url_of(port: int) -> str:
    """Give the address to register as the endpoint's."""
    return f"http://{LOOPBACK}:{port}{PATH}"
