import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.process import Child, Command, ProcessError, stop_all
from tests.support.waiting import wait_until

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"  # ignores a request
)
PARENT = """
import sys, time
from pathlib import Path
from deploy.local.process import Child, Command
child = Child(Command("child", (sys.executable, "-c", sys.argv[1]), Path(sys.argv[2])))
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


def python(tmp_path: Path, code: str) -> Child:
    return Child(Command("child", (sys.executable, "-c", code), tmp_path / "child.log"))


def is_up(child: Child) -> bool:
    return "up" in child.log_tail()


def test_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    arguments = (sys.executable, "-c", PARENT, SLEEP, str(tmp_path / "child.log"))
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        wait_until(lambda: "up" in (tmp_path / "child.log").read_text("utf-8"))

        parent.kill()

    wait_until(lambda: not psutil.pid_exists(pid) or zombie(pid))


def zombie(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    child = python(tmp_path, STUBBORN)
    child.start()
    wait_until(lambda: is_up(child))

    child.stop(timeout_seconds=0.2)

    assert child.status == -signal.SIGKILL


def test_frozen_child_goes_on(tmp_path: Path) -> None:
    child = python(tmp_path, SLEEP)
    child.start()

    child.suspend()
    wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED)
    child.resume()

    wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_SLEEPING)
    child.kill()


def test_frozen_child_can_be_stopped(tmp_path: Path) -> None:
    child = python(tmp_path, SLEEP)
    child.start()
    wait_until(lambda: is_up(child))
    child.suspend()

    stop_all([child])

    assert child.status == -signal.SIGTERM


def test_child_can_be_started_again(tmp_path: Path) -> None:
    child = python(tmp_path, SLEEP)
    child.start()
    first = child.pid
    child.kill()

    child.start()

    assert child.is_running
    assert child.pid != first
    child.kill()


def test_child_that_ends_at_once_tells_why(tmp_path: Path) -> None:
    child = python(tmp_path, "raise SystemExit('no such file')")
    child.start()

    with pytest.raises(ProcessError, match=r"(?s)ended with status 1.*no such file"):
        child.wait_ready(lambda: False, timeout_seconds=10)


def test_child_that_is_late_is_killed(tmp_path: Path) -> None:
    child = python(tmp_path, SLEEP)
    child.start()

    with pytest.raises(ProcessError, match="not ready after"):
        child.wait_ready(lambda: False, timeout_seconds=0.1)

    assert not child.is_running


def test_child_of_the_child_ends_with_it(tmp_path: Path) -> None:
    # One write for each line: the words of two that print at once can mingle.
    code = "import os, time; os.fork(); os.write(1, b'up %d\\n' % os.getpid()); time.sleep(600)"
    child = python(tmp_path, code)
    child.start()
    wait_until(lambda: child.log_tail().count("up") == 2)
    pids = [int(line.split()[1]) for line in child.log_tail().splitlines()]

    child.stop()

    wait_until(lambda: all(not psutil.pid_exists(pid) or zombie(pid) for pid in pids))
    assert os.getpid() not in pids
