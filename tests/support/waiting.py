"""Waiting for a condition instead of sleeping, and running loops beside a test."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")

LOOK_SECONDS = 0.02


async def eventually(
    look: Callable[[], Awaitable[ResultT | None]], seconds: float = 20.0, every: float = 0.02
) -> ResultT:
    """Give the first truthy answer of ``look``; fail when there is none in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = await look()
        if answer:
            return answer
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"still {answer!r} after {seconds} s")
        await asyncio.sleep(every)


@asynccontextmanager
async def running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Run endless loops beside the block; a loop that failed fails the test."""
    tasks = [asyncio.create_task(each) for each in loops]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def wait_until(condition: Callable[[], bool], timeout_seconds: float = 10.0) -> None:
    """Return once the condition holds, outside of a loop; fail when it does not in time."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_seconds:g} s"
        time.sleep(LOOK_SECONDS)
