"""A process that stands still while somebody waits for an answer.

On two processors the lowest priority is not enough: Linux does not move what waits behind something
else to the processor of a process that may be interrupted at once, and leaves it waiting for three
milliseconds, a dozen times a second (docs/adr/0019). A process that stands still leaves its
processor empty. Promises that it goes on all the same: it stands still only so long at a time, and
only so long in all, and it never outlives its parent (``solver/process.py``).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from shared.traffic import PATIENCE_SECONDS, TRAFFIC, Traffic

STILL_IN_ALL_SECONDS = 1.0
"""Longest that it stands still in all during one piece of work: so much can a round of 500 cities a
side spare of the two seconds that it may take."""


@contextmanager
def stands_still(pid: int, traffic: Traffic = TRAFFIC) -> Iterator[None]:
    """Have the process stand still during requests, for as long as the block takes.

    On Linux only: elsewhere nothing ends a process that stands still when its parent is killed.
    """
    handle = _handle(pid)
    if handle is None:
        yield
        return
    process = _Process(handle)
    try:
        with traffic.told(process.changed):
            yield
    finally:
        process.go_on()
        os.close(handle)


def _handle(pid: int) -> int | None:
    """Give what means this process and no other: a number could be another's by a signal's time."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # a sandbox may not allow it: then the priority must do
        return None


@dataclass(slots=True)
class _Process:
    handle: int
    """A file descriptor that means this process and no other."""
    left: float = STILL_IN_ALL_SECONDS
    """Seconds that it may still stand still."""
    since: float | None = None
    """When it was stopped, by the clock of the loop."""
    timer: asyncio.TimerHandle | None = None

    def changed(self, clear: bool) -> None:  # noqa: FBT001 - what ``Traffic.clear`` is
        if clear:
            self.go_on()
        elif self.left > 0 and self.since is None:
            self._stop()

    def _stop(self) -> None:
        loop = asyncio.get_running_loop()
        self.since = loop.time()
        self.timer = loop.call_later(min(PATIENCE_SECONDS, self.left), self.go_on)
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        if self.since is None or self.timer is None:
            return
        self.timer.cancel()
        self.left -= asyncio.get_running_loop().time() - self.since
        self.since = self.timer = None
        self._send(signal.SIGCONT)

    def _send(self, order: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it has died: whoever waits for it learns of that
            signal.pidfd_send_signal(self.handle, order)
