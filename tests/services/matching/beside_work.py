"""Work for a process beside the service, as tests need it."""

import os
import time
from collections.abc import Callable


def sleep_seconds(seconds: float, _: Callable[[str], None]) -> float:
    """Take so long, and give how long."""
    time.sleep(seconds)
    return seconds


def manners(_: Callable[[str], None]) -> tuple[int, str | None]:
    """Give how much the process gives way, and how many threads NumPy may use in it."""
    return os.nice(0), os.environ.get("OPENBLAS_NUM_THREADS")
