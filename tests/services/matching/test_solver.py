"""The solver against trying everything, and the promises about scores, ties and proofs."""

import random
from dataclasses import replace
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.solver.features import size_class
from services.matching.solver.parts import Criteria, criteria, explain
from services.matching.solver.problem import POINTS, City, Pair, Policy, Problem, Rules, Weights
from services.matching.solver.scores import score_all
from services.matching.solver.solution import Certificate, Dual, Infeasible, Solution
from services.matching.solver.solve import reprove, solve
from tests.services.matching.problems import best_by_trying, cities, city, problems

FAST = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOTH = (("water", 5, 5),)


@given(problems())
@FAST
def test_total_score_is_the_best_of_all_assignments(problem: Problem) -> None:
    outcome = solve(problem)

    total = outcome.certificate.objective if isinstance(outcome, Solution) else 0
    assert total == best_by_trying(problem)
    assert isinstance(outcome, Infeasible) or outcome.certificate.upper_bound == total


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


@given(cities("e"), cities("p"))
@FAST
def test_parts_sum_to_the_score_of_the_matrix(
    eu: tuple[City, ...], partner: tuple[City, ...]
) -> None:
    problem = Problem(eu, partner, Weights())
    scores = score_all(problem)

    for row, one in enumerate(scores.eu):
        for column, other in enumerate(scores.partner):
            score, parts = explain(one, other, criteria(problem))
            assert sum(part.points for part in parts) == score == scores.points[row, column]
            assert min(part.points for part in parts) >= 0


def test_a_perfect_topic_is_worth_half_and_a_perfect_pair_never_exceeds_the_scale() -> None:
    one = city("e", *BOTH)

    score, parts = explain(one, replace(one, id="p"), Criteria(Weights()))

    assert score == (600 * Fraction(1, 2) + 150 * Fraction(1, 2) + 120 + 80 + 50) * POINTS / 1000
    assert [part.name for part in parts] == ["topic:water", "peer", "size", "language", "zone"]


def test_one_sided_pair_is_no_candidate() -> None:
    seeker, giver = city("e", ("water", 5, 0)), city("p", ("water", 0, 5))

    outcome = solve(Problem((seeker,), (giver,), Weights()))

    assert isinstance(outcome, Infeasible)
    assert "No pair is possible" in outcome.problem


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


def test_locks_beyond_a_capacity_are_refused_in_words() -> None:
    eu, partner = (city("e1", *BOTH),), (city("p1", *BOTH), city("p2", *BOTH))
    problem = Problem(eu, partner, Weights(), locks=(Pair("e1", "p1"), Pair("e1", "p2")))

    outcome = solve(problem)

    assert isinstance(outcome, Infeasible)
    assert "e1 has 2 decided pairs and may have 1" in outcome.problem


def test_a_side_without_cities_is_said_in_words() -> None:
    outcome = solve(Problem((city("e1", *BOTH),), (), Weights()))

    assert isinstance(outcome, Infeasible)
    assert "partner side" in outcome.problem


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
