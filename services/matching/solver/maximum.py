"""The greatest gain over a field: a linear programme where that suffices, else an integer one.

Promises a choice that keeps every rule, and a bound on all choices that its prices prove.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver import cardinality
from services.matching.solver.assignment import Ask, Hopeless, Relaxed, relaxed
from services.matching.solver.certificate import objective, upper_bound
from services.matching.solver.features import Ints
from services.matching.solver.field import Field, Prices, Taken, locked, no_prices, pairs_within
from services.matching.solver.problem import ONE_POINT, Shape
from services.matching.solver.programme import Columns
from services.matching.solver.ties import first_of_equals
from services.matching.solver.whole import MOST_COLUMNS, Rows, at_most, choose_whole, reachable

COARSE = 1000
"""What a pair counts where pairs are counted by a linear programme: fractions of a pair have prices
then that whole numbers can say."""

REACH = 3 * ONE_POINT
"""Slack of the pairs that the integer programme looks at first: more than any gap that was seen."""

EVERYTHING = 2**60
"""More slack than any pair has."""


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
        best = better(best, judged(ask, found, tuple(ask.start)))
    return _searched(ask, found, best) or Hopeless(None)


def most_pairs(
    field: Field, start: Choice | None = None, wanted: int | None = None
) -> Choice | Hopeless:
    """Choose as many pairs as possible, whatever they score; begins with ``start`` where it can.

    With ``wanted`` a number known to be out of reach may be answered by no pairs and the bound.
    """
    return _most_by_paths(field, start) if _is_plain(field) else _most_under_rules(field, wanted)


def so_many_pairs(field: Field, start: Choice, number: int) -> tuple[Taken, ...] | None:
    """Choose exactly so many pairs, or find that there are fewer, which is not proven here.

    There can't be more: the number is the most for a lower floor.
    """
    if _is_plain(field):
        taken, _ = _by_paths(field, start)
        return taken if len(taken) == number else None
    found = most_pairs(field, start, number)
    return found.taken if isinstance(found, Choice) and len(found.taken) == number else None


def _is_plain(field: Field) -> bool:
    return field.shape is Shape.PAIRS and not field.bounds and len(field.options) == 1


def _most_under_rules(field: Field, wanted: int | None) -> Choice | Hopeless:
    """Bound the number by the linear programme, and look for a good choice of so many pairs.

    That is far easier than to count: pairs of equal worth leave an integer programme no hold.
    """
    ask = Ask(field, counting(field, COARSE), unit=COARSE, any_will_do=True)
    found = relaxed(ask)
    if isinstance(found, Hopeless):
        return found
    gains = counting(field, COARSE)
    bound = upper_bound(field, gains, found.prices)
    most = pairs_within(field, bound, COARSE)
    number = most if wanted is None else wanted
    none = Choice((), 0, bound, found.prices, COARSE)
    if number > most:
        return none
    best = _of_size(ask, found, number)
    if isinstance(best, Hopeless) and wanted is None:
        best = maximise(ask)
        if isinstance(best, Hopeless):
            return best
    if isinstance(best, Hopeless):
        return none
    return replace(none, taken=best.taken, objective=COARSE * len(best.taken))


def _of_size(ask: Ask, found: Relaxed, number: int) -> Choice | Hopeless:
    best = None if found.vertex is None else judged(ask, found, found.vertex)
    if best is not None and len(best.taken) == number:
        return best
    return maximise(Ask(ask.field, ask.field.gains, number))


def _most_by_paths(field: Field, start: Choice | None) -> Choice:
    taken, prices = _by_paths(field, start)
    gains = counting(field, 1)
    total = objective(field, gains, taken)
    return Choice(taken, total, upper_bound(field, gains, prices), prices, 1)


def _by_paths(field: Field, start: Choice | None) -> tuple[tuple[Taken, ...], Prices]:
    """Choose the most pairs; the prices are the cut that proves it."""
    (option,) = field.options
    keep = locked(field)
    left = field.row_places - keep.sum(axis=1), field.column_places - keep.sum(axis=0)
    if start is None:
        chosen = cardinality.greedy(option.allowed, option.points, left)
    else:
        chosen = np.zeros(field.dimensions, dtype=np.bool_)
        for row, column, _ in start.taken:
            chosen[row, column] = not keep[row, column]
    most = cardinality.most_pairs(option.allowed, left, chosen)
    taken = tuple((i, j, 0) for i, j in np.argwhere(most.chosen | keep).tolist())
    return taken, Prices(most.rows, most.columns, np.zeros(0, dtype=np.int64))


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
    cut = _fewest(ask)
    while True:
        taken = choose_whole(ask, found, reach, cut)
        if taken is not None:
            best = better(best, judged(ask, found, taken))
        needed = EVERYTHING if best is None else best.bound - best.objective
        if needed <= reach or len(reachable(ask, found, needed)) > MOST_COLUMNS:
            return best
        reach = needed


def _fewest(ask: Ask) -> list[Callable[[Columns], Rows]]:
    """Say how many pairs there can be at most where groups have hubs: no city is shared.

    Without that the linear programmes share them out in fractions, and hardly any branch is cut.
    """
    if ask.field.shape is Shape.PAIRS or ask.size is not None or ask.unit > 1:
        return []
    counted = Ask(ask.field, counting(ask.field, COARSE), unit=COARSE, any_will_do=True)
    found = relaxed(counted)
    if isinstance(found, Hopeless):
        return []
    bound = upper_bound(ask.field, counted.gains, found.prices)
    return [at_most(pairs_within(ask.field, bound, COARSE))]


def better(one: Choice | None, other: Choice | None) -> Choice | None:
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
