"""The life of a service process: named jobs side by side, one death ends all, SIGTERM ends it well.

Promises: jobs start in the order given and stop in the reverse, each within its bound, then by
cancellation; a job that fails or ends by itself takes the process with it (exit code 1, logged); a
process told to stop ends with exit code 0.
"""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from types import TracebackType

import structlog

_STOP_SECONDS = 15.0
# The HTTP server waits 10 s for open requests; orchestrators kill after 30 s.
_SETTLED_SECONDS = 10.0
# By then the first requests have had loaded what is loaded when it is first needed.
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger()


class JobEndedError(Exception):
    """A job returned although nobody had told it to stop."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs as long as the process does."""

    name: str
    work: Callable[[asyncio.Event], Awaitable[None]]
    """Runs until the event it is given is set, then finishes what it has begun and returns."""
    stop_seconds: float = _STOP_SECONDS
    """How long it may take to stop before it is cancelled."""


def run(main: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run `main` on uvloop; an error that leaves it is logged and ends the process with code 1."""
    sys.excepthook = _log_crash
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


async def supervise(*jobs: Job) -> None:
    """Run `jobs` until SIGTERM or SIGINT comes, or until one of them ends.

    Raises:
        ExceptionGroup: what the jobs that failed raised; JobEndedError for one that just returned.
    """
    told = asyncio.Event()
    with _listening(told):
        async with asyncio.TaskGroup() as group:
            running = [_start(group, job) for job in jobs]
            _log.info("process_started", jobs=[job.name for job in jobs])
            _spare_what_stays()
            asyncio.get_running_loop().call_later(_SETTLED_SECONDS, _spare_what_stays)
            await told.wait()
            _log.info("process_stopping")
            for job, stop, task in reversed(running):
                await _stop(job, stop, task)
    _log.info("process_stopped")


_Running = tuple[Job, asyncio.Event, asyncio.Task[None]]


def _start(group: asyncio.TaskGroup, job: Job) -> _Running:
    stop = asyncio.Event()
    return job, stop, group.create_task(_watch(job, stop), name=job.name)


async def _watch(job: Job, stop: asyncio.Event) -> None:
    await job.work(stop)
    if not stop.is_set():
        raise JobEndedError(job.name)


async def _stop(job: Job, stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    stop.set()
    _done, late = await asyncio.wait({task}, timeout=job.stop_seconds)
    if late:
        _log.warning("job_stopped_late", job=job.name, seconds=job.stop_seconds)
        task.cancel()
        await asyncio.wait({task})


@contextlib.contextmanager
def _listening(told: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, told.set)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _spare_what_stays() -> None:
    """Take modules, routes and models out of the garbage collector's rounds, and make those small.

    They live as long as the process, and looking through them stops every request for 70 ms. Of
    what is made later, Python 3.13 looks through 20,000 objects at a time, which took 3 to 5 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(500)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - has no build for Windows

    return uvloop.new_event_loop


def _log_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _log.critical("process_failed", exc_info=(kind, error, trace))
