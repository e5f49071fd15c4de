import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.process import Child, Command, ProcessError
from deploy.local.state import Platform, identify, read_platform
from deploy.local.supervisor import Part, Supervisor, failures_after, restart_delay
from tests.support.waiting import wait_until

SERVER = "import time; print('up', flush=True); time.sleep(600)"


def child(tmp_path: Path, name: str, code: str) -> Child:
    return Child(Command(name, (sys.executable, "-c", code), tmp_path / f"{name}.log"))


def server(tmp_path: Path, name: str, code: str = SERVER) -> Part:
    process = child(tmp_path, name, code)
    return Part(process, 10.0, lambda: "up" in process.log_tail())


def job(tmp_path: Path, name: str, code: str, *, required: bool = True) -> Part:
    return Part(child(tmp_path, name, code), 10.0, required=required)


class Stage:
    """A supervisor with its parts and what it showed."""

    def __init__(self, tmp_path: Path, *stages: tuple[Part, ...]) -> None:
        self.shown: list[tuple[str, str]] = []
        self.supervisor = Supervisor(
            stages,
            Platform(identify(os.getpid())),
            tmp_path,
            lambda name, line: self.shown.append((name, line)),
        )

    def start(self) -> None:
        self.supervisor.start(lambda _: None)

    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self.supervisor.watch)
        thread.start()
        yield
        self.supervisor.request_stop()
        thread.join()


def test_stage_waits_for_the_one_before(tmp_path: Path) -> None:
    log = str(tmp_path / "first.log")
    check = f"from pathlib import Path; assert 'up' in Path({log!r}).read_text()"
    stage = Stage(tmp_path, (server(tmp_path, "first"),), (job(tmp_path, "second", check),))

    stage.start()
    stage.supervisor.stop()

    platform = read_platform(tmp_path)
    assert platform is not None
    assert platform.ready
    assert ("first", "up") in stage.shown


def test_ended_part_is_started_again(tmp_path: Path) -> None:
    part = server(tmp_path, "server")
    stage = Stage(tmp_path, (part,))
    stage.start()
    first = part.child.pid

    for _ in stage.watching():
        os.kill(first, 9)
        wait_until(lambda: part.child.is_running and part.child.pid != first)

    stage.supervisor.stop()
    assert ("server", "ended with status -9; starting again in 0.5 s") in stage.shown
    assert not part.child.is_running


def test_part_that_does_not_come_up_ends_the_start_with_its_log(tmp_path: Path) -> None:
    good, bad = server(tmp_path, "good"), server(tmp_path, "bad", "raise SystemExit('no database')")
    stage = Stage(tmp_path, (good,), (bad,))

    with pytest.raises(ProcessError, match=r"(?s)bad ended with status 1.*no database"):
        stage.start()

    stage.supervisor.stop()
    assert not good.child.is_running


def test_failed_job_that_is_not_required_is_reported(tmp_path: Path) -> None:
    stage = Stage(tmp_path, (job(tmp_path, "seed", "raise SystemExit(3)", required=False),))

    stage.start()

    assert stage.supervisor.platform.ready
    assert "seed ended with status 3" in stage.supervisor.platform.problem


def test_restarts_come_later_each_time_but_never_stop() -> None:
    delays = [restart_delay(failures) for failures in (1, 2, 3, 4, 50)]

    assert delays == [0.5, 1.0, 2.0, 4.0, 30.0]


def test_long_run_forgives_earlier_ends() -> None:
    assert failures_after(5, ran_seconds=1.0) == 6
    assert failures_after(5, ran_seconds=60.0) == 1
