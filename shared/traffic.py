"""Right of way: what people wait for at a screen goes before what works through hundreds of rows.

Requests are counted while they are answered. Long work asks for a gap before each of its messages
to the database, and between the rows that it works out; each piece is small, so that a request that
comes meanwhile waits a few milliseconds. Promises that long work goes on all the same: it waits
only so long for a gap, and for all of its gaps together. The count is the process's, as the metrics
are.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pymongo.asynchronous.cursor import AsyncCursor

from shared.collection import Document

PATIENCE_SECONDS = 0.06
"""Longest wait for one gap: twice a slow list of a thousand rows."""

PATIENCE_IN_ALL_SECONDS = 1.0
"""Longest wait for all gaps of one piece of work, unless it says otherwise: under a load that
leaves none, nobody's transaction is held open for much longer than it takes by itself."""

QUIET_SECONDS = 1.0
"""Who asked so recently is still there: most look at several things in a row."""

READ_PART = 50
"""Documents in one message to long work: few, for the database does nothing else meanwhile."""

Gap = Callable[[], Awaitable[None]]
"""Waits until nobody waits for an answer, but not for ever."""


@dataclass(slots=True, eq=False)
class _Request:
    traffic: "Traffic"
    counts: bool = True
    """Not if nobody waits for its end: it has become long work, or streams."""


_REQUEST: ContextVar[_Request | None] = ContextVar("request", default=None)


@dataclass(slots=True)
class Traffic:
    """The requests that are being answered."""

    _requests: set[_Request] = field(default_factory=set)
    _last: float = -math.inf
    _told: bool = True
    _listeners: list[Callable[[bool], None]] = field(default_factory=list)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one while the block takes."""
        mine = _Request(self)
        self._requests.add(mine)
        self._tell()
        token = _REQUEST.set(mine)
        try:
            yield
        finally:
            _REQUEST.reset(token)
            self._requests.discard(mine)
            if mine.counts:
                self._last = time.monotonic()
            self._tell()

    def step_aside(self, request: _Request) -> None:
        """Count a request no more."""
        request.counts = False
        self._tell()

    @contextmanager
    def told(self, listener: Callable[[bool], None]) -> Iterator[None]:
        """Have it called for as long as the block takes, with what ``clear`` changes to, at once.

        First with what it is, unless that is clear.
        """
        if not self.clear:
            listener(False)  # noqa: FBT003 - what ``clear`` is
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def _tell(self) -> None:
        if self._told != self.clear:
            self._told = self.clear
            for listener in tuple(self._listeners):
                listener(self._told)

    @property
    def clear(self) -> bool:
        """Whether nobody waits for an answer."""
        return not any(each.counts for each in self._requests)

    @property
    def quiet(self) -> bool:
        """Whether nobody has asked for anything for a while, or is likely to right now."""
        return self.clear and time.monotonic() - self._last > QUIET_SECONDS

    def gaps(self, in_all: float = PATIENCE_IN_ALL_SECONDS) -> Gap:
        """Give the wait for one gap after the other, for one piece of work.

        ``in_all`` seconds are waited at most; others have their turn even when none are left.
        """
        left = in_all

        async def gap() -> None:
            nonlocal left
            started = asyncio.get_running_loop().time()
            deadline = started + min(PATIENCE_SECONDS, left)
            await asyncio.sleep(0)
            now = asyncio.get_running_loop().time()
            while not self.clear and now < deadline:
                await self._cleared(deadline - now)
                now = asyncio.get_running_loop().time()
            left -= now - started

        return gap

    async def _cleared(self, seconds: float) -> None:
        """Wait until nobody waits for an answer, but no longer than so many seconds."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()

        def wake(clear: bool = True) -> None:  # noqa: FBT001, FBT002 - what ``clear`` is
            if clear and not waiter.done():
                waiter.set_result(None)

        late = loop.call_later(seconds, wake)
        try:
            with self.told(wake):
                await waiter
        finally:
            late.cancel()


def step_aside() -> None:
    """Say that nobody waits for the end of the request being answered, if any."""
    request = _REQUEST.get()
    if request is not None:
        request.traffic.step_aside(request)


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
