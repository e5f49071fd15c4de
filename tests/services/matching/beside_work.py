"""Work for a process beside the service, as tests need it."""

import time
from collections.abc import Callable


def sleep_seconds(seconds: float, _: Callable[[str], None]) -> float:
    """Take so long, and give how long."""
    time.sleep(seconds)
    return seconds
