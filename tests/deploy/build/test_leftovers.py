import subprocess
import sys
from pathlib import Path

import psutil

GUARD = (sys.executable, "-m", "deploy.build.leftovers", sys.executable, "-c")

SLEEPER = "import time; time.sleep(60)"


def _guarded(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((*GUARD, code), check=False, capture_output=True, text=True)


def test_code_of_the_command_is_kept() -> None:
    assert _guarded("raise SystemExit(3)").returncode == 3
    assert _guarded("pass").returncode == 0


def test_child_that_ends_in_time_is_no_leftover() -> None:
    done = _guarded(_start("import time; time.sleep(0.5)"))

    assert done.returncode == 0
    assert "left behind" not in done.stderr


def test_child_left_behind_is_named_and_ended() -> None:
    done = _guarded(_start(SLEEPER))

    assert done.returncode == 1
    _assert_named_and_ended(done)


def test_failing_command_keeps_its_code_and_its_leftovers_are_ended() -> None:
    done = _guarded(f"{_start(SLEEPER)}; raise SystemExit(5)")

    assert done.returncode == 5
    _assert_named_and_ended(done)


def _start(code: str) -> str:
    """Give code that starts a process of its own session, so that it outlives its parent."""
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    started = f"subprocess.Popen([sys.executable, '-c', {code!r}], start_new_session=True, {quiet})"
    return f"import subprocess, sys; print({started}.pid, flush=True)"


def _assert_named_and_ended(done: subprocess.CompletedProcess[str]) -> None:
    pid = int(done.stdout)
    assert f"left behind: {pid} {Path(sys.executable)}" in done.stderr
    assert not psutil.pid_exists(pid)
