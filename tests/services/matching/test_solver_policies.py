"""Each policy's promise, against trying everything and against libraries that know one of them."""

import random
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident
from scipy.optimize import linear_sum_assignment

from services.matching.solver.problem import (
    LEXIMIN_CITIES,
    ONE_POINT,
    City,
    Level,
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
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import reprove, solve
from tests.services.matching.problems import (
    TOPICS,
    Way,
    choices,
    city,
    free_scores,
    possible,
    problems,
    total,
)

FAST = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def many(number: int, seed: int, capacity: int = 1) -> Problem:
    """A problem of so many cities a side, no two alike."""
    chance = random.Random(seed)

    def side(prefix: str) -> tuple[City, ...]:
        return tuple(
            City(
                f"{prefix}{n:03}",
                chance.randint(1, capacity),
                chance.randint(10**4, 10**7),
                chance.randint(-20, 24),
                (chance.choice(("en", "fr", "pt")),),
                tuple(
                    Level(topic, chance.randint(0, 5), chance.randint(0, 5))
                    for topic in chance.sample(TOPICS, 4)
                ),
                country=chance.choice(("DE", "FR") if prefix == "e" else ("BR", "JP")),
            )
            for n in range(number)
        )

    return Problem(side("e"), side("p"), Weights())


def ruled(problem: Problem, policy: Policy, *quotas: Quota) -> Problem:
    return replace(problem, rules=replace(problem.rules, policy=policy, quotas=quotas))


def solved(problem: Problem) -> Solution:
    outcome = solve(problem)
    assert isinstance(outcome, Solution), outcome
    return outcome


@pytest.mark.parametrize("seed", range(5))
def test_greatest_total_is_that_of_scipy(seed: int) -> None:
    problem = ruled(many(40, seed), Policy.MAX_SCORE)
    scores = score_all(problem)
    worth = np.where(scores.mutual, scores.points, 0)

    found = solved(problem).certificate

    assert found.objective == worth[linear_sum_assignment(-worth)].sum() == found.upper_bound


@pytest.mark.parametrize("seed", range(5))
def test_stable_choice_is_that_of_the_matching_library(seed: int) -> None:
    problem = many(25, seed)
    partner = tuple(replace(each, capacity=1 + n % 3) for n, each in enumerate(problem.partner))
    problem = ruled(replace(problem, partner=partner), Policy.STABLE)
    scores, (eu, other) = score_all(problem), interests(problem)
    may, places = scores.mutual, range(25)
    asks = {i: sorted((j for j in places if may[i, j]), key=lambda j: -eu[i, j]) for i in places}
    gets = {j: sorted((i for i in places if may[i, j]), key=lambda i: -other[i, j]) for j in places}
    rooms = {j: each.capacity for j, each in enumerate(partner)}

    game = HospitalResident.create_from_dictionaries(asks, gets, rooms)
    theirs = {(r.name, h.name) for h, residents in game.solve().items() for r in residents}

    ours = {each.pair for each in solved(problem).suggestions}
    assert ours == {Pair(f"e{i:03}", f"p{j:03}") for i, j in theirs}


def blocking(problem: Problem, taken: tuple[Way, ...], points: int) -> bool:
    """Tell whether two cities would both gain more than that by each other, in their own eyes."""
    mine, theirs = interests(problem)
    rows = {each.id: n for n, each in enumerate(sorted(problem.eu, key=lambda c: c.id))}
    columns = {each.id: n for n, each in enumerate(sorted(problem.partner, key=lambda c: c.id))}
    capacity = {each.id: each.capacity for each in (*problem.eu, *problem.partner)}
    pairs = [way.pair for way in taken]
    for pair in possible(problem, taken):
        if pair in {*pairs, *problem.locks}:
            continue
        place = rows[pair.eu_city_id], columns[pair.partner_city_id]
        gains = []
        for id_, worth in ((pair.eu_city_id, mine), (pair.partner_city_id, theirs)):
            with_ = [p for p in pairs if id_ in {p.eu_city_id, p.partner_city_id}]
            given_up = [
                int(worth[rows[p.eu_city_id], columns[p.partner_city_id]])
                for p in with_
                if p not in problem.locks
            ]
            least = 0 if len(with_) < capacity[id_] else min(given_up, default=10**9)
            gains.append(int(worth[place]) - least)
        if min(gains) > points:
            return True
    return False


@given(problems(Policy.NEAR_STABLE, most=3, quotas=1), st.sampled_from([0, 3, 10]))
@FAST
def test_nearly_stable_is_the_best_without_a_pair_that_blocks(problem: Problem, t: int) -> None:
    problem = replace(problem, rules=replace(problem.rules, stability_points=t))
    ways = [each for each in choices(problem) if not blocking(problem, each, t * ONE_POINT)]
    best = max(((len(each) > 0, total(each)) for each in ways), default=(False, 0))

    outcome = solve(problem)

    if isinstance(outcome, Solution):
        assert outcome.certificate.objective == best[1]
        assert reprove(problem, outcome.suggestions, outcome.certificate)
    else:
        assert not best[0]


@given(problems(Policy.STABLE, most=3))
@FAST
def test_no_two_cities_would_rather_have_each_other(problem: Problem) -> None:
    outcome = solve(problem)

    pairs = {each.pair for each in outcome.suggestions} if isinstance(outcome, Solution) else set()
    (taken,) = [each for each in choices(problem) if {way.pair for way in each} == pairs]
    assert not blocking(problem, taken, 0)


@given(problems(Policy.LEXIMIN, most=4))
@FAST
def test_no_other_choice_of_most_pairs_is_better_from_the_worst_upwards(problem: Problem) -> None:
    best = max((len(each), free_scores(problem, each), total(each)) for each in choices(problem))

    outcome = solve(problem)

    if isinstance(outcome, Solution):
        chosen = outcome.suggestions
        free = sorted(each.score for each in chosen if not each.locked)
        assert (len(chosen), free, outcome.certificate.objective) == best
        assert reprove(problem, outcome.suggestions, outcome.certificate)
    else:
        assert best[0] == 0


def test_levels_are_kept_where_many_pairs_score_the_same() -> None:
    chance = random.Random(3)
    eu, partner = (
        tuple(
            city(f"{side}{n}", ("air", chance.randint(1, 2), chance.randint(1, 2)))
            for n in range(5)
        )
        for side in "ep"
    )
    problem = Problem(eu, partner, Weights(), rules=Rules(Policy.LEXIMIN))

    found = solved(problem)

    best = max((len(each), free_scores(problem, each)) for each in choices(problem))
    assert sorted(each.score for each in found.suggestions) == best[1]


SIZE = Quota("size", Selection(), most=30)
CELL = Quota("cell", Selection(eu_country="DE", partner_country="BR"), most=5)
CITY = Quota("city", Selection(partner_city_id="p007"), least=1)
COUNTRY = Quota("country", Selection(eu_country="FR"), least=10)
TOPIC = Quota("topic", Selection(topic="water"), least=4, most=6)


@pytest.mark.parametrize("policy", [Policy.BEST_WORST, Policy.MAX_SCORE])
def test_80_cities_a_side_under_rules_of_every_kind(policy: Policy) -> None:
    problem = ruled(many(80, 1, capacity=2), policy, SIZE, CELL, CITY, COUNTRY, TOPIC)
    locks, vetoes = (Pair("e001", "p001"),), (Pair("e002", "p002"),)
    problem = replace(problem, locks=locks, vetoes=vetoes, incumbents=(Pair("e003", "p003"),))

    found = solved(problem)

    assert reprove(problem, found.suggestions, found.certificate)
    assert sum(each.lead_topic == "water" for each in found.suggestions) in range(4, 7)
    assert len(found.suggestions) <= 30
    gap = found.certificate.upper_bound - found.certificate.objective
    assert gap <= found.certificate.objective // 500


@pytest.mark.parametrize("shape", [Shape.TRIOS, Shape.MENTORS])
def test_groups_with_hubs_of_20_cities_a_side(shape: Shape) -> None:
    problem = replace(many(20, 1), rules=Rules(Policy.BEST_WORST, shape))

    found = solved(problem)

    assert reprove(problem, found.suggestions, found.certificate)
    cities_ = {id_ for each in found.suggestions for id_ in astuple(each.pair)}
    assert len(cities_) == 39  # 13 groups of three: one city of 40 stays alone
    assert all(each.hub_city_id in astuple(each.pair) for each in found.suggestions)


def test_nearly_stable_keeps_quotas_that_leave_cities_without() -> None:
    quotas = SIZE, CELL, CITY, COUNTRY, TOPIC

    found = solved(ruled(many(40, 1), Policy.NEAR_STABLE, *quotas))

    assert len(found.suggestions) == SIZE.most


def test_nearly_stable_of_80_cities_a_side_has_no_pair_that_blocks() -> None:
    problem = ruled(many(80, 2), Policy.NEAR_STABLE)

    found = solved(problem)

    assert not [b for b in found.blocking if min(b.eu_gain, b.partner_gain) > 10 * ONE_POINT]
    assert found.certificate.upper_bound - found.certificate.objective < 4 * ONE_POINT


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        (Rules(Policy.STABLE, quotas=(SIZE,)), "quotas"),
        (Rules(Policy.LEXIMIN, quotas=(TOPIC,)), "topic"),
        (Rules(Policy.LEXIMIN, quotas=(CELL,)), "cell"),
        (Rules(Policy.STABLE, Shape.TRIOS), "trios"),
        (Rules(Policy.NEAR_STABLE, Shape.MENTORS), "mentors"),
    ],
)
def test_policies_and_rules_that_do_not_go_together_are_refused_in_words(
    rules: Rules, word: str
) -> None:
    outcome = solve(replace(many(3, 1), rules=rules))

    assert isinstance(outcome, Infeasible)
    assert word in outcome.problem


def test_leximin_of_too_many_cities_is_refused_in_words() -> None:
    outcome = solve(ruled(many(LEXIMIN_CITIES + 1, 1), Policy.LEXIMIN))

    assert isinstance(outcome, Infeasible)
    assert str(LEXIMIN_CITIES) in outcome.problem
