"""The solver against trying everything, and the promises about scores, ties and proofs."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.solver.features import size_class
from services.matching.solver.parts import Criteria, criteria, explain
from services.matching.solver.problem import (
    POINTS,
    City,
    Mean,
    Pair,
    Policy,
    Problem,
    Quota,
    Rules,
    Selection,
    Shape,
    Weights,
)
from services.matching.solver.scores import interests, score_all
from services.matching.solver.solution import Certificate, Dual, Infeasible, Solution
from services.matching.solver.solve import reprove, solve
from tests.services.matching.problems import ALL_WEIGHTS, cities, city, problems

FAST = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOTH = (("water", 5, 5),)


@given(problems())
@FAST
def test_locks_vetoes_and_capacities_are_kept(problem: Problem) -> None:
    outcome = solve(problem)

    pairs = {each.pair for each in outcome.suggestions} if isinstance(outcome, Solution) else set()
    assert set(problem.locks) <= pairs or isinstance(outcome, Infeasible)
    assert pairs.isdisjoint(problem.vetoes)
    for each in (*problem.eu, *problem.partner):
        assert sum(each.id in {p.eu_city_id, p.partner_city_id} for p in pairs) <= each.capacity


@given(problems(), st.randoms(use_true_random=False))
@FAST
def test_shuffled_input_gives_the_same_solution(problem: Problem, chance: random.Random) -> None:
    eu, partner = list(problem.eu), list(problem.partner)
    chance.shuffle(eu)
    chance.shuffle(partner)

    shuffled = replace(problem, eu=tuple(eu), partner=tuple(partner), vetoes=problem.vetoes[::-1])

    assert solve(shuffled) == solve(problem)


def test_among_equals_ids_decide_whatever_the_order() -> None:
    eu = tuple(city(f"e{n}", *BOTH) for n in range(6))
    partner = tuple(city(f"p{n}", *BOTH) for n in range(6))

    outcomes = {
        solve(Problem(eu[turn:] + eu[:turn], partner[::-1], Weights())) for turn in range(6)
    }

    assert len(outcomes) == 1


@given(cities("e"), cities("p"), st.sampled_from(Shape), st.sampled_from(Mean))
@FAST
def test_parts_sum_to_the_score_of_the_matrix(
    eu: tuple[City, ...], partner: tuple[City, ...], shape: Shape, mean: Mean
) -> None:
    met, rules = (Pair(eu[0].id, partner[0].id),), Rules(shape=shape, mean=mean)
    problem = Problem(eu, partner, ALL_WEIGHTS, rules=rules, met=met)
    scores = score_all(problem)

    for view in scores.views:
        for (row, one), (column, other) in product(enumerate(scores.eu), enumerate(scores.partner)):
            score, parts = explain(one, other, criteria(problem, view.hub))
            assert sum(part.points for part in parts) == score == view.points[row, column]
            assert min((part.points for part in parts), default=0) >= 0


def test_the_new_reasons_count_what_they_say() -> None:
    one = replace(city("e", *BOTH), projects=("water",), maturity=1, country="DE")
    other = replace(city("p", *BOTH), projects=("air",), maturity=3, prefers=("DE",))
    weights = Weights(0, 0, 0, 0, 0, 400, 300, 200, 100)

    _, parts = explain(one, other, Criteria(weights))
    _, again = explain(one, other, Criteria(weights, met=frozenset([Pair("e", "p")])))

    worth = {part.name: part.points // 1000 for part in parts}
    assert worth == {"project": 200, "maturity": 150, "preference": 100, "novelty": 100}
    assert again[-1].points == 0


@given(problems(most=4))
@FAST
def test_own_interest_is_the_score_with_what_the_city_itself_seeks(problem: Problem) -> None:
    mentors = replace(problem.rules, shape=Shape.MENTORS)  # whose score is the learner's interest
    problem = replace(problem, weights=replace(ALL_WEIGHTS, preference=0), rules=mentors)
    taught, learning = score_all(problem).views

    eu, partner = interests(problem)

    assert (eu == learning.points).all()
    assert (partner == taught.points).all()


def test_a_perfect_topic_is_worth_half_and_a_perfect_pair_never_exceeds_the_scale() -> None:
    one = city("e", *BOTH)

    score, parts = explain(one, replace(one, id="p"), Criteria(Weights()))

    assert score == (600 * Fraction(1, 2) + 150 * Fraction(1, 2) + 120 + 80 + 50) * POINTS / 1000
    assert [part.name for part in parts] == ["topic:water", "peer", "size", "language", "zone"]


def test_one_sided_pair_is_no_candidate() -> None:
    seeker, giver = city("e", ("water", 5, 0)), city("p", ("water", 0, 5))

    outcome = solve(Problem((seeker,), (giver,), Weights()))

    assert isinstance(outcome, Infeasible)
    assert [each.kind for each in outcome.conflict] == ["candidates"]


def test_locked_pair_is_kept_though_nothing_is_shared_and_shown_as_not_free() -> None:
    eu = (city("e1", *BOTH), city("e2", ("air", 3, 3)))
    partner = (city("p1", *BOTH), city("p2", ("air", 3, 3)))
    problem = Problem(eu, partner, Weights(), locks=(Pair("e1", "p2"),))

    outcome = solve(problem)

    assert isinstance(outcome, Solution)
    (only,) = outcome.suggestions
    assert (only.pair, only.locked, only.chosen_freely) == (Pair("e1", "p2"), True, False)
    assert outcome.free_objective > outcome.certificate.objective
    assert only.runner_up_city_id == "p1"


def test_where_nothing_is_possible_without_the_locks_they_cost_nothing() -> None:
    eu, partner = (city("e1", *BOTH),), (city("p1", ("air", 3, 3)),)
    rules = Rules(quotas=(Quota("one", Selection(), least=1),))
    problem = Problem(eu, partner, Weights(), locks=(Pair("e1", "p1"),), rules=rules)

    outcome = solve(problem)

    assert isinstance(outcome, Solution)
    assert outcome.free_objective == outcome.certificate.objective > 0
    assert not outcome.suggestions[0].chosen_freely


def test_runner_up_may_score_less_than_the_floor_of_the_policy() -> None:
    eu = (city("e1", *BOTH),)
    partner = (city("p1", *BOTH), city("p2", ("water", 1, 1)))

    outcome = solve(Problem(eu, partner, Weights()))

    assert isinstance(outcome, Solution)
    assert outcome.suggestions[0].runner_up_city_id == "p2"


def test_locks_beyond_a_capacity_are_refused_in_words() -> None:
    eu, partner = (city("e1", *BOTH),), (city("p1", *BOTH), city("p2", *BOTH))
    problem = Problem(eu, partner, Weights(), locks=(Pair("e1", "p1"), Pair("e1", "p2")))

    outcome = solve(problem)

    assert isinstance(outcome, Infeasible)
    assert sorted(each.kind for each in outcome.conflict) == ["capacity", "lock", "lock"]


def test_a_side_without_cities_is_said_in_words() -> None:
    outcome = solve(Problem((city("e1", *BOTH),), (), Weights()))

    assert isinstance(outcome, Infeasible)
    assert "partner" in outcome.problem


@given(st.integers(1, 10**8))
def test_size_class_is_the_nearest_eighth_of_a_doubling(population: int) -> None:
    eighths = size_class(population)

    # |8 log2 p - q| <= 1/2, without a logarithm: 2^(2q - 1) <= p^16 <= 2^(2q + 1)
    assert Fraction(2) ** (2 * eighths - 1) <= population**16 <= Fraction(2) ** (2 * eighths + 1)


def _solved(seed: int = 1) -> tuple[Problem, Solution]:
    chance = random.Random(seed)
    level = chance.randint
    eu, partner = (
        tuple(
            city(f"{side}{n:02}", ("air", level(1, 5), level(1, 5)), ("waste", 2, level(0, 4)))
            for n in range(12)
        )
        for side in "ep"
    )
    vetoes, rules = (Pair("e00", "p00"),), Rules(Policy.MAX_SCORE)
    problem = Problem(eu, partner, Weights(), vetoes=vetoes, rules=rules)
    outcome = solve(problem)
    assert isinstance(outcome, Solution)
    return problem, outcome


def test_stored_certificate_is_proven_anew() -> None:
    problem, solution = _solved()

    assert reprove(problem, [each.pair for each in solution.suggestions], solution.certificate)


def test_tampered_certificate_fails() -> None:
    problem, solution = _solved()
    pairs, proof = [each.pair for each in solution.suggestions], solution.certificate
    (step,) = proof.steps
    first, *others = step.eu
    tampered: list[Certificate] = [
        replace(proof, steps=(replace(step, eu=(Dual(first.city_id, first.points + 1), *others)),)),
        replace(proof, steps=(replace(step, eu=(Dual(first.city_id, -1), *others)),)),
        replace(proof, steps=(replace(step, eu=step.eu[1:]),)),
        replace(proof, objective=proof.objective + 1),
        replace(proof, upper_bound=proof.upper_bound - 1),
    ]

    assert [reprove(problem, pairs, each) for each in tampered] == [False] * len(tampered)


def test_other_pairs_than_the_certified_fail() -> None:
    problem, solution = _solved()
    pairs = [each.pair for each in solution.suggestions]
    one, *others = pairs
    two = Pair(one.eu_city_id, "p00")

    wrong = [others, [*pairs, one], [*pairs, two], [*others, Pair("e00", "p00")]]

    assert not any(reprove(problem, each, solution.certificate) for each in wrong)
