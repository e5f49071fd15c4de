"""Every rule, policy and shape against trying everything."""

import random
from dataclasses import replace
from itertools import permutations, product

import pytest
from hypothesis import HealthCheck, given, settings

from services.matching.solver.feasible import feasible
from services.matching.solver.problem import Pair, Policy, Problem, Shape
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import reprove, solve
from tests.services.matching.problems import (
    choices,
    most_worst_total,
    problems,
    total,
    ways_of,
)
from tests.services.matching.test_solver_policies import many, ruled, solved

FAST = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def reached(problem: Problem, solution: Solution) -> tuple[int, float, int]:
    """Give what BEST_WORST compares, of the solver's answer."""
    chosen = solution.suggestions
    free = [each.score for each in chosen if not each.locked]
    gains = sum(each.score + each.bonus for each in chosen)
    assert gains == solution.certificate.objective <= solution.certificate.upper_bound
    assert reprove(problem, chosen, solution.certificate)
    assert set(problem.locks) <= {each.pair for each in chosen}
    return len(chosen), min(free, default=float("inf")), gains


@given(problems(Policy.MAX_SCORE, most=3, quotas=2))
@FAST
def test_greatest_total_under_quotas_is_found(problem: Problem) -> None:
    best = max(((len(each) > 0, total(each)) for each in choices(problem)), default=None)

    outcome = solve(problem)

    if best and best[0]:
        assert isinstance(outcome, Solution), outcome
        assert reached(problem, outcome)[2] == best[1]
    else:
        assert isinstance(outcome, Infeasible)
    assert feasible(problem) == (best is not None)


@given(problems(Policy.BEST_WORST, most=3, quotas=2))
@FAST
def test_most_pairs_then_best_worst_then_total_under_quotas(problem: Problem) -> None:
    best = max((most_worst_total(problem, each) for each in choices(problem)), default=None)

    outcome = solve(problem)

    assert isinstance(outcome, Infeasible) or reached(problem, outcome) == best
    assert isinstance(outcome, Solution) or best is None or best[0] == 0


@given(problems(Policy.BEST_WORST, most=4))
@FAST
def test_most_pairs_then_best_worst_then_total(problem: Problem) -> None:
    best = max(most_worst_total(problem, each) for each in choices(problem))

    outcome = solve(problem)

    assert best[0] == 0 or isinstance(outcome, Solution)
    if isinstance(outcome, Solution):
        assert reached(problem, outcome) == best
        assert outcome.certificate.upper_bound == outcome.certificate.objective


@given(problems(Policy.BEST_WORST, Shape.TRIOS, most=4))
@FAST
def test_trios(problem: Problem) -> None:
    best = max((most_worst_total(problem, each) for each in choices(problem)), default=None)

    outcome = solve(problem)

    assert isinstance(outcome, Infeasible) or reached(problem, outcome) == best
    assert isinstance(outcome, Solution) or best is None or best[0] == 0


@given(problems(Policy.BEST_WORST, Shape.MENTORS, most=3, quotas=1))
@FAST
def test_mentors(problem: Problem) -> None:
    best = max((most_worst_total(problem, each) for each in choices(problem)), default=None)

    outcome = solve(problem)

    assert isinstance(outcome, Infeasible) or reached(problem, outcome) == best
    assert isinstance(outcome, Solution) or best is None or best[0] == 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("policy", [Policy.MAX_SCORE, Policy.BEST_WORST])
def test_seven_cities_a_side_against_all_permutations(policy: Policy, seed: int) -> None:
    chance = random.Random(seed)
    problem = ruled(many(7, seed), policy)
    pairs = [Pair(eu.id, partner.id) for eu, partner in product(problem.eu, problem.partner)]
    vetoes, incumbents = chance.sample(pairs, 12), chance.sample(pairs, 5)
    problem = replace(problem, vetoes=tuple(vetoes), incumbents=tuple(incumbents))
    ways = [[ways_of(problem, eu, partner) for partner in problem.partner] for eu in problem.eu]

    # Every choice is part of a permutation, and as none gains by having fewer pairs, all of one.
    tried = [
        tuple(way for i, j in enumerate(order) for way in ways[i][j])
        for order in permutations(range(7))
    ]
    outcome = solved(problem)

    best = max(most_worst_total(problem, each) for each in tried)
    if policy is Policy.MAX_SCORE:
        assert reached(problem, outcome)[2] == max(map(total, tried))
    else:
        assert reached(problem, outcome) == best
    assert outcome.certificate.upper_bound == outcome.certificate.objective
