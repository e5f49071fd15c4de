"""The solver's process: silent, and gone when its parent is killed."""

import os
import subprocess
import sys
from pathlib import Path

from services.matching.beside import Beside
from services.matching.solver.process import POLITENESS
from tests.services.matching import beside_work
from tests.support.waiting import wait_until

PARENT = """
import multiprocessing, os, sys, time
from services.matching.solver.process import serve

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=serve, args=(theirs,))
    child.start()
    ours.send((print, ("a solver's greeting",)))
    ours.recv()
    print(child.pid, flush=True)
    time.sleep(60)
"""


def test_solver_dies_with_a_killed_parent_and_prints_nothing(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())

        parent.kill()

    wait_until(lambda: not alive(child))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_solver_gives_way_to_requests_and_leaves_them_a_core() -> None:
    beside = Beside("test")
    try:
        manners = await beside.run(beside_work.manners)
    finally:
        beside.kill()

    threads = os.environ.get("OPENBLAS_NUM_THREADS", str(max(1, (os.cpu_count() or 1) - 1)))
    assert manners == (POLITENESS, sys.platform == "linux", threads)
