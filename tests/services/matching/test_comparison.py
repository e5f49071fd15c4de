"""Two rounds compared: every pair is counted once, and what changed has a cause."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings

from services.matching.domain.comparison import Change, Comparison, compare
from services.matching.domain.comparison_words import cause_in_words, input_in_words
from services.matching.domain.records import read_comparison, written
from services.matching.solver.problem import (
    Level,
    Pair,
    Policy,
    Problem,
    Quota,
    Rules,
    Selection,
    Weights,
)
from services.matching.solver.solution import Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import city, problems

RULES = Rules(policy=Policy.MAX_SCORE)
BASE = Problem(
    (city("e0", ("water", 5, 5)), city("e1", ("waste", 5, 5))),
    (city("p0", ("water", 5, 5), ("waste", 2, 2)), city("p1", ("waste", 5, 5), ("water", 2, 2))),
    Weights(),
    rules=RULES,
)


EXAMPLES = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""Each solves two rounds; half of the drawn problems have no answer."""


def solved(problem: Problem) -> Solution:
    solution = solve(problem)
    assert isinstance(solution, Solution)
    return solution


def against_base(problem: Problem) -> Comparison:
    return compare((BASE, solved(BASE)), (problem, solved(problem)))


def change_of(comparison: Comparison, eu: str, partner: str) -> Change:
    (found,) = (each for each in comparison.changes if each.pair == Pair(eu, partner))
    return found


@EXAMPLES
@given(problems(), problems())
def test_every_pair_is_counted_once_and_what_changed_has_a_cause(
    one: Problem, other: Problem
) -> None:
    before, after = solve(one), solve(other)
    assume(isinstance(before, Solution) and isinstance(after, Solution))
    assert isinstance(before, Solution)
    assert isinstance(after, Solution)

    found = compare((one, before), (other, after))

    assert found.kept + found.lost == len(before.suggestions)
    assert found.kept + found.gained == len(after.suggestions)
    assert len({each.pair for each in found.changes}) == found.kept + found.lost + found.gained
    assert all(bool(each.causes) == (each.what != "kept") for each in found.changes)
    assert read_comparison(written(found)) == found
    assert all(cause_in_words(c, {}) for each in found.changes for c in each.causes)
    assert all(input_in_words(each, {}) for each in found.inputs)


@EXAMPLES
@given(problems())
def test_round_against_itself_changes_nothing(problem: Problem) -> None:
    solution = solve(problem)
    assume(isinstance(solution, Solution))
    assert isinstance(solution, Solution)

    found = compare((problem, solution), (problem, solution))

    assert (found.gained, found.lost, found.inputs) == (0, 0, ())


def test_veto_is_the_cause_and_the_neighbour_hears_of_it() -> None:
    found = against_base(replace(BASE, vetoes=(Pair("e0", "p0"),)))

    assert [each.kind for each in change_of(found, "e0", "p0").causes] == ["vetoed"]
    (cause,) = change_of(found, "e1", "p1").causes
    assert (cause.kind, cause.pair, cause.steps) == ("neighbour", Pair("e0", "p0"), 2)
    assert {each.what for each in found.changes} == {"lost", "gained"}


def test_lock_elsewhere_is_the_cause_of_a_lost_pair() -> None:
    found = against_base(replace(BASE, locks=(Pair("e0", "p1"),)))

    assert change_of(found, "e0", "p1").causes[0].kind == "locked"
    lost = change_of(found, "e0", "p0").causes
    assert [(each.kind, each.pair) for each in lost] == [("lock_elsewhere", Pair("e0", "p1"))]


def test_city_that_left_is_the_cause() -> None:
    found = against_base(replace(BASE, eu=BASE.eu[:1]))

    (cause,) = change_of(found, "e1", "p1").causes
    assert (cause.kind, cause.city_id) == ("city_left", "e1")
    assert change_of(found, "e0", "p0").what == "kept"


@pytest.mark.parametrize("seeks", [0, 1])
def test_changed_level_shows_as_points_and_as_an_input(seeks: int) -> None:
    weaker = replace(BASE.eu[0], levels=(Level("water", seeks, 5), Level("waste", 5, 5)))
    found = against_base(replace(BASE, eu=(weaker, BASE.eu[1])))

    (level,) = (each for each in found.inputs if each.name == "water")
    assert level.after == f"seeks {seeks}, offers 5"
    changes = [each for each in found.changes if each.pair.eu_city_id == "e0"]
    assert all(each.score_before != each.score_after for each in changes)


def test_quota_that_counts_the_pair_is_its_cause() -> None:
    quota = Quota("one at most", Selection(eu_city_id="e0"), most=0)
    found = against_base(replace(BASE, rules=replace(RULES, quotas=(quota,))))

    (cause,) = change_of(found, "e0", "p0").causes
    assert (cause.kind, cause.quota) == ("quota", "one at most")
    assert "“one at most”" in cause_in_words(cause, {})


def test_sentences_use_names_where_they_are_known() -> None:
    found = against_base(replace(BASE, vetoes=(Pair("e0", "p0"),)))
    names = {"e0": "Lisbon", "p0": "Toronto"}

    texts = [input_in_words(each, names) for each in found.inputs]

    assert texts == ["Lisbon with Toronto is now vetoed."]
