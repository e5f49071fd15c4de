"""The life of a process, seen from outside: exit codes, order of stopping, what a death does."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

_START = """
import asyncio
import gc
from shared.log import configure
from shared.process import Job, run, supervise
from shared.settings import LogSettings, ServiceSettings

def say(text):
    print(text, flush=True)

def worker(name, seconds=0.0):
    async def work(stop):
        say(f"{name} started")
        await stop.wait()
        await asyncio.sleep(seconds)
        say(f"{name} stopped")
    return work

async def frozen(stop):
    await asyncio.sleep(0)
    say(f"frozen objects: {gc.get_freeze_count() > 1000}")
    await stop.wait()

async def fails(stop):
    raise OSError("broken")

async def returns(stop):
    return

async def main():
    configure(ServiceSettings(service="registry", log=LogSettings(json_lines=True)))
    await supervise(JOBS)

run(main)
"""


def started(jobs: str) -> subprocess.Popen[str]:
    script = _START.replace("JOBS", jobs)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def read_until(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    while text not in (line := process.stdout.readline()):
        assert line, f"the process ended without saying {text}"


def ended(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    out, _err = process.communicate(timeout=30)
    return process.returncode, out.splitlines()


def events(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_in_reverse_order_and_well(number: signal.Signals) -> None:
    process = started("Job('relay', worker('relay')), Job('api', worker('api'))")
    read_until(process, "api started")

    os.kill(process.pid, number)

    code, lines = ended(process)
    assert code == 0
    assert [line for line in lines if "{" not in line] == ["api stopped", "relay stopped"]
    assert events(lines)[-1]["event"] == "process_stopped"


@pytest.mark.parametrize(("job", "reason"), [("fails", "OSError"), ("returns", "JobEndedError")])
def test_job_that_ends_takes_the_process_with_it(job: str, reason: str) -> None:
    code, lines = ended(started(f"Job('relay', {job}), Job('api', worker('api'))"))

    assert code == 1
    assert events(lines)[-1]["event"] == "process_failed"
    assert reason in events(lines)[-1]["exception"]
    assert "api stopped" not in lines


def test_job_that_stops_too_slowly_is_cancelled() -> None:
    process = started("Job('relay', worker('relay')), Job('api', worker('api', 60), 0.1)")
    read_until(process, "api started")

    process.terminate()

    code, lines = ended(process)
    assert code == 0
    assert "job_stopped_late" in [event["event"] for event in events(lines)]
    assert "relay stopped" in lines
    assert "api stopped" not in lines


def test_what_stays_is_taken_out_of_the_garbage_collectors_rounds() -> None:
    process = started("Job('frozen', frozen)")
    read_until(process, "frozen objects: True")

    process.terminate()

    assert ended(process)[0] == 0
