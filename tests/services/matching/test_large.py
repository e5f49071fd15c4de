"""Rounds beyond one score matrix: same scores, same totals and same proof as the small solver."""

import random
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.matching.instances import instance
from services.matching.solver.large import limits, too_large
from services.matching.solver.problem import (
    MAX_CITIES_PER_SIDE,
    City,
    Pair,
    Policy,
    Problem,
    Quota,
    Rules,
    Selection,
    Weights,
)
from services.matching.solver.reasons.verdict import settled
from services.matching.solver.scores import score_all
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import problems

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOST_POINTS = Rules(policy=Policy.MAX_SCORE, turn_points=0, incumbent_points=0)


def _large(problem: Problem) -> Solution | Infeasible:
    for name in limits.PACKAGES:
        pytest.importorskip(name, reason="`make bench-matching` installs the stress packages")
    from services.matching.solver.large.solve import solve_large  # noqa: PLC0415 - may be missing

    return solve_large(problem)


def test_scores_of_candidates_are_those_of_the_small_solver() -> None:
    pytest.importorskip("numba", reason="`make bench-matching` installs the stress packages")
    from services.matching.solver.large.features import features  # noqa: PLC0415 - as above
    from services.matching.solver.large.optimum import scored  # noqa: PLC0415 - as above

    weights = Weights(mutual=550, maturity=50)
    problem = replace(_partly_unknown(instance(300)), weights=weights)
    those = scored(features(problem), np.arange(300 * 300))

    assert (those.points.reshape(300, 300) == score_all(problem).points).all()


def _partly_unknown(problem: Problem) -> Problem:
    chance = random.Random(3)

    def forget(city: City) -> City:
        return chance.choice(
            (
                replace(city, population=None),
                replace(city, zone_half_hours=None),
                replace(city, maturity=None),
            )
        )

    return replace(
        problem, eu=tuple(map(forget, problem.eu)), partner=tuple(map(forget, problem.partner))
    )


@pytest.mark.parametrize("size", [70, 400])
def test_total_and_proof_are_those_of_the_small_solver(size: int) -> None:
    problem = _partly_unknown(instance(size))

    large, small = _large(problem), solve(problem)

    assert isinstance(large, Solution)
    assert isinstance(small, Solution)
    assert large.certificate.objective == small.certificate.objective
    assert large.certificate.upper_bound == large.certificate.objective
    assert sum(each.score for each in large.suggestions) == large.certificate.objective
    assert large.unique == small.unique


@given(problems())
@FEW
def test_locks_vetoes_and_capacities_are_kept_at_the_best_total(problem: Problem) -> None:
    rules = replace(MOST_POINTS, min_score=150_000, avoid_met=True)
    problem = replace(problem, weights=Weights(), rules=rules)

    large, small = _large(problem), solve(problem)

    assert isinstance(large, Solution) == isinstance(small, Solution)
    if isinstance(large, Solution) and isinstance(small, Solution):
        assert large.certificate.objective == small.certificate.objective
        assert large.certificate.upper_bound == large.certificate.objective
        assert large.free_objective == small.free_objective
        assert {each.pair for each in large.suggestions} >= set(problem.locks)


def test_shuffled_cities_and_one_core_give_the_same_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = instance(600)
    whole = _large(problem)
    chance = random.Random(1)
    shuffled = replace(
        problem, eu=tuple(chance.sample(problem.eu, 600)), partner=problem.partner[::-1]
    )
    from services.matching.solver.large import scan  # noqa: PLC0415 - may be missing

    monkeypatch.setattr(scan, "workers", lambda: 1)

    assert _large(shuffled) == whole


def test_check_refuses_what_is_no_assignment_and_weaker_duals_prove_less() -> None:
    problem = replace(instance(40), rules=MOST_POINTS)
    solution = _large(problem)
    assert isinstance(solution, Solution)
    from services.matching.solver.large.check import Claim, check  # noqa: PLC0415 - as above

    rows = {city.id: place for place, city in enumerate(problem.eu)}
    columns = {city.id: place for place, city in enumerate(problem.partner)}
    chosen = [each.pair for each in solution.suggestions]
    pairs = np.array([(rows[p.eu_city_id], columns[p.partner_city_id]) for p in chosen])
    (step,) = solution.certificate.steps
    u, v = (np.array([dual.points for dual in side]) for side in (step.eu, step.partner))
    claim = Claim(problem, pairs, u, v)

    objective, bound = check(claim)

    assert objective == bound == solution.certificate.objective
    for place, change in product(range(0, 40, 7), (-50_000, -5, 5)):
        other = v.copy()
        other[place] = max(0, v[place] + change)
        worse = check(replace(claim, column_duals=other))[1]
        assert worse >= objective
        assert change < 0 or worse == bound + change
    barred = next(
        (i, j)
        for i, j in product(range(40), repeat=2)
        if not score_all(problem).mutual[i, j] and i not in pairs[:, 0] and j not in pairs[:, 1]
    )
    for wrong in (
        replace(claim, pairs=np.concatenate([pairs, pairs[:1]])),
        replace(claim, pairs=np.concatenate([pairs, [[pairs[0, 0], pairs[1, 1]]]])),
        replace(claim, pairs=np.concatenate([pairs, [barred]])),
        replace(claim, row_duals=u - u.max() - 1),
        replace(claim, problem=replace(problem, vetoes=(chosen[0],))),
        replace(claim, problem=replace(problem, locks=(Pair("cty_e000000", "cty_p000000"),))),
    ):
        with pytest.raises(ValueError, match=r"chosen|dual|capacity"):
            check(wrong)


def test_small_rounds_are_never_too_large() -> None:
    assert too_large(instance(20, policy=Policy.LEXIMIN)) is None


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        (Rules(), "max_score"),
        (replace(MOST_POINTS, quotas=(Quota("all", Selection(), most=9),)), "quotas"),
    ],
)
def test_a_large_round_beyond_the_rules_is_refused_in_words(
    rules: Rules, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PACKAGES", ())
    cities = instance(1).eu * (MAX_CITIES_PER_SIDE + 1)

    assert word in (too_large(Problem(cities, cities, Weights(), rules=rules)) or "")


def test_a_service_without_the_packages_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PACKAGES", ("no_such_solver",))
    cities = instance(1).eu * (MAX_CITIES_PER_SIDE + 1)

    assert "no_such_solver" in (
        too_large(Problem(cities, cities, Weights(), rules=MOST_POINTS)) or ""
    )


@given(problems())
@FEW
def test_blocking_pairs_are_those_of_the_small_solver(problem: Problem) -> None:
    weights = Weights(mutual=550, maturity=50)
    problem = replace(problem, weights=weights, rules=MOST_POINTS)

    large = _large(problem)

    if isinstance(large, Solution):
        small = settled(problem, large)
        assert (large.blocking, large.blocking_count) == (small.blocking, small.blocking_count)
        assert not large.unique or small.unique
        sure = {each.pair for each in large.suggestions if each.firm}
        assert sure <= {each.pair for each in small.suggestions if each.firm}


def test_the_fifty_blocking_pairs_that_are_listed_are_those_of_the_small_solver() -> None:
    problem = instance(700)
    large = _large(problem)
    assert isinstance(large, Solution)

    small = settled(problem, large)

    assert large.blocking_count == small.blocking_count > len(large.blocking)
    assert large.blocking == small.blocking
