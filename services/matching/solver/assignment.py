"""The prices of the best choice within places and quotas, as a linear programme.

It starts from each city's best candidates and takes in every pair that its duals show to be worth
more, until there is none: then it is optimal over all pairs. Promises the same prices for the same
cities, and that nothing depends on time, chance or the number of cores.

Places, quotas of one side and the size of the round make a totally unimodular matrix: the vertices
are integral and so are the duals, which is why rounding them is exact. Where quotas cross (cells,
topics) or groups have hubs, the vertex may be a fraction: then there are only prices.

Source: Schrijver 2003, "Combinatorial Optimization", sections 18 and 21 (bipartite b-matching);
Desaulniers, Desrosiers, Solomon 2005, "Column Generation", section 1 (pricing).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.features import Bools, Floats, Ints
from services.matching.solver.field import Field, Prices, Taken, covers, locked, open_masks
from services.matching.solver.programme import (
    INTEGRAL,
    Answer,
    Columns,
    Entries,
    Programme,
    add_columns,
    columns_of,
    entries_of,
    grouped,
    joined,
    limits_of,
    optimum,
    solver_of,
    whole,
)

CORE_CANDIDATES = 8
"""Best candidates per row and per column in the first programme: enough that one or two rounds of
pricing suffice, few enough that it stays sparse."""

FRESH_PER_CITY = 20
"""Pairs taken in at once, at most: early prices make far too many look worth it."""

_SHORTFALL = 10**6
_SHORTFALL_NOISE = 10**3
# What a missing pair costs while least numbers are being reached, and what rounding may sum up to.


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """What to maximise over a field: the gains of its pairs, by option."""

    field: Field
    gains: Sequence[Ints]
    size: int | None = None
    """Exactly so many pairs, locks included; None leaves it open."""
    start: Sequence[Taken] = ()
    """A choice that keeps all rules and the size, if one is known."""
    unit: int = 1
    """What all gains are multiples of."""
    any_will_do: bool = False
    """Whether it doesn't matter which of the optima is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The optimum of the linear programme: its prices, that of the size, and what it looked at."""

    prices: Prices
    size_price: int
    core: Bools
    vertex: tuple[Taken, ...] | None
    """One optimum, where it is one of whole pairs."""


@dataclass(frozen=True, slots=True, eq=False)
class Hopeless:
    """Nothing keeps the rules, or nothing was found that does."""

    prices: Prices | None
    """Prices under which what no pair gains would pay less than nothing: the proof, if any."""


def relaxed(ask: Ask) -> Relaxed | Hopeless:
    """Give the prices of the linear programme over all pairs.

    Raises:
        ArithmeticError: the solver gave up; seen never, and never passed off as an answer.
    """
    core = _best_candidates(ask.field)
    for row, column in (*ask.field.locks, *((i, j) for i, j, _ in ask.start)):
        core[row, column] = True
    if not ask.start and (ask.size is not None or any(b.least > 0 for b in ask.field.bounds)):
        filled = _filled(ask, core)
        if isinstance(filled, Hopeless):
            return filled
        core = filled
    return _priced(ask, core)


def reduced(
    field: Field, gains: Sequence[Ints], prices: Prices, size_price: int
) -> tuple[Ints, ...]:
    """Give what each pair gains beyond the prices of what it uses, by option."""
    worths = []
    for option, gain in zip(field.options, gains, strict=True):
        rows = option.row_takes * prices.rows + size_price
        worth = gain - rows[:, None]
        worth -= (option.column_takes * prices.columns)[None, :]
        for bound, price in zip(field.bounds, prices.bounds, strict=True):
            if price and bound.topic is None:
                worth[np.ix_(bound.rows, bound.columns)] -= price
            elif price:
                worth -= price * covers(bound, option)
        worths.append(worth)
    return tuple(worths)


def best_option(field: Field, worth: Sequence[Ints]) -> Ints:
    """Give what each free pair is worth by its best option; -1 where that is below 0 or barred."""
    best: Ints = np.full(field.dimensions, -1, dtype=np.int64)
    for option, each in zip(field.options, worth, strict=True):
        np.maximum(best, each, out=best, where=option.allowed)
    return best


def _best_candidates(field: Field) -> Bools:
    """Mark the best of each row and column by score and bonus, whatever is maximised."""
    worth = best_option(field, field.gains)
    core = np.zeros(worth.shape, dtype=np.bool_)
    for axis in (0, 1):
        keep = min(CORE_CANDIDATES, worth.shape[axis])
        best = np.argpartition(-worth, keep - 1, axis=axis).take(range(keep), axis=axis)
        np.put_along_axis(core, best, values=True, axis=axis)
    return core & (worth >= 0)


def _filled(ask: Ask, core: Bools) -> Bools | Hopeless:
    """Take in pairs until the rules' least numbers can be reached, unless they never can.

    Minimises what is missing, with one more variable for each least number.
    """
    field = ask.field
    height = sum(field.dimensions)
    lacking = [height + n for n, bound in enumerate(field.bounds) if bound.least > 0]
    if ask.size is not None:
        lacking.append(height + len(field.bounds))
    nothing = [np.zeros(field.dimensions, dtype=np.int64) for _ in field.options]
    while True:
        columns = columns_of(open_masks(field, core))
        plain = programme_of(ask, columns, np.zeros(len(columns)), locked(field))
        answer = optimum(solver_of(_with_shortfalls(plain, np.array(lacking))))
        if answer is None:
            return Hopeless(None)
        if answer.values[len(columns) :].sum() < INTEGRAL:
            return core
        found = _read(field, answer, core, columns)
        worth = reduced(field, nothing, found.prices, found.size_price)
        fresh = _fresh(field, worth, core, _SHORTFALL_NOISE)
        if not fresh.any():
            return Hopeless(found.prices)
        core = core | fresh


def _with_shortfalls(programme: Programme, lacking: Ints) -> Programme:
    pairs, more = len(programme.gains), len(lacking)
    entries = programme.entries
    return replace(
        programme,
        gains=np.concatenate([programme.gains, np.full(more, -float(_SHORTFALL))]),
        lower=np.concatenate([programme.lower, np.zeros(more)]),
        upper=np.concatenate([programme.upper, programme.limits.least[lacking]]),
        entries=Entries(
            np.concatenate([entries.lines, lacking]),
            np.concatenate([entries.columns, np.arange(pairs, pairs + more)]),
            np.concatenate([entries.values, np.ones(more)]),
        ),
    )


def _priced(ask: Ask, core: Bools) -> Relaxed | Hopeless:
    field = ask.field
    columns = columns_of(open_masks(field, core))
    solver = solver_of(programme_of(ask, columns, gains_of(ask, columns), locked(field)))
    while True:
        answer = optimum(solver)
        if answer is None:
            return Hopeless(None)
        found = _read(field, answer, core, columns)
        worth = reduced(field, ask.gains, found.prices, found.size_price)
        fresh = _fresh(field, worth, core, 0)
        if not fresh.any():
            return found
        core = core | fresh
        if len(field.options) == 1:
            more = columns_of([fresh])
            add_columns(solver, gains_of(ask, more), entries_of(field, more))
            columns = joined(columns, more)
        else:
            columns = columns_of(open_masks(field, core))
            solver = solver_of(programme_of(ask, columns, gains_of(ask, columns), locked(field)))


def programme_of(ask: Ask, columns: Columns, gains: Floats, forced: Bools) -> Programme:
    """Give the programme over some columns, in which the forced pairs must be taken."""
    field = ask.field
    zeros, ones = np.zeros(len(columns)), np.ones(len(columns))
    limits = limits_of(field, ask.size)
    programme = Programme(gains, zeros, ones, limits, entries_of(field, columns))
    if len(field.options) > 1:
        return grouped(programme, field, columns, forced)
    lower = forced[columns.rows, columns.columns].astype(np.float64)
    return replace(programme, lower=lower)


def gains_of(ask: Ask, columns: Columns) -> Floats:
    """Give what each column gains."""
    gains = np.zeros(len(columns))
    for number, gain in enumerate(ask.gains):
        mine = columns.options == number
        gains[mine] = gain[columns.rows[mine], columns.columns[mine]]
    return gains


def _read(field: Field, answer: Answer, core: Bools, columns: Columns) -> Relaxed:
    """Round duals to prices; whatever sign rounding and tolerances leave, prices keep theirs."""
    height, width = field.dimensions
    whole_numbers = np.rint(answer.duals).astype(np.int64)
    cities = np.maximum(whole_numbers[: height + width], 0)
    bounds = whole_numbers[height + width :][: len(field.bounds)]
    least = [bound.least > 0 for bound in field.bounds]
    most = [bound.most is not None for bound in field.bounds]
    bounds = np.where(least, bounds, np.maximum(bounds, 0))
    bounds = np.where(most, bounds, np.minimum(bounds, 0))
    size_price = int(whole_numbers[height + width + len(field.bounds)])
    prices = Prices(cities[:height], cities[height:], bounds)
    return Relaxed(prices, size_price, core, whole(columns, answer.values[: len(columns)]))


def _fresh(field: Field, worth: Sequence[Ints], core: Bools, noise: int) -> Bools:
    """Mark pairs outside of the core that are worth more than their prices, most first."""
    best = np.where(core, -1, best_option(field, worth))
    fresh = best > noise
    if np.count_nonzero(fresh) <= FRESH_PER_CITY * sum(field.dimensions):
        return fresh
    keep = min(FRESH_PER_CITY, best.shape[1])
    top = np.argpartition(-best, keep - 1, axis=1)[:, :keep]
    mask = np.zeros(best.shape, dtype=np.bool_)
    np.put_along_axis(mask, top, values=True, axis=1)
    return fresh & mask
