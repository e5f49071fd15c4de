"""Conflicts: what is told cannot be kept, and can be without any one of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.matching.infeasible import Case, cases
from services.matching.solver.feasible import feasible
from services.matching.solver.problem import Pair, Problem, Quota, Rules, Selection, Weights
from services.matching.solver.reasons.conflict import smallest_conflict
from services.matching.solver.reasons.conflict_words import conflict_in_words
from services.matching.solver.reasons.rules import hold_together, rules_of
from services.matching.solver.solution import RuleRef
from tests.services.matching.problems import city, problems

FAST = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
WATER = ("water", 4, 4)


def _assert_minimal(problem: Problem, conflict: Sequence[RuleRef]) -> None:
    assert conflict
    assert not hold_together(problem, conflict)
    for rule in conflict:
        assert hold_together(problem, [each for each in conflict if each != rule]), rule


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name.replace(" ", "-"))
def test_hand_written_conflict_is_minimal_and_of_the_expected_kinds(case: Case) -> None:
    found = smallest_conflict(case.problem)

    _assert_minimal(case.problem, found.conflict)
    assert tuple(sorted(rule.kind for rule in found.conflict)) == case.kinds
    assert all(rule.text and rule.text in found.problem for rule in found.conflict)


def test_the_nearest_number_that_ends_the_conflict_is_told() -> None:
    quotas = (Quota("DE", Selection(), least=9), Quota("size", Selection(), most=3))
    eu, partner = ([city(f"{side}{n}", WATER) for n in range(9)] for side in "ep")
    problem = Problem(tuple(eu), tuple(partner), Weights(), rules=Rules(quotas=quotas))

    found = smallest_conflict(problem)

    assert {rule.kind: rule.limit for rule in found.conflict} == {
        "quota_least": 3,
        "quota_most": 9,
    }
    assert "lower what quota “DE” asks for to 3" in found.problem


def test_there_are_thirty_rule_sets_with_a_name_each() -> None:
    assert len({case.name for case in cases()}) == len(cases()) == 30


@st.composite
def quarrels(draw: st.DrawFn) -> Problem:
    """Small problems with more locks, vetoes and quotas than mostly go together."""
    problem = draw(problems())
    eu = tuple(replace(each, country=draw(st.sampled_from(["DE", "FR"]))) for each in problem.eu)
    pairs = st.sampled_from([Pair(a.id, b.id) for a in eu for b in problem.partner])
    numbers = st.none() | st.integers(0, 3)
    quotas = tuple(
        Quota(name, of, least=draw(numbers), most=draw(numbers))
        for name, of in (
            ("DE", Selection(eu_country="DE")),
            ("FR", Selection(eu_country="FR")),
            ("size", Selection()),
        )
    )
    return replace(
        problem,
        eu=eu,
        locks=tuple(draw(st.lists(pairs, max_size=3, unique=True))),
        vetoes=tuple(draw(st.lists(pairs, max_size=3, unique=True))),
        rules=Rules(quotas=quotas, min_score=draw(st.sampled_from([0, 400_000]))),
    )


@given(quarrels())
@FAST
def test_any_conflict_is_minimal(problem: Problem) -> None:
    some_pair = (*problem.rules.quotas, Quota("some", Selection(), least=1))
    with_a_pair = replace(problem, rules=replace(problem.rules, quotas=some_pair))
    if feasible(with_a_pair):
        return

    _assert_minimal(problem, smallest_conflict(problem).conflict)


@given(quarrels())
@FAST
def test_all_rules_together_are_the_problem_itself(problem: Problem) -> None:
    some_pair = (*problem.rules.quotas, Quota("some", Selection(), least=1))
    with_a_pair = replace(problem, rules=replace(problem.rules, quotas=some_pair))

    assert hold_together(problem, rules_of(problem)) == feasible(with_a_pair)
    assert hold_together(problem, ())


def test_side_without_cities_is_told_without_a_rule() -> None:
    found = smallest_conflict(Problem((city("e1", WATER),), (), Weights()))

    assert "partner side" in found.problem
    assert found.conflict == ()


def test_many_capacities_are_told_as_those_of_their_side() -> None:
    eu = tuple(city(f"e{n}", WATER) for n in range(9))
    partner = tuple(city(f"p{n}", WATER) for n in range(6))
    rules = Rules(quotas=(Quota("size", Selection(), least=7),))
    problem = Problem(eu, partner, Weights(), rules=rules)

    found = smallest_conflict(problem)

    assert [(rule.kind, rule.name) for rule in found.conflict] == [
        ("quota_least", "size"),
        ("capacity", "partner"),
    ]
    assert "the 6 partner cities may have 6 partners together" in found.problem
    _assert_minimal(problem, found.conflict)


def test_names_stand_for_ids_where_they_are_known() -> None:
    problem = Problem(
        (city("e1", WATER),),
        (city("p1", WATER), city("p2", WATER)),
        Weights(),
        locks=(Pair("e1", "p1"),),
        vetoes=(Pair("e1", "p1"),),
    )
    found = smallest_conflict(problem)

    told = conflict_in_words(problem, found.conflict, {"e1": "Turin", "p1": "Halifax"}, {})

    assert told == (
        "These rules cannot all be kept: the pair Turin with Halifax is locked; the pair Turin "
        "with Halifax is vetoed. To go on, release the lock of Turin with Halifax or lift the veto "
        "on Turin with Halifax."
    )


def test_rules_that_can_be_kept_are_not_blamed() -> None:
    problem = Problem((city("e1", WATER),), (city("p1", WATER),), Weights())

    found = smallest_conflict(problem)

    assert found.conflict == ()
    assert "not under the policy best_worst" in found.problem


def test_among_many_cities_the_one_without_a_place_is_told_by_itself() -> None:
    eu, partner = ([city(f"{side}{n}", WATER) for n in range(101)] for side in "ep")
    locks = (Pair("e7", "p1"), Pair("e7", "p2"))
    problem = Problem(tuple(eu), tuple(partner), Weights(), locks=locks)

    found = smallest_conflict(problem)

    assert [rule.kind for rule in found.conflict] == ["lock", "lock", "capacity"]
    assert found.conflict[-1].name == "e7"
    _assert_minimal(problem, found.conflict)
