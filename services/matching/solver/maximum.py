"""The greatest gain over a field: a linear programme where that suffices, else an integer one.

Promises a choice that keeps every rule, and a bound on all choices that its prices prove.
"""

from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver import cardinality
from services.matching.solver.assignment import Ask, Hopeless, Relaxed, relaxed
from services.matching.solver.certificate import objective, upper_bound
from services.matching.solver.features import Ints
from services.matching.solver.field import Field, Prices, Taken, locked, no_prices
from services.matching.solver.problem import ONE_POINT, Shape
from services.matching.solver.ties import first_of_equals
from services.matching.solver.whole import MOST_COLUMNS, choose_whole, reachable

COARSE = 1000
"""What a pair counts where pairs are counted by a linear programme: fractions of a pair have prices
then that whole numbers can say."""

REACH = 3 * ONE_POINT
"""Slack of the pairs that the integer programme looks at first: more than any gap that was seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Chosen pairs, what they gain, and what no choice can exceed: both with ``per_pair`` each."""

    taken: tuple[Taken, ...]
    objective: int
    bound: int
    prices: Prices
    per_pair: int


def maximise(ask: Ask) -> Choice | Hopeless:
    """Choose for the greatest gain; among equals the tie-break decides, where pairs are whole."""
    found = relaxed(ask)
    if isinstance(found, Hopeless):
        return found
    taken = found.vertex if ask.any_will_do else first_of_equals(ask, found)
    best = None if taken is None else judged(ask, found, taken)
    if best is not None and best.objective == best.bound:
        return best
    if ask.start:
        best = _better(best, judged(ask, found, tuple(ask.start)))
    return _searched(ask, found, best) or Hopeless(None)


def most_pairs(field: Field, start: Choice | None = None) -> Choice | Hopeless:
    """Choose as many pairs as possible, whatever they score; begins with ``start`` where it can."""
    if field.shape is not Shape.PAIRS or field.bounds or len(field.options) > 1:
        found = maximise(Ask(field, counting(field, COARSE), unit=COARSE, any_will_do=True))
        return replace(found, per_pair=COARSE) if isinstance(found, Choice) else found
    (option,) = field.options
    worth = np.where(option.allowed, option.points, -1)
    left = [places.copy() for places in (field.row_places, field.column_places)]
    chosen = None if start is None else np.zeros(field.dimensions, dtype=np.bool_)
    if start is not None and chosen is not None:
        chosen[tuple(np.array([(i, j) for i, j, _ in start.taken]).reshape(-1, 2).T)] = True
        chosen &= ~locked(field)
    for row, column in field.locks:
        left[0][row] -= 1
        left[1][column] -= 1
    most = cardinality.most_pairs(worth, left[0], left[1], chosen)
    taken = [(*place, 0) for place in field.locks]
    taken += [(i, j, 0) for i, j in np.argwhere(most.chosen).tolist()]
    prices = Prices(most.rows, most.columns, np.zeros(0, dtype=np.int64))
    gains = counting(field, 1)
    total = objective(field, gains, taken)
    return Choice(tuple(sorted(taken)), total, upper_bound(field, gains, prices), prices, 1)


def judged(ask: Ask, found: Relaxed, taken: tuple[Taken, ...]) -> Choice | None:
    """Give the choice with its gain and bound; None if it breaks a rule."""
    per_pair = -found.size_price
    gains = [gain + per_pair for gain in ask.gains]
    if ask.size is not None and len(taken) != ask.size:
        return None
    try:
        total = objective(ask.field, gains, taken)
    except ValueError:
        return None
    bound = upper_bound(ask.field, gains, found.prices)
    return Choice(tuple(sorted(taken)), total, bound, found.prices, per_pair)


def _searched(ask: Ask, found: Relaxed, best: Choice | None) -> Choice | None:
    """Look among the pairs of little slack, then among all that could still be better."""
    reach = REACH if ask.unit == 1 else 0
    while True:
        taken = choose_whole(ask, found, reach)
        if taken is not None:
            best = _better(best, judged(ask, found, taken))
        needed = _EVERYTHING if best is None else best.bound - best.objective
        if needed <= reach or len(reachable(ask, found, needed)) > MOST_COLUMNS:
            return best
        reach = needed


def _better(one: Choice | None, other: Choice | None) -> Choice | None:
    """Give the choice that gains more; of equals the first."""
    if one is None or (other is not None and other.objective > one.objective):
        return other
    return one


def unreachable(field: Field, why: Hopeless) -> Prices:
    """Give prices by which hardly a pair is possible where the rules can't be kept.

    Without a reason for that, they prove no more than that there are places.
    """
    places = field.row_places.sum()
    prices = why.prices or no_prices(field)
    return Prices(prices.rows * places + COARSE, prices.columns * places, prices.bounds * places)


def counting(field: Field, unit: int) -> list[Ints]:
    """Give gains by which each pair counts the same."""
    return [np.full(field.dimensions, unit, dtype=np.int64) for _ in field.options]


_EVERYTHING = 2**60
