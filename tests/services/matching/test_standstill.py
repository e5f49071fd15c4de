"""A process stands still while somebody waits for an answer, and goes on all the same."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.matching.beside import Beside
from services.matching.standstill import STILL_IN_ALL_SECONDS, stands_still
from shared.traffic import PATIENCE_SECONDS, TRAFFIC, Traffic
from tests.services.matching import beside_work
from tests.support.waiting import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no process stands still here")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:  # noqa: S607 - of the system
        yield process
        process.kill()


def is_still(process: subprocess.Popen[bytes]) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


async def test_process_stands_still_during_a_request_only(child: subprocess.Popen[bytes]) -> None:
    traffic, seen = Traffic(), []

    with stands_still(child.pid, traffic):
        seen.append(is_still(child))
        with traffic.request():
            await asyncio.sleep(PATIENCE_SECONDS / 6)
            seen.append(is_still(child))
        await asyncio.sleep(PATIENCE_SECONDS / 6)
        seen.append(is_still(child))

    assert seen == [False, True, False]


async def test_process_stands_still_from_the_start_where_somebody_waits_already(
    child: subprocess.Popen[bytes],
) -> None:
    traffic = Traffic()

    with traffic.request(), stands_still(child.pid, traffic):
        await asyncio.sleep(PATIENCE_SECONDS / 6)
        still = is_still(child)

    assert still
    await eventually(lambda: _goes_on(child))


async def test_process_goes_on_though_a_request_never_ends(child: subprocess.Popen[bytes]) -> None:
    traffic = Traffic()

    with stands_still(child.pid, traffic), traffic.request():
        await eventually(lambda: _goes_on(child))


async def test_process_stands_still_no_longer_in_all_though_requests_never_end(
    child: subprocess.Popen[bytes],
) -> None:
    traffic, loop = Traffic(), asyncio.get_running_loop()
    started = loop.time()

    with stands_still(child.pid, traffic):
        while loop.time() < started + STILL_IN_ALL_SECONDS * 3:
            with traffic.request():
                await asyncio.sleep(PATIENCE_SECONDS / 3)
        with traffic.request():
            await asyncio.sleep(PATIENCE_SECONDS / 3)
            still = is_still(child)

    assert not still


async def test_a_dead_process_bothers_nobody(child: subprocess.Popen[bytes]) -> None:
    traffic = Traffic()

    with stands_still(child.pid, traffic):
        child.kill()
        child.wait()
        with traffic.request():
            pass


async def test_nothing_stands_still_behind_its_work(child: subprocess.Popen[bytes]) -> None:
    traffic = Traffic()

    with stands_still(child.pid, traffic):
        pass
    with traffic.request():
        await asyncio.sleep(PATIENCE_SECONDS / 6)
        assert not is_still(child)


@pytest.mark.parametrize("only_idle", [True, False])
async def test_only_work_that_nobody_waits_for_stands_still(*, only_idle: bool) -> None:
    beside = Beside("test", only_idle=only_idle)
    try:
        await beside.run(beside_work.manners)  # the process has started
        with TRAFFIC.request():
            work = asyncio.create_task(beside.run(beside_work.sleep_seconds, 0))
            done, _ = await asyncio.wait({work}, timeout=PATIENCE_SECONDS * 0.8)
        assert bool(done) is not only_idle
        await work
    finally:
        beside.kill()


async def _goes_on(process: subprocess.Popen[bytes]) -> bool:
    return not is_still(process)
