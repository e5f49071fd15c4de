"""The solver's process: silent, and gone when its parent is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.matching.beside import Beside
from services.matching.solver.process import POLITENESS, give_way
from tests.services.matching import beside_work
from tests.support.waiting import wait_until

MOST_PROCESSORS = 1.2
"""One, and what measuring may be off; with a second thread of NumPy it is nearly two."""

PARENT = """
import multiprocessing, os, sys, time
from services.matching.solver.process import serve

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=serve, args=(theirs,), kwargs={"only_idle": True})
    child.start()
    theirs.close()
    ours.send((print, ("a solver's greeting",)))
    ours.recv()
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("stands_still", [False, True])
def test_solver_dies_with_a_killed_parent_and_prints_nothing(
    tmp_path: Path, *, stands_still: bool
) -> None:
    if stands_still and sys.platform != "linux":
        pytest.skip("it never stands still here")
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    ) as parent:
        try:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            if stands_still:
                os.kill(child, signal.SIGSTOP)
        finally:
            parent.kill()

    wait_until(lambda: not alive(child))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize("only_idle", [True, False])
async def test_solver_gives_way_to_requests(*, only_idle: bool) -> None:
    beside = Beside("test", only_idle=only_idle)
    try:
        manners = await beside.run(beside_work.manners)
    finally:
        beside.kill()

    assert manners == (POLITENESS, only_idle and sys.platform == "linux")


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is no second processor to take")
def test_solver_leaves_the_other_processors_alone() -> None:
    module = [sys.executable, "-m", beside_work.__name__]
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}

    taken = subprocess.run(module, capture_output=True, text=True, check=True, env=environment)

    assert float(taken.stdout) < MOST_PROCESSORS


def test_process_goes_on_where_it_may_not_be_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "nice", lambda _: POLITENESS)
    monkeypatch.setattr(os, "sched_setscheduler", refuse, raising=False)

    give_way(only_idle=True)
