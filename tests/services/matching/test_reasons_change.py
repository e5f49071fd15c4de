"""What would have to change: every change that is named is tried, and the least is found."""

from dataclasses import replace

import pytest

from services.matching.solver.problem import Pair, Problem, Weights
from services.matching.solver.reasons.answers import Change
from services.matching.solver.reasons.change import reweighted, with_level
from services.matching.solver.reasons.explain import what_would_change
from services.matching.solver.solution import Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import city
from tests.services.matching.towns import town


def _solved(problem: Problem) -> Solution:
    outcome = solve(problem)
    assert isinstance(outcome, Solution)
    return outcome


def _change_applied(problem: Problem, change: Change, pair: Pair) -> Problem:
    if change.kind == "lock":
        return replace(problem, locks=(*problem.locks, pair))
    if change.kind == "level":
        return with_level(problem, change)
    return replace(problem, weights=reweighted(problem.weights, change.weight or "", change.after))


@pytest.mark.parametrize("seed", [2, 3])
def test_named_changes_make_the_round_choose_the_pair(seed: int) -> None:
    problem = town(seed)
    solution = _solved(problem)
    named = 0

    for other in range(3):
        pair = Pair("e0", f"p{other}")
        reasons = what_would_change(problem, solution, pair)
        for change in reasons.changes:
            outcome = _solved(_change_applied(problem, change, pair))
            assert pair in {each.pair for each in outcome.suggestions}
            named += change.kind != "lock"
        assert bool(reasons.changes) != (reasons.standing == "chosen")
    assert named > 0


def test_the_least_level_that_does_is_named() -> None:
    eu = (city("e0", ("air", 5, 3)), city("e1", ("air", 5, 4)))
    problem = Problem(eu, (city("p0", ("air", 5, 5)),), Weights())
    solution = _solved(problem)

    (level, *_) = what_would_change(problem, solution, Pair("e0", "p0")).changes

    # At 4 both cities are equal, and the tie-break is for e0.
    assert [each.pair.eu_city_id for each in solution.suggestions] == ["e1"]
    assert level == Change("level", 3, 4, "e0", "air", "offers")


def test_where_nothing_would_do_nothing_is_named() -> None:
    eu = (city("e0", ("air", 5, 5)), city("e1", ("air", 5, 5)))
    partner = (city("p0", ("air", 5, 5)), city("p1", ("heat", 5, 5)))
    problem = Problem(eu, partner, Weights(), vetoes=(Pair("e0", "p1"),))
    solution = _solved(problem)

    reasons = what_would_change(problem, solution, Pair("e0", "p1"))

    assert (reasons.standing, reasons.changes, reasons.loss) == ("vetoed", (), None)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("mutual", 0, 0), ("peer", 1000, 0), ("zone", 51, 599)],
)
def test_other_weights_keep_their_proportions_and_the_sum(
    name: str, value: int, expected: int
) -> None:
    weights = reweighted(Weights(), name, value)

    values = [getattr(weights, each) for each in Weights.__dataclass_fields__]
    assert sum(values) == 1000
    assert min(values) >= 0
    assert getattr(weights, name) == value
    assert weights.mutual == expected


def test_weight_that_alone_counts_cannot_shrink() -> None:
    alone = Weights(1000, 0, 0, 0, 0)

    with pytest.raises(ValueError, match="nothing but mutual"):
        reweighted(alone, "mutual", 900)
