"""Ours against other solvers, on the same instances in one run: time, memory, objective, gap.

Promises that each measurement has its own process, that a peer which takes longer than allowed is
stopped and said to be, and that ours is compared with every peer that came to an end.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from benchmarks.matching.one import OURS, Measured
from benchmarks.matching.peers import PEERS
from benchmarks.report import Figure, at_most, exactly

GOALS_SECONDS = {80: 0.020, 500: 0.3, 2_000: 5.0, 10_000: 10.0, 50_000: 150.0}
SIZES = (80, 500, 2_000)
STRESS = (10_000, 50_000)

PEER_SECONDS = 60.0
"""A peer that needs longer has lost its case: ours needs 5 s at most up to 2,000."""
STRESS_PEER_SECONDS = 300.0
OUR_SECONDS = 900.0

_DENSE = ("scipy", "lapx")
_DENSE_ONLY = "its arcs of all candidates do not fit"
_NO_MATRIX = "a matrix of 2.5 billion scores does not fit"
_REASONS = {
    10_000: dict.fromkeys([name for name in PEERS if name not in _DENSE], _DENSE_ONLY),
    50_000: dict.fromkeys(PEERS, _NO_MATRIX),
}
_SHORT = {80: tuple(PEERS), 500: ("scipy", "lapx", "OR-Tools flow"), 2_000: ("lapx",)}
"""Peers of the short form: those that take a second or so."""
_GAPS = {"HiGHS MIP": "0, it says"}
"""What a peer says of its own gap; nothing of it can be checked from outside."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement to make; ``why_not`` says why there is none."""

    name: str
    size: int
    limit_seconds: float
    why_not: str = ""


def runs(*, short: bool, stress: bool) -> list[Run]:
    """Give what is measured, in order."""
    return [
        run
        for size in (*SIZES, *(STRESS if stress and not short else ()))
        for run in (*_our_runs(size), *_peer_runs(size, short=short))
    ]


def _our_runs(size: int) -> Iterator[Run]:
    """Ours with the greatest total, and beside it the default policy where one matrix suffices."""
    for name in OURS if size in SIZES else list(OURS)[:1]:
        yield Run(name, size, OUR_SECONDS)


def _peer_runs(size: int, *, short: bool) -> Iterator[Run]:
    limit = STRESS_PEER_SECONDS if size in STRESS else PEER_SECONDS
    for name in PEERS:
        if not short or name in _SHORT[size]:
            yield Run(name, size, limit, _REASONS.get(size, {}).get(name, ""))


def measure(todo: list[Run], done: Callable[[Run], None]) -> list[Figure]:
    """Measure everything, one after another; ``done`` is told of each."""
    figures: list[Figure] = []
    best: dict[int, int] = {}
    ours: dict[int, int] = {}
    for run in todo:
        found = run.why_not or _measured(run)
        figures += _figures(run, found)
        if isinstance(found, Measured):
            if run.name == "ours":
                ours[run.size] = found.objective
            elif run.name in PEERS:
                best[run.size] = max(best.get(run.size, 0), found.objective)
        done(run)
    behind = {size: max(0, best[size] - ours[size]) for size in ours if size in best}
    return figures + [
        exactly(f"{_subject(Run('ours', size, 0))}: behind the best peer", value, "units", 0)
        for size, value in behind.items()
    ]


def _measured(run: Run) -> Measured | str:
    """Run it, or say in words why there is no figure."""
    command = [sys.executable, "-m", "benchmarks.matching.one", run.name, str(run.size)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, capture_output=True, timeout=run.limit_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"stopped after {run.limit_seconds:.0f} s"
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        if run.name in OURS:
            raise RuntimeError(f"{_subject(run)}: {' '.join(last)}")
        return (last or [f"exit code {done.returncode}"])[0].split(":")[0]
    return Measured(**orjson.loads(done.stdout.splitlines()[-1]))


def _subject(run: Run) -> str:
    return f"{run.size:,} x {run.size:,}, {run.name}"


def _figures(run: Run, found: Measured | str) -> list[Figure]:
    subject = _subject(run)
    if isinstance(found, str):
        return [Figure(f"{subject}: time", found, "ms")]
    spent = round(found.seconds * 1000, 2)
    goal = GOALS_SECONDS[run.size] * 1000
    return [
        at_most(f"{subject}: time", spent, "ms", goal)
        if run.name == "ours"
        else Figure(f"{subject}: time", spent, "ms"),
        *_whole(subject, found),
        Figure(f"{subject}: memory", round(found.megabytes), "MB"),
        Figure(f"{subject}: pairs", found.pairs, ""),
        Figure(f"{subject}: objective", found.objective, "units"),
        Figure(f"{subject}: worst pair", found.worst or 0, "units"),
        Figure(f"{subject}: proven gap", _GAPS.get(run.name, "none"), "units")
        if found.gap is None
        else exactly(f"{subject}: proven gap", found.gap, "units", 0),
    ]


def _whole(subject: str, found: Measured) -> list[Figure]:
    if found.whole_seconds is None:
        return []
    return [Figure(f"{subject}: with reasons", round(found.whole_seconds * 1000, 1), "ms")]
