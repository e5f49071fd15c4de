"""Right of way: what people wait for at a screen goes before what works through hundreds of rows.

Requests are counted while they are answered. Long work asks for a gap before each of its messages
to the database, which does one thing at a time; each message is small, so that a request that comes
meanwhile waits a few milliseconds. Promises that long work goes on all the same, since it waits for
each gap only so long. The count is the process's, as the metrics are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pymongo.asynchronous.cursor import AsyncCursor

from shared.collection import Document

PATIENCE_SECONDS = 0.06
"""Longest wait for one gap: a slow list of a thousand rows. Under a load that leaves no gap, work
of a hundred messages takes three seconds longer."""

LOOK_SECONDS = 0.001
"""Between two looks for a gap: a fraction of what is waited for."""


READ_PART = 100
"""Documents in one message to long work: two milliseconds of the embedded database."""

Gap = Callable[[], Awaitable[None]]
"""Waits until nobody waits for an answer, but not for ever."""


@dataclass(slots=True, eq=False)
class _Request:
    counts: bool = True
    """Not if it has itself become long work."""


_REQUEST: ContextVar[_Request | None] = ContextVar("request", default=None)


@dataclass(slots=True)
class Traffic:
    """The requests that are being answered."""

    _requests: set[_Request] = field(default_factory=set)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one while the block takes."""
        mine = _Request()
        self._requests.add(mine)
        token = _REQUEST.set(mine)
        try:
            yield
        finally:
            _REQUEST.reset(token)
            self._requests.discard(mine)

    @property
    def clear(self) -> bool:
        """Whether nobody waits for an answer, long work aside."""
        return not any(each.counts for each in self._requests)

    async def gap(self) -> None:
        """Wait until nobody waits for an answer, but not for ever."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while not self.clear and loop.time() < deadline:  # noqa: ASYNC110 - many events, one look
            await asyncio.sleep(LOOK_SECONDS)


def become_long_work() -> None:
    """Say that the request being answered, if any, is long work: others go before it."""
    request = _REQUEST.get()
    if request is not None:
        request.counts = False


async def fetched(cursor: AsyncCursor[Document], gap: Gap | None) -> list[Document]:
    """Give all that it finds; with a ``gap`` in parts, and waiting before each but the first."""
    if gap is None:
        return [each async for each in cursor]
    found: list[Document] = []
    async for each in cursor.batch_size(READ_PART):
        found.append(each)
        if len(found) % READ_PART == 0:
            await gap()
    return found


TRAFFIC = Traffic()
"""What this process is being asked."""
