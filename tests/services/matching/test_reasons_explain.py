"""Reasons of solved rounds against solving again: losses, firmness, changes, and their sums."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.solver.problem import (
    ONE_POINT,
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
from services.matching.solver.reasons.answers import Loss
from services.matching.solver.reasons.explain import (
    explain_city,
    explain_pair,
    explain_round,
)
from services.matching.solver.reasons.verdict import settled
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import city, problems
from tests.services.matching.towns import town

FAST = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def ruled(draw: st.DrawFn) -> Problem:
    """Small problems with either policy, turns and incumbents, and sometimes quotas by country."""
    problem = draw(problems())
    countries = st.sampled_from(["DE", "FR"])
    eu = tuple(
        replace(each, country=draw(countries), turns=draw(st.integers(0, 2))) for each in problem.eu
    )
    most, least = st.none() | st.integers(1, 3), st.none() | st.integers(0, 1)
    quotas = tuple(
        Quota(name, Selection(eu_country=name), draw(least), draw(most))
        for name in draw(st.sampled_from([(), ("DE",), ("DE", "FR")]))
    )
    policy = draw(st.sampled_from([Policy.BEST_WORST, Policy.MAX_SCORE]))
    rules = Rules(policy=policy, quotas=quotas, min_score=draw(st.sampled_from([0, 250_000])))
    pairs = [Pair(a.id, b.id) for a in eu for b in problem.partner]
    incumbents = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True))
    return replace(problem, eu=eu, rules=rules, incumbents=tuple(incumbents))


@st.composite
def odd(draw: st.DrawFn) -> Problem:
    """Small problems that are more than an assignment: groups, topic quotas, other policies."""
    problem = draw(ruled())
    on_air = (Quota("air", Selection(topic="air"), most=draw(st.integers(0, 2))),)
    rules = problem.rules
    changed = draw(
        st.sampled_from(
            [
                replace(rules, shape=Shape.TRIOS, quotas=()),
                replace(rules, shape=Shape.MENTORS, quotas=()),
                replace(rules, quotas=on_air),
                replace(rules, policy=Policy.LEXIMIN, quotas=()),
                replace(rules, policy=Policy.STABLE, quotas=()),
                replace(rules, policy=Policy.NEAR_STABLE, quotas=()),
            ]
        )
    )
    return replace(problem, rules=changed, locks=())


def _solved(problem: Problem) -> Solution | None:
    outcome = solve(problem)
    return None if isinstance(outcome, Infeasible) else outcome


def _lost(before: Solution, after: Solution) -> list[int]:
    """Give how many pairs and how much of score and bonus are lost."""
    pairs = len(before.suggestions) - len(after.suggestions)
    return [pairs, before.certificate.objective - after.certificate.objective]


def _again(problem: Problem, solution: Solution, pair: Pair, *, locked: bool) -> Solution | None:
    """Solve with the pair locked or vetoed, with the floor of the round."""
    more = (pair,)
    changed = (
        replace(problem, locks=problem.locks + more)
        if locked
        else replace(problem, vetoes=problem.vetoes + more)
    )
    floor = solution.certificate.steps[-1].floor
    keeps_floor = problem.rules.policy is Policy.BEST_WORST
    outcome = solve(changed, floor=floor if keeps_floor else None)
    return None if isinstance(outcome, Infeasible) else outcome


def _assert_equals(loss: Loss, before: Solution, after: Solution, problem: Problem) -> None:
    lost = _lost(before, after)
    if problem.rules.policy is Policy.MAX_SCORE:
        assert loss.points == lost[1]
    else:
        assert [loss.pairs, loss.points] == lost
    old = {each.pair for each in before.suggestions}
    new = (old - set(loss.leaves)) | set(loss.comes)
    assert set(loss.leaves) <= old
    assert not old & set(loss.comes)
    assert len(new) == len(old) - loss.pairs


@given(ruled())
@FAST
def test_exact_losses_are_those_of_solving_with_the_pair_locked(problem: Problem) -> None:
    solution = _solved(problem)
    if solution is None:
        return
    for each in (problem.eu[0], problem.partner[-1]):
        reasons = explain_city(problem, solution, each.id)
        for alternative in reasons.alternatives:
            if alternative.loss is None:  # then the pair alone is told, or there is nothing to lose
                asked = explain_pair(problem, solution, alternative.pair)
                alone = asked.standing in {"excluded", "decided", "vetoed"}
                assert alone or (asked.loss is not None and asked.loss.exact)
                continue
            after = _again(problem, solution, alternative.pair, locked=True)
            if alternative.loss.exact:
                assert after is not None
                _assert_equals(alternative.loss, solution, after, problem)
            elif after is not None:
                true = _lost(solution, after)
                assert [alternative.loss.pairs, alternative.loss.points] <= true


@given(ruled())
@FAST
def test_every_pair_has_parts_that_sum_to_its_score_and_an_exact_loss(problem: Problem) -> None:
    solution = _solved(problem)
    if solution is None:
        return
    for eu in problem.eu[:2]:
        for partner in problem.partner[:2]:
            pair = Pair(eu.id, partner.id)
            reasons = explain_pair(problem, solution, pair)
            assert sum(part.points for part in reasons.parts) == reasons.score
            assert (reasons.standing == "chosen") == any(
                pair == each.pair for each in solution.suggestions
            )
            if reasons.loss is None:
                continue
            assert reasons.loss.exact
            after = _again(problem, solution, pair, locked=reasons.standing != "chosen")
            if after is None:  # a round needs a pair, and this was the only one
                assert (reasons.loss.leaves, reasons.loss.comes) == ((pair,), ())
                continue
            _assert_equals(reasons.loss, solution, after, problem)


@given(odd())
@FAST
def test_other_rules_are_explained_by_solving_again(problem: Problem) -> None:
    solution = _solved(problem)
    if solution is None:
        return
    pair = Pair(problem.eu[0].id, problem.partner[0].id)
    reasons = explain_pair(problem, solution, pair)
    of_city = explain_city(problem, solution, pair.eu_city_id)
    of_round = explain_round(problem, settled(problem, solution))

    assert sum(part.points for part in reasons.parts) == reasons.score
    assert set(of_round.firm).isdisjoint(of_round.interchangeable)
    if reasons.loss is None:
        return
    after = _again(problem, solution, pair, locked=reasons.standing != "chosen")
    assert after is not None
    assert reasons.loss.exact
    assert [reasons.loss.pairs, reasons.loss.points] == _lost(solution, after)
    for each in of_city.alternatives:
        if each.pair == pair and each.loss is not None and reasons.loss.pairs <= 0:
            assert each.loss.points <= reasons.loss.points


@given(ruled())
@FAST
def test_pairs_are_called_firm_only_if_doing_without_costs_a_point(problem: Problem) -> None:
    solution = _solved(problem)
    if solution is None:
        return
    done = settled(problem, solution)
    of_round = explain_round(problem, done)

    for each in done.suggestions:
        if each.locked:
            continue
        after = _again(problem, solution, each.pair, locked=False)
        fewer = after is not None and len(after.suggestions) < len(solution.suggestions)
        cost = solution.certificate.objective - (after.certificate.objective if after else 0)
        by_score = problem.rules.policy is Policy.MAX_SCORE
        firm = after is None or (fewer and not by_score) or cost >= ONE_POINT
        if problem.rules.quotas:
            assert firm or not each.firm
            assert not firm or each.pair not in of_round.interchangeable
        else:
            assert each.firm == firm
            assert (each.pair in of_round.interchangeable) == (not firm)
        assert explain_pair(problem, done, each.pair).firm == firm


@given(ruled())
@FAST
def test_swaps_lose_nothing_and_keep_the_number_of_pairs(problem: Problem) -> None:
    solution = _solved(problem)
    if solution is None:
        return
    of_round = explain_round(problem, settled(problem, solution))

    assert not (of_round.unique and of_round.swaps)
    for swap in of_round.swaps:
        after = _again(problem, solution, swap.leaves[0], locked=False)
        assert after is not None
        assert after.certificate.objective == solution.certificate.objective


def test_unknown_city_and_pair_of_one_side_are_refused() -> None:
    problem = town(1)
    solution = _solved(problem)
    assert solution is not None

    with pytest.raises(KeyError):
        explain_city(problem, solution, "nobody")
    with pytest.raises(KeyError):
        explain_pair(problem, solution, Pair("e0", "e1"))


def test_pair_that_quotas_rule_out_is_excluded() -> None:
    eu = (city("e0", ("air", 5, 5)), city("e1", ("air", 4, 4)))
    partner = (city("p0", ("air", 5, 5)), city("p1", ("air", 2, 2)))
    quotas = (Quota("first", Selection("e0", "p0"), least=1),)
    problem = Problem(eu, partner, Weights(), rules=Rules(quotas=quotas))
    solution = _solved(problem)
    assert solution is not None

    reasons = explain_pair(problem, solution, Pair("e0", "p1"))

    assert (reasons.standing, reasons.loss) == ("excluded", None)
    assert Level("air", 5, 5) in eu[0].levels


def test_losses_at_eighty_by_eighty_are_those_of_forced_rounds() -> None:
    """All of them are compared by ``make eval-matching``; here those of two cities, one in four."""
    problem = town(80, side=80)
    solution = _solved(problem)
    assert solution is not None

    compared = 0
    for city_id in ("e7", "p70"):
        alternatives = explain_city(problem, solution, city_id).alternatives
        assert len(alternatives) == 79
        for each in alternatives[::4]:
            assert each.loss is not None
            after = _again(problem, solution, each.pair, locked=True)
            assert after is not None
            _assert_equals(each.loss, solution, after, problem)
            compared += 1
    assert compared == 40
