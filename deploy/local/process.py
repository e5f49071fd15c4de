"""A child process one can wait for, stop, kill, freeze and start again.

Promises: a child dies with the process that started it (see tether.py), leads a process group of
its own so that what it started is signalled with it, and writes all its output to one file.
Stopping it twice is harmless.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TETHER = Path(__file__).with_name("tether.py")

POLL_SECONDS = 0.05
"""Between two looks at a child that is starting or stopping: short against the 2 s that Kafka
needs."""

STOP_SECONDS = 15.0
"""Between SIGTERM and SIGKILL. Kafka needs 2 s, a service drains for at most 10 s."""

LOG_TAIL_LINES = 25
"""Enough to see a Java or Python stack trace in the error."""


class ProcessError(Exception):
    """A child did not start. The text ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: the name people see, the arguments, and the environment on top of ours."""

    name: str
    arguments: Sequence[str]
    log_file: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None


class Child:
    """A command that runs, has ended, or is yet to start. It can be started again after its end.

    Start it from a thread that outlives it (see tether.py).
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run the command. The log file is appended to."""
        if self.is_running:
            raise ProcessError(f"{self.command.name} runs already as {self.pid}")
        command = self.command
        command.log_file.parent.mkdir(parents=True, exist_ok=True)
        tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command.arguments]
        with command.log_file.open("ab") as log:
            self._process = _spawn(tethered, command, log)

    @property
    def pid(self) -> int:
        """The process id, also after the end.

        Raises:
            ProcessError: it was never started.
        """
        return self._started().pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended. A frozen child runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs or before it started."""
        return None if self._process is None else self._process.poll()

    def wait_ready(self, is_ready: Callable[[], bool], timeout_seconds: float) -> None:
        """Wait until the probe says yes.

        Raises:
            ProcessError: the child ended, or the time was over, before the probe said yes. The
            child is killed.
        """
        deadline = time.monotonic() + timeout_seconds
        while not is_ready():
            if not self.is_running:
                raise ProcessError(self._report(f"ended with status {self.status}"))
            if time.monotonic() > deadline:
                self.kill()
                raise ProcessError(self._report(f"was not ready after {timeout_seconds:g} s"))
            time.sleep(POLL_SECONDS)

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> None:
        """Ask it to end with SIGTERM and wait; kill it when it does not."""
        if self.is_running:
            self.terminate()
            try:
                self._started().wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
            # Its group's id cannot be reused while the group has members, and it was read a
            # moment ago.
            _signal_group(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end with SIGTERM and do not wait."""
        self._signal(signal.SIGTERM)
        self.resume()

    def kill(self) -> None:
        """End it at once with SIGKILL, with everything it started, and wait for its end."""
        if self.is_running:
            self._signal(signal.SIGKILL)
            self._started().wait()

    def suspend(self) -> None:
        """Freeze it: its connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen child go on. Harmless to one that is not frozen."""
        self._signal(signal.SIGCONT)

    def log_tail(self) -> str:
        """The last lines of its output."""
        lines = self.command.log_file.read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ProcessError(f"{self.command.name} was never started")
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        if self.is_running:
            _signal_group(self.pid, number)

    def _report(self, what: str) -> str:
        return f"{self.command.name} {what}\n{self.log_tail()}"


def stop_all(children: Sequence[Child], timeout_seconds: float = STOP_SECONDS) -> None:
    """Stop several children at once, in one time-out for all; kill those that do not end in it.

    For members of one cluster: stopped one after the other, the last would wait for a quorum that
    is gone.
    """
    for child in children:
        child.terminate()
    deadline = time.monotonic() + timeout_seconds
    for child in children:
        child.stop(max(0.0, deadline - time.monotonic()))


def _spawn(arguments: Sequence[str], command: Command, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the commands are the platform's own
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, **command.environment},
        cwd=command.directory,
        process_group=0,
    )


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
