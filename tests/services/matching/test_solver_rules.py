"""Every rule, policy and shape against trying everything."""

from hypothesis import HealthCheck, given, settings

from services.matching.solver.feasible import feasible
from services.matching.solver.problem import Policy, Problem, Shape
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import reprove, solve
from tests.services.matching.problems import (
    choices,
    most_worst_total,
    problems,
    total,
)

FAST = settings(
    max_examples=int(__import__("os").environ.get("EX", "60")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def reached(problem: Problem, solution: Solution) -> tuple[int, float, int]:
    """Give what BEST_WORST compares, of the solver's answer."""
    chosen = solution.suggestions
    free = [each.score for each in chosen if not each.locked]
    gains = sum(each.score + each.bonus for each in chosen)
    assert gains == solution.certificate.objective
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
        assert outcome.certificate.upper_bound >= best[1]
        assert reprove(problem, outcome.suggestions, outcome.certificate)
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
        assert reprove(problem, outcome.suggestions, outcome.certificate)


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
