"""One solver on one instance in a process of its own: ``python -m benchmarks.matching.one``.

Prints one line of JSON at the end. Ours is timed from the cities to the proven pairs: scores, the
assignment and its proof; and once more to the end, with the reasons that people are given. A peer
is timed from the finished scores to the pairs. Small instances are repeated and the median is
given; what is loaded or compiled first is not timed.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import orjson

from benchmarks.matching.instances import instance
from benchmarks.matching.peers import PEERS
from services.matching.solver.features import Bools, Ints
from services.matching.solver.problem import MAX_CITIES_PER_SIDE, Policy, Problem
from services.matching.solver.scores import score_all
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve

OURS = {"ours": Policy.MAX_SCORE, "ours, default policy": Policy.BEST_WORST}
Found = TypeVar("Found")
Told = Callable[[str], None]
WARM_SIZE = 20
LARGE_WARM_SIZE = 300
MOST_REPEATS = 9
REPEAT_SECONDS = 3.0
"""So long at most are repeats of one solver together."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one solver did; ``objective`` in integer units, ``gap`` None where nothing is proven."""

    seconds: float
    megabytes: float
    pairs: int
    objective: int
    gap: int | None = None
    worst: int | None = None
    whole_seconds: float | None = None
    """With the reasons; ``seconds`` is without them."""


def main(name: str, size: int) -> int:
    """Measure one solver and print it."""
    run = _ours if name in OURS else _peer
    measured = run(name, size)
    sys.stdout.buffer.write(b"\n" + orjson.dumps(measured) + b"\n")
    return 0


def _ours(name: str, size: int) -> Measured:
    policy = OURS[name]
    call: Callable[[Problem, Told], Solution | Infeasible] = solve
    warm = WARM_SIZE
    if size > MAX_CITIES_PER_SIDE:
        from services.matching.solver.large.solve import solve_large  # noqa: PLC0415 - stress only

        call, warm = solve_large, LARGE_WARM_SIZE
    call(instance(warm, policy=policy), lambda _: None)
    problem = instance(size, policy=policy)
    proven: list[float] = []

    def told(stage: str) -> None:
        if stage == "reasons":
            proven.append(time.perf_counter())

    whole, solution, started = _timed(lambda: call(problem, told))
    seconds = statistics.median(at - begun for at, begun in zip(proven, started, strict=True))
    if isinstance(solution, Infeasible):
        raise TypeError(solution.problem)
    proof = solution.certificate
    worst = min(each.score for each in solution.suggestions)
    gap = proof.upper_bound - proof.objective
    pairs = len(solution.suggestions)
    figures = (pairs, proof.objective, gap, worst, whole)
    return Measured(seconds, _peak_megabytes(), *figures)


def _peer(name: str, size: int) -> Measured:
    peer = PEERS[name]
    small = score_all(instance(WARM_SIZE))
    peer(small.points, small.mutual)
    points, allowed = _scores(size)
    seconds, pairs, _ = _timed(lambda: peer(points, allowed))
    if len({i for i, _ in pairs}) < len(pairs) or len({j for _, j in pairs}) < len(pairs):
        raise ValueError(f"{name} gave a city twice")
    chosen = [int(points[place]) for place in pairs if allowed[place]]
    return Measured(seconds, _peak_megabytes(), len(chosen), sum(chosen), None, min(chosen))


def _scores(size: int) -> tuple[Ints, Bools]:
    """Score in one matrix, or, where our own limit forbids that, put it together from blocks."""
    problem = instance(size)
    if size <= MAX_CITIES_PER_SIDE:
        scores = score_all(problem)
        return scores.points, scores.mutual
    from benchmarks.matching.dense import dense_scores  # noqa: PLC0415 - stress only

    return dense_scores(problem)


def _timed(call: Callable[[], Found]) -> tuple[float, Found, list[float]]:
    """Give the median of some calls in seconds, what they found, and when each began."""
    times: list[float] = []
    began: list[float] = []
    while True:
        began.append(time.perf_counter())
        found = call()
        times.append(time.perf_counter() - began[-1])
        if len(times) >= MOST_REPEATS or sum(times) + max(times) > REPEAT_SECONDS:
            return statistics.median(times), found, began


def _peak_megabytes() -> float:
    """Give the most memory that this process has had. Source: proc(5), `VmHWM`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return round(kilobytes / 1024, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
