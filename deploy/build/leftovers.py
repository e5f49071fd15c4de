"""Runs a command and fails when it leaves a process behind, so that no test run litters a machine.

`python -m deploy.build.leftovers COMMAND ...` gives the command's own exit code, or 1 when that was
0 and something it had started is still running a moment later. What is left is named and ended, by
its process id, so that the next run starts clean.
"""

import ctypes
import os
import subprocess
import sys
import time
import uuid

import psutil

MARK = "WORLDCITIES_RUN"
"""The variable that everything started by the command inherits, even what leaves its parent."""

GRACE_SECONDS = 5.0
"""How long the last children may take to go; a Kafka node needs 2 s after SIGTERM."""

END_SECONDS = 3.0
"""How long a process left behind may take to obey SIGTERM before it gets SIGKILL."""

PR_SET_CHILD_SUBREAPER = 36
"""Makes orphans our children instead of init's. Source: prctl(2), linux/prctl.h."""


def main(command: list[str]) -> int:
    """Run the command, look for what is left of it, and return the exit code of both."""
    if not command:
        sys.stderr.write("usage: python -m deploy.build.leftovers COMMAND ...\n")
        return 2
    _adopt_orphans()
    mark = uuid.uuid4().hex
    code = _run(command, mark)
    left = _wait_for_none(mark)
    for process in left:
        sys.stderr.write(f"left behind: {_describe(process)}\n")
    _end(left)
    return code or (1 if left else 0)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _run(command: list[str], mark: str) -> int:
    """Wait for the command also when Ctrl-C reaches both: it decides how to end."""
    with subprocess.Popen(command, env=os.environ | {MARK: mark}) as process:  # noqa: S603
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _wait_for_none(mark: str) -> list[psutil.Process]:
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := _alive(mark)) and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=0.2)
    return left


def _alive(mark: str) -> list[psutil.Process]:
    """Return our children and everything that carries the mark, the dead (zombies) apart."""
    found = set(psutil.Process().children(recursive=True))
    found.update(process for process in psutil.process_iter() if _is_marked(process, mark))
    return sorted((process for process in found if _is_running(process)), key=lambda one: one.pid)


def _is_marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False  # not ours: another user's, or gone


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _describe(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())[:200] or process.name()}"
    except psutil.Error:
        return f"{process.pid} (gone since)"


def _end(left: list[psutil.Process]) -> None:
    for process in left:
        if process.is_running():
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=END_SECONDS)
    for process in stubborn:
        process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
