"""Questions about a stored round, for the process that answers them beside the service.

Each takes the round's inputs and result as bytes; None means that a city is not in the round. What
was read last is kept, since people ask about one round many times.
"""

from collections.abc import Callable
from functools import lru_cache

from services.matching.domain import records
from services.matching.solver.problem import Pair, Problem
from services.matching.solver.reasons.answers import CityReasons, PairReasons, RoundReasons
from services.matching.solver.reasons.explain import (
    explain_city,
    explain_pair,
    explain_round,
    what_would_change,
)
from services.matching.solver.solution import Solution

Run = tuple[bytes, bytes]
"""Inputs and result of a round, as they are stored."""

Report = Callable[[str], None]

RUNS_KEPT = 2
"""A round and the one that it is looked at beside; 500 cities a side take 20 MB."""

ANSWERS_KEPT = 64
"""Pages of one list are asked for one after the other."""


@lru_cache(RUNS_KEPT)
def read(run: Run) -> tuple[Problem, Solution]:
    """Give the round's problem and its solution.

    Raises:
        ValueError: it has no solution.
    """
    answer = records.read_answer(run[1])
    if not isinstance(answer, Solution):
        raise TypeError("the round has no solution")
    return records.read_problem(run[0]), answer


def of_city(run: Run, city_id: str, _: Report) -> CityReasons | None:
    """Give all alternatives of a city."""
    return _of_city(run, city_id)


@lru_cache(ANSWERS_KEPT)
def _of_city(run: Run, city_id: str) -> CityReasons | None:
    problem, solution = read(run)
    if not _has(problem, city_id):
        return None
    return explain_city(problem, solution, city_id)


def of_pair(run: Run, pair: Pair, _: Report) -> PairReasons | None:
    """Give the reasons of a pair, chosen or not."""
    problem, solution = read(run)
    return explain_pair(problem, solution, pair) if _holds(problem, pair) else None


def changes_of_pair(run: Run, pair: Pair, _: Report) -> PairReasons | None:
    """Give the same with what would have to change; takes seconds."""
    problem, solution = read(run)
    return what_would_change(problem, solution, pair) if _holds(problem, pair) else None


def of_round(run: Run, _: Report) -> RoundReasons:
    """Give what holds of the whole round."""
    return explain_round(*read(run))


def _has(problem: Problem, city_id: str) -> bool:
    return any(city.id == city_id for city in (*problem.eu, *problem.partner))


def _holds(problem: Problem, pair: Pair) -> bool:
    eu = any(city.id == pair.eu_city_id for city in problem.eu)
    return eu and any(city.id == pair.partner_city_id for city in problem.partner)
