"""From a large problem to its proven solution: what the small solver does, without its matrix.

Promises that a solution which it returns was checked by ``check``, and that shuffled input and
another number of cores give the same bytes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from services.matching.solver.large.blocking import blocking
from services.matching.solver.large.check import Claim, check
from services.matching.solver.large.features import Features, Ints, features
from services.matching.solver.large.optimum import Optimum, Told, optimum
from services.matching.solver.large.scan import NOBODY
from services.matching.solver.large.unique import is_unique
from services.matching.solver.parts import criteria, explain
from services.matching.solver.problem import ONE_POINT, City, Pair, Problem
from services.matching.solver.solution import (
    Certificate,
    Dual,
    Infeasible,
    Solution,
    Step,
    Suggestion,
)
from services.matching.solver.ties import tie_break

FAR = ONE_POINT
"""Slack of a row that has no other pair within ``REACH``: at least so much."""


def solve_large(problem: Problem, told: Told = lambda _: None) -> Solution | Infeasible:
    """Choose the pairs with the greatest total score; ``told`` hears how far it is.

    Takes, on two cores, about 5 s at 10,000 cities a side and 100 s at 50,000, with 1 GB.
    """
    reason = _why_not(problem)
    if reason is not None:
        return Infeasible(reason)
    these = features(problem)
    best = optimum(these, told)
    told("proof")
    pairs = np.concatenate([these.locks, _chosen(best)])
    if not len(pairs):
        return Infeasible(
            "No pair is possible: in none does each city seek something that the other offers."
        )
    objective, bound = check(Claim(problem, pairs, best.row_duals, best.column_duals))
    told("reasons")
    free = _free(problem, told) if len(these.locks) else (pairs, objective)
    duals = _duals(these.eu.cities, best.row_duals), _duals(these.partner.cities, best.column_duals)
    step = Step("score", 0, 0, objective, bound, *duals)
    suggestions = _suggestions(problem, these, best, free[0])
    listed, count = blocking(these, _chosen(best))
    return Solution(
        suggestions=suggestions,
        certificate=Certificate(objective, bound, (step,)),
        free_objective=free[1],
        unique=is_unique(these, best),
        worst=min((each.score for each in suggestions if not each.locked), default=0),
        blocking=listed,
        blocking_count=count,
    )


def _why_not(problem: Problem) -> str | None:
    """Say in words which decided pairs can't all be kept; None when they can."""
    vetoed = set(problem.vetoes)
    capacity = {city.id: city.capacity for city in (*problem.eu, *problem.partner)}
    used = Counter(lock.eu_city_id for lock in problem.locks)
    used += Counter(lock.partner_city_id for lock in problem.locks)
    for lock in problem.locks:
        if lock in vetoed:
            return f"The pair {lock.eu_city_id} and {lock.partner_city_id} is locked and vetoed."
    for city_id, number in sorted(used.items()):
        if number > capacity.get(city_id, 0):
            return (
                f"City {city_id} has {number} decided pairs and may have "
                f"{capacity.get(city_id, 0)}: release a lock or raise its number of partners."
            )
    return None


def _chosen(best: Optimum) -> Ints:
    these = best.candidates
    return np.stack([these.rows[best.chosen], these.columns[best.chosen]], axis=1)


def _free(problem: Problem, told: Told) -> tuple[Ints, int]:
    """Give the optimum as if nothing had been decided: its pairs and its total."""
    best = optimum(features(replace(problem, locks=())), told)
    return _chosen(best), int(best.candidates.points[best.chosen].sum())


def _duals(cities: Sequence[City], values: Ints) -> tuple[Dual, ...]:
    return tuple(Dual(city.id, value) for city, value in zip(cities, values.tolist(), strict=True))


def _suggestions(
    problem: Problem, these: Features, best: Optimum, free: Ints
) -> tuple[Suggestion, ...]:
    by = criteria(problem)
    eu, partner = these.eu.cities, these.partner.cities
    freely = set(map(tuple, free.tolist()))
    others, slack = _runners_up(these, best), _slack(best)
    firm = (np.minimum(slack, best.row_duals) >= ONE_POINT).tolist()
    chosen = []
    places = [(each, True) for each in these.locks.tolist()]
    places += [(each, False) for each in _chosen(best).tolist()]
    for (i, j), locked in places:
        score, parts = explain(eu[i], partner[j], by)
        other = others.get(i)
        chosen.append(
            Suggestion(
                pair=Pair(eu[i].id, partner[j].id),
                score=score,
                parts=parts,
                locked=locked,
                chosen_freely=(i, j) in freely,
                runner_up_city_id=None if other is None else partner[other].id,
                firm=locked or firm[i],
            )
        )
    chosen.sort(key=lambda each: (-each.score, each.pair.eu_city_id, each.pair.partner_city_id))
    return tuple(chosen)


def _runners_up(these: Features, best: Optimum) -> dict[int, int]:
    """Give each row's best candidate that it did not get; among equals the tie-break decides."""
    found: dict[int, tuple[int, int, int]] = {}
    candidates = best.candidates
    open_ = ~best.chosen
    listed = (candidates.rows[open_], candidates.columns[open_], candidates.points[open_])
    for i, j, points in zip(*(each.tolist() for each in listed), strict=True):
        known = found.get(i)
        if known is not None and points < known[0]:
            continue
        tie = tie_break(these.eu.cities[i].id, these.partner.cities[j].id)
        if known is None or (points, tie) > known[:2]:
            found[i] = (points, tie, j)
    return {i: each[2] for i, each in found.items()}


def _slack(best: Optimum) -> Ints:
    """Give what the cheapest pair that a row did not get is short of its duals, ``FAR`` at most."""
    near = best.near
    rows = np.arange(len(best.row_duals))[:, None]
    keys = rows * len(best.column_duals) + near.other
    mine = best.candidates.rows * len(best.column_duals) + best.candidates.columns
    open_ = (near.other != NOBODY) & ~np.isin(keys, mine[best.chosen])
    slack: Ints = np.where(open_, -near.gain, FAR).min(axis=1, initial=FAR)
    return slack
