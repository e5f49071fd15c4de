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
    _waiting: list["asyncio.Future[None]"] = field(default_factory=list)

    def ring(self) -> None:
        """Wake all that listen."""
        self.rings += 1
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def heard(self, known: int) -> None:
        """Wait until it has rung more often than ``known``."""
        if self.rings > known:
            return
        ring = asyncio.get_running_loop().create_future()
        self._waiting.append(ring)
        await ring
