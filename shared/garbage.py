"""The garbage collector's rounds, put off while long work holds thousands of objects.

They stop everything while they look through what was made lately, and all of that is still in use:
in a request for a round of 500 cities a side three of 1.5 ms, and every other time one of 5. What
long work makes has no cycles and goes when it is let go. Promises that the collector is put off
only for as long as some long work goes on, and no more than so long in a row where one follows the
other. It is the process's, as the collector is.
"""

import gc
import time
from dataclasses import dataclass

MOST_SECONDS = 5.0
"""Longest in a row: then it may work until no long work goes on. One unit of work may take longer,
but no longer than the database lets a transaction be open."""


@dataclass(slots=True, eq=False)
class PutOff:
    """Counts the long work that goes on."""

    most_seconds: float = MOST_SECONDS
    _holders: int = 0
    _since: float = 0.0

    def begin(self) -> None:
        """Put the collector off until ``end`` was called as often as this."""
        if not self._holders:
            self._since = time.monotonic()
            gc.disable()
        elif time.monotonic() - self._since >= self.most_seconds:
            gc.enable()
        self._holders += 1

    def end(self) -> None:
        """Say that long work is over."""
        self._holders -= 1
        if not self._holders:
            gc.enable()


GARBAGE = PutOff()
