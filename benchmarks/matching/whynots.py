"""Whether every "why not" says exactly what insisting on that pair would cost.

For each pair that was not chosen, the round is solved again with the pair forced in, by scipy: the
scores without that row and column, plus the pair; where the policy puts the number of pairs first,
each pair counts far more than any score, and others than the forced one keep the policy's floor.
Some of them are solved again by the service's own solver too, with the pair locked.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.matching.instances import instance
from benchmarks.matching.reruns import Rerun, solved
from benchmarks.report import Figure, exactly
from services.matching.solver.features import Bools, Ints
from services.matching.solver.problem import POINTS, Pair, Policy, Problem
from services.matching.solver.reasons.answers import Loss
from services.matching.solver.reasons.explain import explain_city
from services.matching.solver.scores import Scores, score_all
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve

Told = Callable[[], None]
Cost = tuple[int, int]
"""Pairs and points lost."""


def measure(
    size: int, policy: Policy, again: int, rounds: list[Rerun], told: Told
) -> Iterator[Figure]:
    """Compare all alternatives of all EU cities; ``again`` of them are solved by ourselves too."""
    problem = instance(size, policy=policy)
    solution = solved(problem)
    rounds.append(Rerun(problem, solution))
    said = dict(_said(problem, solution, told))
    forced = Forced(problem, solution)
    priced = {pair: loss for pair, loss in said.items() if loss is not None and loss.exact}
    wrong = sum(forced.cost(pair) != (loss.pairs, loss.points) for pair, loss in priced.items())
    sample = random.Random(7).sample(sorted(priced, key=_ids), min(again, len(priced)))
    unlike = sum(_solved_again(problem, solution, p) != _cost(priced[p]) for p in sample)
    name = f"why not at {size}, {policy.value}"
    possible = size * size - len(solution.suggestions)
    yield exactly(f"{name}, alternatives priced exactly", len(priced), "", possible)
    yield exactly(f"{name}, unlike scipy with the pair forced", wrong, "", 0)
    yield exactly(f"{name}, unlike {len(sample)} own solutions with a lock", unlike, "", 0)
    off = sum(
        sum(part.points for part in each.parts) != each.score for each in solution.suggestions
    )
    yield exactly(f"{name}, explanations that miss their score", off, "", 0)


def _said(problem: Problem, solution: Solution, told: Told) -> Iterator[tuple[Pair, Loss | None]]:
    for city in problem.eu:
        for each in explain_city(problem, solution, city.id).alternatives:
            yield each.pair, each.loss
        told()


class Forced:
    """Solves one round again and again with a pair forced in."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        scores = score_all(problem)
        last = solution.certificate.steps[-1]
        first = problem.rules.policy is not Policy.MAX_SCORE
        self._each = len(problem.eu) * POINTS * 2 if first else 0
        self._floor = last.floor
        self._scores, self._rows, self._columns = scores, *_places(scores)
        self._worth = self._worth_of(scores.mutual & (scores.points >= self._floor))
        self._best = self._total(np.ones(scores.points.shape, np.bool_))

    def cost(self, pair: Pair) -> Cost:
        """Give what the best assignment with the pair has less than the best."""
        row, column = self._rows[pair.eu_city_id], self._columns[pair.partner_city_id]
        open_ = np.ones(self._worth.shape, np.bool_)
        open_[row], open_[:, column] = False, False
        pairs, points = self._total(open_)
        points += int(self._scores.points[row, column])
        return self._best[0] - pairs - 1, self._best[1] - points

    def _worth_of(self, candidates: Bools) -> Ints:
        worth: Ints = np.where(candidates, self._scores.points + self._each, 0)
        return worth

    def _total(self, open_: Bools) -> Cost:
        worth = np.where(open_, self._worth, 0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        chosen = worth[rows, columns] > 0
        points = self._scores.points[rows[chosen], columns[chosen]]
        return int(chosen.sum()), int(points.sum())


def _places(scores: Scores) -> tuple[dict[str, int], dict[str, int]]:
    eu, partner = scores.eu, scores.partner
    return {c.id: n for n, c in enumerate(eu)}, {c.id: n for n, c in enumerate(partner)}


def _solved_again(problem: Problem, solution: Solution, pair: Pair) -> Cost | None:
    floor = solution.certificate.steps[-1].floor
    kept = None if problem.rules.policy is Policy.MAX_SCORE else floor
    outcome = solve(replace(problem, locks=(pair,)), floor=kept)
    if isinstance(outcome, Infeasible):
        return None
    pairs = len(solution.suggestions) - len(outcome.suggestions)
    return pairs, solution.certificate.objective - outcome.certificate.objective


def _cost(loss: Loss) -> Cost:
    return loss.pairs, loss.points


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.eu_city_id, pair.partner_city_id
