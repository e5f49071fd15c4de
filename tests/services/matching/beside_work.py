"""Work for a process beside the service, as tests need it."""

import asyncio
import os
import sys
import time
from collections.abc import Callable

import numpy as np

from services.matching.beside import Beside


def sleep_seconds(seconds: float, _: Callable[[str], None]) -> float:
    """Take so long, and give how long."""
    time.sleep(seconds)
    return seconds


def manners(_: Callable[[str], None]) -> tuple[int, bool]:
    """Give the priority, and whether only idle time is taken."""
    only_idle = sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_IDLE
    return os.nice(0), only_idle


def processors_taken(_: Callable[[str], None]) -> float:
    """Multiply matrices with pauses between, and give the processor seconds per second of it."""
    matrix = np.ones((400, 400))
    started, before = time.perf_counter(), time.process_time()
    while (took := time.perf_counter() - started) < _SECONDS:
        matrix @ matrix
        sum(range(_PAUSE))
    return (time.process_time() - before) / took


_SECONDS = 0.5
_PAUSE = 50_000
# Half a millisecond of Python: threads that wait for work turn in circles for longer.


async def main() -> None:
    """Have it done beside, as a service does whose main module loads NumPy; print the result."""
    beside = Beside("test")
    try:
        print(await beside.run(processors_taken))  # noqa: T201 - read by the test
    finally:
        beside.kill()


if __name__ == "__main__":
    asyncio.run(main())
