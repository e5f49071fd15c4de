"""Whether the answers of rounds are what they say: `make eval-matching`.

Promises: every figure is counted in this run.
    infeasible rules     each hand-written set gets a conflict, none of whose rules can be spared
    re-runs              pairs kept after one city in twenty has changed, and at what price
    why nots             each equals the round solved again with the pair forced in
    proofs               the independent checker proves every round that was solved here

``BENCH=short`` takes smaller rounds and fewer seeds, for CI.
"""

import os
import sys
from collections.abc import Callable

import orjson
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from benchmarks.matching import conflicts, reruns, whynots
from benchmarks.matching.infeasible import cases
from benchmarks.matching.reruns import Rerun
from benchmarks.report import Figure, exactly, finish
from services.matching.solver.problem import Policy
from tools.check_round.__main__ import check
from tools.check_round.reading import WrongError

SEEDS = (1, 2, 3, 4, 5)
SIZE, SHORT_SIZE = 500, 200
CITIES, SHORT_CITIES = 80, 40
AGAIN, SHORT_AGAIN = 200, 20


def main() -> int:
    """Judge everything, print, write reports/eval-matching.json; not 0 when a goal was missed."""
    short = os.environ.get("BENCH") == "short"
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    rounds: list[Rerun] = []
    with Progress(*columns) as progress:
        figures = [
            *_conflicts(progress),
            *_why_nots(progress, rounds, short=short),
            *_reruns(progress, rounds, short=short),
            *_proofs(progress, rounds),
        ]
    return finish("eval-matching", figures)


def _conflicts(progress: Progress) -> list[Figure]:
    task = progress.add_task("infeasible rules", total=len(cases()))
    return list(conflicts.measure(_step(progress, task)))


def _why_nots(progress: Progress, rounds: list[Rerun], *, short: bool) -> list[Figure]:
    size, again = (SHORT_CITIES, SHORT_AGAIN) if short else (CITIES, AGAIN)
    policies = (Policy.MAX_SCORE, Policy.BEST_WORST)
    task = progress.add_task("why not", total=size * len(policies))
    told = _step(progress, task)
    return [
        figure
        for policy in policies
        for figure in whynots.measure(size, policy, again, rounds, told)
    ]


def _reruns(progress: Progress, rounds: list[Rerun], *, short: bool) -> list[Figure]:
    size, seeds = (SHORT_SIZE, SEEDS[:1]) if short else (SIZE, SEEDS)
    task = progress.add_task("re-runs", total=len(seeds))
    figures = []
    for figure in reruns.measure(size, seeds, rounds):
        figures.append(figure)
        if "surviving pairs" in figure.name and figure.goal == "":
            progress.advance(task)
    return figures


def _proofs(progress: Progress, rounds: list[Rerun]) -> list[Figure]:
    """Have the independent checker prove every round; a gap is told, a false claim counts."""
    task = progress.add_task("proofs", total=len(rounds))
    wrong = gaps = 0
    for each in rounds:
        pairs = [suggestion.pair for suggestion in each.solution.suggestions]
        proof = each.solution.certificate
        answer = {"problem": each.problem, "pairs": pairs, "certificate": proof}
        try:
            check(orjson.loads(orjson.dumps(answer | {"solution": each.solution})))
        except WrongError as error:
            progress.console.print(f"not proven: {error}")
            wrong += 1
        gaps += proof.upper_bound > proof.objective
        progress.advance(task)
    return [
        Figure("proofs, rounds checked from outside", len(rounds), ""),
        exactly("proofs, not proven", wrong, "", 0),
        exactly("proofs, with a gap", gaps, "", 0),
    ]


def _step(progress: Progress, task: TaskID) -> Callable[[], None]:
    return lambda: progress.advance(task)


if __name__ == "__main__":
    sys.exit(main())
