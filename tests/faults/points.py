"""Exact points at which a process of a fault test dies or freezes.

Each wraps a real function of the chain, or of the client that it calls, inside that process:
production code has no hook.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.consumer.dead_letters import DeadLetters

Call = Callable[..., Awaitable[Any]]

POINTS: dict[str, tuple[type, str, str]] = {
    "committed, not published": (AIOKafkaProducer, "begin_transaction", "before"),
    "read, producer not started": (AIOKafkaProducer, "start", "before"),
    "sent, Kafka not committed": (AIOKafkaProducer, "commit_transaction", "before"),
    "published, rows not deleted": (AIOKafkaProducer, "commit_transaction", "after"),
    "effect, offset not committed": (AIOKafkaConsumer, "commit", "before"),
    "dead letter, offset not committed": (DeadLetters, "send", "after"),
}
"""What is wrapped, and whether the process ends before or after the real call."""


def arm(point: str, *, freeze: bool = False) -> None:
    """End (or freeze) this process at `NAME[:CALLS]`: at that call of it, by default the first."""
    name, _, calls = point.partition(":")
    owner, method, moment = POINTS[name]
    real: Call = getattr(owner, method)
    number = signal.SIGSTOP if freeze else signal.SIGKILL
    wanted, made = int(calls or 1), count(1)

    async def wrapped(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the real one
        is_last = next(made) == wanted
        if is_last and moment == "before":
            os.kill(os.getpid(), number)
        result = await real(*args, **kwargs)
        if is_last and moment == "after":
            os.kill(os.getpid(), number)
        return result

    setattr(owner, method, wrapped)
