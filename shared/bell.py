"""The bell: rings after a commit that leaves work for the loops of its process.

Promises that a listener who names the last ring that it knows of misses none, however many listen.
It is a convenience of one process: what another has committed is found by looking now and then.
"""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bell:
    """Rings, and how often it has rung so far."""

    rings: int = 0
    _waiting: set["asyncio.Future[None]"] = field(default_factory=set)

    def ring(self) -> None:
        """Wake all that listen."""
        self.rings += 1
        for each in self._waiting:
            if not each.done():
                each.set_result(None)

    async def heard(self, known: int) -> None:
        """Wait until it has rung more often than ``known``."""
        if self.rings > known:
            return
        ring = asyncio.get_running_loop().create_future()
        self._waiting.add(ring)
        try:
            await ring
        finally:  # also when it is no longer waited for: most waits end by their time
            self._waiting.discard(ring)
