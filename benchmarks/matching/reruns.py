"""How much of a published round is kept when some cities say something else: by default, by locks.

A round of the default policy is published; then one city in twenty of each side says anew what it
seeks and offers, and the round is run again over what they say now. A pair *survives* if it is
still a candidate. The optimum is what the same policy finds with no thought for what was there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.matching.instances import edited, instance
from benchmarks.report import Figure, at_least, exactly
from services.matching.solver.problem import Pair, Policy, Problem
from services.matching.solver.scores import score_all
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve

EDITED = 0.05
KEPT_GOAL = 90.0
SCORE_GOAL = 99.0
ACCEPTED = 3
"""One pair of so many had been accepted by both cities before the edits."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """A problem, its answer, and how much of the earlier round is in it."""

    problem: Problem
    solution: Solution


def solved(problem: Problem) -> Solution:
    """Solve, or fail with the reason.

    Raises:
        ValueError: there is no answer.
    """
    outcome = solve(problem)
    if isinstance(outcome, Infeasible):
        raise ValueError(outcome.problem)  # noqa: TRY004 - the kind of answer is the fault
    return outcome


def measure(size: int, seeds: tuple[int, ...], rounds: list[Rerun]) -> Iterator[Figure]:
    """Give the figures of re-runs at one size; the rounds solved meanwhile are added."""
    kept, scores, locks = [], [], []
    for seed in seeds:
        before = instance(size, seed=seed, policy=Policy.BEST_WORST)
        first = solved(before)
        pairs = _pairs(first)
        after = edited(before, EDITED, seed=seed + 50)
        alive = surviving(after, pairs)
        plain = solved(after)
        favoured = replace(after, incumbents=tuple(sorted(pairs, key=_ids)))
        again = solved(favoured)
        kept.append(100 * len(alive & _pairs(again)) / len(alive))
        scores.append(100 * _score(again) / _score(plain))
        accepted = tuple(sorted(pairs, key=_ids))[::ACCEPTED]
        others = tuple(pair for pair in favoured.incumbents if pair not in accepted)
        decided = replace(favoured, locks=accepted, incumbents=others)
        kept_locks = solved(decided)
        locks.append(100 * len(_pairs(kept_locks).intersection(accepted)) / len(accepted))
        rounds += [
            Rerun(before, first),
            Rerun(after, plain),
            Rerun(favoured, again),
            Rerun(decided, kept_locks),
        ]
        yield Figure(f"re-run at {size}, seed {seed}, surviving pairs", len(alive), "")
        plainly = 100 * len(alive & _pairs(plain)) / len(alive)
        yield Figure(f"re-run at {size}, seed {seed}, kept with no favour", round(plainly, 1), "%")
    name = f"re-run at {size}, least of {len(seeds)} seeds"
    yield at_least(f"{name}, surviving pairs kept", round(min(kept), 1), "%", KEPT_GOAL)
    yield at_least(f"{name}, share of the optimum", round(min(scores), 2), "%", SCORE_GOAL)
    yield exactly(f"{name}, accepted pairs kept", round(min(locks), 1), "%", 100.0)


def surviving(problem: Problem, pairs: set[Pair]) -> set[Pair]:
    """Give the pairs that are still candidates."""
    scores = score_all(problem)
    rows, columns = (
        {city.id: place for place, city in enumerate(side)} for side in (scores.eu, scores.partner)
    )
    return {p for p in pairs if scores.mutual[rows[p.eu_city_id], columns[p.partner_city_id]]}


def _pairs(solution: Solution) -> set[Pair]:
    return {each.pair for each in solution.suggestions}


def _score(solution: Solution) -> int:
    return sum(each.score for each in solution.suggestions)


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.eu_city_id, pair.partner_city_id
