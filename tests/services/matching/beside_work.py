"""Work for a process beside the service, as tests need it."""

import os
import sys
import time
from collections.abc import Callable


def sleep_seconds(seconds: float, _: Callable[[str], None]) -> float:
    """Take so long, and give how long."""
    time.sleep(seconds)
    return seconds


def manners(_: Callable[[str], None]) -> tuple[int, bool, str | None]:
    """Give the priority, whether only idle time is taken, and how many threads NumPy may use."""
    only_idle = sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_IDLE
    return os.nice(0), only_idle, os.environ.get("OPENBLAS_NUM_THREADS")
