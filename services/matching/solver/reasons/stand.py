"""A round with its stored answer as arrays: what all reasons start from.

Promises that nothing is taken on trust: where the stored duals do not prove the stored pairs to be
the best assignment there is no network, and reasons are found by solving again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from services.matching.solver.features import Bools, Ints
from services.matching.solver.field import Field, Places, above, covers, field_of, places
from services.matching.solver.problem import City, Pair, Policy, Problem, Shape
from services.matching.solver.reasons.answers import Standing
from services.matching.solver.reasons.network import (
    Network,
    Residual,
    pairs_first,
    residual_of,
)
from services.matching.solver.scores import Scores, score_all
from services.matching.solver.solution import Solution, Step


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A problem, its solution and both as arrays; rows are EU cities, columns partner cities."""

    problem: Problem
    solution: Solution
    field: Field
    """With the locks, before the policy's floor."""
    gains: Ints
    """Score and bonus of each pair, by its first option."""
    chosen: Bools
    """All chosen pairs, locked ones too."""
    free: Bools
    """Pairs that a lock could add: not vetoed, and other locks leave both cities a place."""
    residual: Residual | None
    """The network of the last step; None where rules or policy make it more than an assignment."""
    within: Mapping[str, int]
    """By quota, how many chosen pairs count within it; known where there is a network."""
    worst_first: tuple[tuple[int, Places], ...]
    """Score and place of the chosen pairs that are not locked."""

    @property
    def floor(self) -> int:
        """What a pair must be worth under the policy; 0 is no floor."""
        return last_step(self.solution).floor

    @property
    def sides(self) -> tuple[tuple[City, ...], tuple[City, ...]]:
        """The cities by row and by column."""
        return self.field.scores.eu, self.field.scores.partner

    def pair(self, place: Places) -> Pair:
        """Give the pair at a place."""
        eu, partner = self.sides
        return Pair(eu[place[0]].id, partner[place[1]].id)


def stand_of(problem: Problem, solution: Solution, field: Field | None = None) -> Stand:
    """Read a round and its answer, and its field if it is not at hand; 60 ms at 500 by 500."""
    field = field or field_of(problem, score_all(problem))
    chosen = np.zeros(field.dimensions, dtype=np.bool_)
    for place in places(field.scores, [each.pair for each in solution.suggestions]):
        chosen[place] = True
    locked = _locked(field)
    free = np.ix_(
        field.row_places > locked.sum(axis=1),
        field.column_places > locked.sum(axis=0),
    )
    open_ = np.zeros(field.dimensions, dtype=np.bool_)
    open_[free] = True
    for place in places(field.scores, problem.vetoes):
        open_[place] = False
    network = _network(problem, solution, field, chosen & ~locked)
    option = field.options[0]
    return Stand(
        problem,
        solution,
        field,
        option.points + field.bonus,
        chosen,
        open_,
        residual_of(network) if network else None,
        within={each.name: int((chosen & covers(each, option)).sum()) for each in field.bounds},
        worst_first=_worst_first(solution, field.scores),
    )


def place_of(stand: Stand, pair: Pair) -> Places:
    """Give the row and column of a pair.

    Raises:
        KeyError: a city is not in the round, or on the other side.
    """
    eu, partner = ({city.id: number for number, city in enumerate(s)} for s in stand.sides)
    return eu[pair.eu_city_id], partner[pair.partner_city_id]


def last_step(solution: Solution) -> Step:
    """Give the last step of the proof: what the choice is the best of."""
    return solution.certificate.steps[-1]


def standing(stand: Stand, place: Places) -> Standing:
    """Tell how a pair stands; of several reasons why it could not be chosen, the firmest."""
    pair, problem = stand.pair(place), stand.problem
    views = stand.field.scores.views
    score = max(int(view.points[place]) for view in views)
    if stand.chosen[place]:
        return "chosen"
    tests: tuple[tuple[bool, Standing], ...] = (
        (pair in problem.vetoes, "vetoed"),
        (not stand.free[place], "decided"),
        (not any(view.candidate[place] for view in views), "one_sided"),
        (problem.rules.avoid_met and pair in problem.met, "met"),
        (score < problem.rules.min_score, "below_min_score"),
        (score < stand.floor, "below_floor"),
    )
    return next((name for holds, name in tests if holds), "possible")


def bounds(stand: Stand) -> tuple[Ints, Bools]:
    """Give what insisting on each pair costs at least, which the proof says for free, and where.

    In units of score and bonus, or else a pair fewer. Not known where pairs take more than a place
    of each city, nor for what may be one pair more, being no candidate of the last step.
    """
    step, options = last_step(stand.solution), stand.field.options
    if stand.problem.rules.shape is not Shape.PAIRS or _is_judged_otherwise(stand.problem):
        return np.zeros_like(stand.gains), np.zeros_like(stand.chosen)
    gains = np.max([_reduced(stand.field, step, n) for n in range(len(options))], axis=0)
    eu, partner = (np.array([dual.points for dual in side]) for side in (step.eu, step.partner))
    least = eu[:, None] + partner[None, :] - gains - (step.upper_bound - step.objective)
    if stand.problem.rules.policy is Policy.MAX_SCORE:
        return least, np.ones_like(stand.chosen)
    higher = above(stand.field, step.floor).options
    return least, np.any([option.allowed for option in higher], axis=0)


def _worst_first(solution: Solution, scores: Scores) -> tuple[tuple[int, Places], ...]:
    rows, columns = (
        {city.id: place for place, city in enumerate(side)} for side in (scores.eu, scores.partner)
    )
    return tuple(
        sorted(
            (each.score, (rows[each.pair.eu_city_id], columns[each.pair.partner_city_id]))
            for each in solution.suggestions
            if not each.locked
        )
    )


def _locked(field: Field) -> Bools:
    locked = np.zeros(field.dimensions, dtype=np.bool_)
    for place in field.locks:
        locked[place] = True
    return locked


_ASSIGNMENTS = frozenset({Policy.BEST_WORST, Policy.MAX_SCORE})
# Policies whose last step is the best assignment of what is allowed, and nothing beyond.


def _is_judged_otherwise(problem: Problem) -> bool:
    return problem.rules.policy not in _ASSIGNMENTS


def _network(problem: Problem, solution: Solution, field: Field, chosen: Bools) -> Network | None:
    """Give the network whose paths are exact; with the number of pairs first, if it comes first."""
    step = last_step(solution)
    single = problem.rules.shape is Shape.PAIRS and len(field.options) == 1
    if not single or _is_judged_otherwise(problem):
        return None
    locked = _locked(field)
    network = Network(
        _reduced(field, step, 0),
        above(field, step.floor).options[0].allowed,
        field.row_places - locked.sum(axis=1),
        field.column_places - locked.sum(axis=0),
        chosen,
        np.array([dual.points for dual in step.eu], dtype=np.int64),
        np.array([dual.points for dual in step.partner], dtype=np.int64),
    )
    return (
        network if problem.rules.policy is Policy.MAX_SCORE else pairs_first(network, step.per_pair)
    )


def _reduced(field: Field, step: Step, option: int) -> Ints:
    """Give what a pair gains in a step, less what it uses up of the quotas."""
    prices = {dual.name: dual.points for dual in step.quotas}
    used = (
        prices[each.name] * covers(each, field.options[option])
        for each in field.bounds
        if prices.get(each.name)
    )
    gains: Ints = step.per_pair + field.gains[option]
    return reduce(np.subtract, used, gains)
