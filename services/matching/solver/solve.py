"""From a problem to its proven, explained solution: the one call that a round's worker makes.

Promises that a solution which it returns was checked by ``certificate``, and that shuffled input
gives the same bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.solver.assignment import Assignment, Instance, assign, tie_break
from services.matching.solver.certificate import Claim, check
from services.matching.solver.features import Bools
from services.matching.solver.parts import criteria, explain
from services.matching.solver.problem import City, Pair, Problem
from services.matching.solver.scores import Scores, score_all
from services.matching.solver.solution import (
    Certificate,
    Dual,
    Infeasible,
    Solution,
    Step,
    Suggestion,
)

Places = tuple[int, int]
"""Row and column of a pair."""


def solve(problem: Problem) -> Solution | Infeasible:
    """Choose the pairs with the greatest total score among those that keep every lock and veto."""
    reason = _why_not(problem)
    if reason is not None:
        return Infeasible(reason)
    scores = score_all(problem)
    vetoed = _places(scores, problem.vetoes)
    candidates = scores.mutual.copy()
    for place in vetoed:
        candidates[place] = False
    locks = _places(scores, problem.locks)
    bound = _solved(scores, candidates, locks)
    free = bound if not locks else _solved(scores, candidates, ())
    if not bound.pairs:
        return Infeasible(
            "No pair is possible: in none does each city seek something that the other offers."
        )
    taken: dict[int, list[int]] = defaultdict(list)
    for row, column in bound.pairs:
        taken[row].append(column)
    choice = _Choice(scores, candidates, taken, frozenset(locks), frozenset(free.pairs))
    chosen = [_suggestion(problem, choice, place) for place in bound.pairs]
    chosen.sort(key=lambda each: (-each.score, each.pair.eu_city_id, each.pair.partner_city_id))
    return Solution(tuple(chosen), bound.certificate, free.certificate.objective)


def reprove(problem: Problem, pairs: Collection[Pair], certificate: Certificate) -> bool:
    """Tell whether a stored certificate proves that the stored pairs are optimal.

    Scores are made anew from the problem; only the checker's word counts.
    """
    scores = score_all(problem)
    candidates = scores.mutual.copy()
    for place in _places(scores, problem.vetoes):
        candidates[place] = False
    locks = _places(scores, problem.locks)
    free = tuple(each for each in _places(scores, pairs) if each not in set(locks))
    (step,) = certificate.steps
    duals = tuple(d.points for d in step.eu), tuple(d.points for d in step.partner)
    if len(duals[0]) != len(scores.eu) or len(duals[1]) != len(scores.partner):
        return False
    try:
        objective, upper_bound = _checked(scores, candidates, locks, Assignment(free, *duals))
    except ValueError:
        return False
    step_holds = (step.objective, step.upper_bound) == (objective, upper_bound)
    proven = (certificate.objective, certificate.upper_bound) == (objective, upper_bound)
    return step_holds and proven and objective == upper_bound


@dataclass(frozen=True, slots=True)
class _Solved:
    pairs: tuple[Places, ...]
    certificate: Certificate


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    scores: Scores
    candidates: Bools
    taken: Mapping[int, Sequence[int]]
    """The columns of each row's chosen pairs."""
    locked: frozenset[Places]
    free: frozenset[Places]
    """The pairs of the optimum without any lock."""


def _why_not(problem: Problem) -> str | None:
    """Say in words why there can be no answer; None when there can."""
    if not problem.eu or not problem.partner:
        side = "EU" if not problem.eu else "partner"
        return f"There is nothing to match: no application on the {side} side is admitted."
    vetoed = set(problem.vetoes)
    for lock in problem.locks:
        if lock in vetoed:
            return f"The pair {lock.eu_city_id} and {lock.partner_city_id} is locked and vetoed."
    capacity = {city.id: city.capacity for city in (*problem.eu, *problem.partner)}
    used = Counter(lock.eu_city_id for lock in problem.locks)
    used += Counter(lock.partner_city_id for lock in problem.locks)
    for city_id, number in sorted(used.items()):
        if city_id not in capacity:
            return f"City {city_id} is in a decided pair and no longer admitted."
        if number > capacity[city_id]:
            return (
                f"City {city_id} has {number} decided pairs and may have {capacity[city_id]}: "
                "release a lock or raise the exchange's number of partners."
            )
    return None


def _places(scores: Scores, pairs: Collection[Pair]) -> tuple[Places, ...]:
    """Give rows and columns of the pairs; pairs with a city outside of the problem fall away."""
    rows = {city.id: row for row, city in enumerate(scores.eu)}
    columns = {city.id: column for column, city in enumerate(scores.partner)}
    return tuple(
        (rows[pair.eu_city_id], columns[pair.partner_city_id])
        for pair in sorted(pairs, key=lambda each: (each.eu_city_id, each.partner_city_id))
        if pair.eu_city_id in rows and pair.partner_city_id in columns
    )


def _solved(scores: Scores, candidates: Bools, locks: tuple[Places, ...]) -> _Solved:
    """Solve what the locks leave open, and check it."""
    allowed, rows, columns = _left_open(scores, candidates, locks)
    ids = [city.id for city in scores.eu], [city.id for city in scores.partner]
    found = assign(Instance(scores.points, allowed, rows, columns, ids))
    objective, upper_bound = _checked(scores, candidates, locks, found)
    duals = _duals(scores.eu, found.row_duals), _duals(scores.partner, found.column_duals)
    step = Step("score", 0, 0, objective, upper_bound, *duals)
    certificate = Certificate(objective, upper_bound, (step,))
    return _Solved(tuple(sorted({*locks, *found.pairs})), certificate)


def _left_open(
    scores: Scores, candidates: Bools, locks: Collection[Places]
) -> tuple[Bools, list[int], list[int]]:
    rows = [city.capacity for city in scores.eu]
    columns = [city.capacity for city in scores.partner]
    allowed = candidates.copy()
    for row, column in locks:
        rows[row] -= 1
        columns[column] -= 1
        allowed[row, column] = False
    return allowed, rows, columns


def _checked(
    scores: Scores, candidates: Bools, locks: Collection[Places], found: Assignment
) -> tuple[int, int]:
    allowed, rows, columns = _left_open(scores, candidates, locks)
    table = [
        [points if may else None for points, may in zip(*row, strict=True)]
        for row in zip(scores.points.tolist(), allowed.tolist(), strict=True)
    ]
    claim = Claim(table, rows, columns, found.pairs, found.row_duals, found.column_duals)
    objective, upper_bound = check(claim)
    decided = sum(int(scores.points[place]) for place in locks)
    return objective + decided, upper_bound + decided


def _duals(cities: Sequence[City], values: Sequence[int]) -> tuple[Dual, ...]:
    return tuple(Dual(city.id, value) for city, value in zip(cities, values, strict=True))


def _suggestion(problem: Problem, choice: _Choice, place: Places) -> Suggestion:
    eu, partner = choice.scores.eu[place[0]], choice.scores.partner[place[1]]
    score, parts = explain(eu, partner, criteria(problem))
    return Suggestion(
        pair=Pair(eu.id, partner.id),
        score=score,
        parts=parts,
        locked=place in choice.locked,
        chosen_freely=place in choice.free,
        runner_up_city_id=_runner_up(choice, place[0]),
    )


def _runner_up(choice: _Choice, row: int) -> str | None:
    """Give the EU city's best candidate that it did not get; among equals the tie-break decides."""
    others = choice.candidates[row].copy()
    others[choice.taken[row]] = False
    if not others.any():
        return None
    eu, partner = choice.scores.eu, choice.scores.partner
    points = np.where(others, choice.scores.points[row], -1)
    best = [partner[column].id for column in np.flatnonzero(points == points.max()).tolist()]
    return max(best, key=lambda city_id: tie_break(eu[row].id, city_id))
