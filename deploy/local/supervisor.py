"""Starts the platform part by part, keeps it running, and stops it in reverse.

Promises: a stage starts when everything in the stage before it is ready; a part that ends is
started again, later each time it ends soon; SIGTERM and Ctrl-C stop everything cleanly and leave
nothing behind. It uses no threads: children are tied to the thread that starts them (tether.py).
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from deploy.local.logs import LogTail
from deploy.local.process import Child, ProcessError, stop_all
from deploy.local.state import Platform, Progress, identify, write_platform

LOOK_SECONDS = 0.2
"""Between two looks at the parts: a dead one is noticed at once and the looks cost no CPU."""

FIRST_RESTART_SECONDS = 0.5
"""At once for a person, and long enough for a port to be free again."""

LONGEST_RESTART_SECONDS = 30.0
"""A part that cannot start is tried twice a minute, so that it comes back once its cause is
gone."""

STABLE_SECONDS = 60.0
"""A part that ran this long starts anew with the shortest delay."""


class Stopped(Exception):  # noqa: N818 - a request, not an error
    """Somebody asked the platform to stop while it was starting."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the platform consists of: a server that lasts, or a job that ends."""

    child: Child
    ready_seconds: float
    is_ready: Callable[[], bool] | None = None
    """None makes it a job, ready when it ended with status 0."""
    required: bool = True
    """Whether the platform is of no use without it."""

    @property
    def name(self) -> str:
        """The name people see."""
        return self.child.command.name

    @property
    def lasts(self) -> bool:
        """Whether it is a server, to be started again when it ends."""
        return self.is_ready is not None


@dataclass(frozen=True, slots=True)
class Restart:
    """When a part that ended is due, and how often it ended soon after its start."""

    failures: int
    due_at: float


class Supervisor:
    """Runs stages of parts until it is asked to stop. Times come from the monotonic clock."""

    def __init__(
        self,
        stages: Sequence[Sequence[Part]],
        platform: Platform,
        data: Path,
        show: Callable[[str, str], None],
    ) -> None:
        """`show` gets each line of each part's output, with the part's name first."""
        self.platform = platform
        self._stages = stages
        self._data = data
        self._show = show
        self._stop_requested = False
        self._started_at: dict[str, float] = {}
        self._restarts: dict[str, Restart] = {}
        self._tails = {part.name: LogTail(part.child.command.log_file) for part in self._parts()}

    def start(self, announce: Callable[[Progress], None]) -> None:
        """Start everything and return once it is ready.

        Raises:
            ProcessError: a required part did not come up.
            Stopped: somebody asked to stop meanwhile.
        """
        total = sum(1 for _ in self._parts())
        done = 0
        for stage in self._stages:
            for part in stage:
                self._start(part)
            waiting = {part.name: part for part in stage}
            while waiting:
                self._tell(Progress(done, total, ", ".join(waiting)), announce)
                for name in self._wait_for_any(waiting):
                    del waiting[name]
                    done += 1
        self._tell(Progress(total, total, "ready"), announce)
        self._write(replace(self.platform, ready=True))

    def watch(self) -> None:
        """Keep the servers running until somebody asks to stop."""
        while not self._stop_requested:
            for part in self._parts():
                if part.lasts:
                    self._keep_running(part)
            self._pass_on_logs()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop everything in reverse order, those of a stage at once."""
        for stage in reversed(self._stages):
            stop_all([part.child for part in stage])
        self._pass_on_logs()

    @contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as the request to stop while the block runs."""
        before = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def request_stop(self) -> None:
        """Let `start` and `watch` return soon. Signals call it; so may another thread."""
        self._stop_requested = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.request_stop()

    def _parts(self) -> Iterator[Part]:
        for stage in self._stages:
            yield from stage

    def _start(self, part: Part) -> None:
        part.child.start()
        self._started_at[part.name] = time.monotonic()
        self._write(self.platform.with_process(part.name, identify(part.child.pid)))

    def _wait_for_any(self, waiting: dict[str, Part]) -> list[str]:
        """Wait until at least one of these is ready and give the names of those that are."""
        while True:
            if self._stop_requested:
                raise Stopped
            self._pass_on_logs()
            ready = [name for name, part in waiting.items() if self._came_up(part)]
            if ready:
                return ready
            time.sleep(LOOK_SECONDS)

    def _came_up(self, part: Part) -> bool:
        status = part.child.status
        if status is None:
            if part.is_ready is not None and part.is_ready():
                return True
            late = time.monotonic() - self._started_at[part.name] > part.ready_seconds
            return late and self._fail(part, f"was not ready after {part.ready_seconds:g} s")
        if status == 0 and not part.lasts:
            return True
        return self._fail(part, f"ended with status {status}")

    def _fail(self, part: Part, what: str) -> bool:
        """Give up on a part: raise for a required one, warn and go on for another."""
        problem = f"{part.name} {what}; its log: {part.child.command.log_file}"
        if part.required:
            raise ProcessError(f"{problem}\n{part.child.log_tail()}")
        part.child.kill()
        self._write(replace(self.platform, problem=problem))
        self._show(part.name, problem)
        return True

    def _keep_running(self, part: Part) -> None:
        now = time.monotonic()
        due = self._restarts.get(part.name)
        if part.child.is_running:
            return
        if due is None or due.due_at < self._started_at[part.name]:
            ran = now - self._started_at[part.name]
            failures = failures_after(due.failures if due else 0, ran)
            delay = restart_delay(failures)
            self._restarts[part.name] = Restart(failures, now + delay)
            status = part.child.status
            self._show(part.name, f"ended with status {status}; starting again in {delay:g} s")
        elif now >= due.due_at:
            self._start(part)

    def _tell(self, progress: Progress, announce: Callable[[Progress], None]) -> None:
        announce(progress)
        self._write(replace(self.platform, progress=progress))

    def _write(self, platform: Platform) -> None:
        self.platform = platform
        write_platform(self._data, platform)

    def _pass_on_logs(self) -> None:
        for name, tail in self._tails.items():
            for line in tail.new_lines():
                self._show(name, line)


def failures_after(failures: int, ran_seconds: float) -> int:
    """Count one more end; start counting anew after a run that was long enough."""
    return 1 if ran_seconds >= STABLE_SECONDS else failures + 1


def restart_delay(failures: int) -> float:
    """Seconds until the next start after this many ends soon after a start: doubled each time."""
    return min(LONGEST_RESTART_SECONDS, FIRST_RESTART_SECONDS * 2.0 ** (failures - 1))


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
