"""The check of a solution: shares with what found it the reading of the rules (``field``) only.

Promises that a bound which it returns holds for every choice. Let u, v >= 0 be prices of places, w
prices of quotas (w < 0 only where a quota has a least number, w > 0 only where it has a most), and
let a pair (i, j) taken by option o have the reduced gain

    r_ijo = gain_ijo - takes_io u_i - takes_jo v_j - (sum of w over the quotas that it counts in)

Then every choice that keeps the rules gains at most

    sum C_i u_i + sum D_j v_j + sum over w > 0 of w most + sum over w < 0 of w least
    + over the locks: the largest r of its options
    + over the rows: the (C_i - locks of i) largest positive r of free pairs, by their best option

because what a choice gains is the sum of its r and of the prices of what it uses, it uses no more
than there is of each, and no row has more free pairs than that (weak duality of linear programmes).
A leaf takes all places of its city, which every choice of a shape with a hub keeps.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from services.matching.solver.features import Ints
from services.matching.solver.field import Bound, Field, Option, Prices, Taken, counts, covers
from services.matching.solver.problem import Shape


def upper_bound(field: Field, gains: Sequence[Ints], prices: Prices) -> int:
    """Give what no choice of the field can exceed; ``gains`` by option, per pair.

    Raises:
        ValueError: a price has a sign for which there is no rule, or prices are missing.
    """
    shape = (*field.dimensions, len(field.bounds))
    if (len(prices.rows), len(prices.columns), len(prices.bounds)) != shape:
        raise ValueError("there is not one price per city and quota")
    if min((*prices.rows.tolist(), *prices.columns.tolist()), default=0) < 0:
        raise ValueError("a price is negative")
    reduced = [
        _reduced(field, option, gain, prices)
        for option, gain in zip(field.options, gains, strict=True)
    ]
    total = int(field.row_places @ prices.rows) + int(field.column_places @ prices.columns)
    total += sum(
        _paid(bound, price)
        for bound, price in zip(field.bounds, prices.bounds.tolist(), strict=True)
    )
    for place, options in zip(field.locks, field.lock_options, strict=True):
        total += max(int(reduced[option][place]) for option in options)
    best: Ints = np.zeros(field.dimensions, dtype=np.int64)
    for option, worth in zip(field.options, reduced, strict=True):
        np.maximum(best, worth, out=best, where=option.allowed)
    left = field.row_places.copy()
    np.subtract.at(left, [row for row, _ in field.locks], 1)
    return total + _largest(best, left)


def objective(field: Field, gains: Sequence[Ints], taken: Sequence[Taken]) -> int:
    """Give what a choice gains in sum.

    Raises:
        ValueError: it breaks a rule of the field.
    """
    pairs = {(row, column) for row, column, _ in taken}
    if len(pairs) != len(taken):
        raise ValueError("a pair is chosen twice")
    if not pairs.issuperset(field.locks):
        raise ValueError("a lock is not kept")
    allowed = {
        (*place, option)
        for place, options in zip(field.locks, field.lock_options, strict=True)
        for option in options
    }
    if not all(field.options[o].allowed[i, j] or (i, j, o) in allowed for i, j, o in taken):
        raise ValueError("a barred pair is chosen")
    _require_places(field, taken)
    for bound in field.bounds:
        number = sum(counts(bound, field.options[o], (i, j)) for i, j, o in taken)
        if number < bound.least or (bound.most is not None and number > bound.most):
            raise ValueError(f"quota {bound.name} is not kept")
    return sum(int(gains[o][i, j]) for i, j, o in taken)


def _require_places(field: Field, taken: Sequence[Taken]) -> None:
    rows, columns = Counter[int](), Counter[int]()
    hubs = Counter[tuple[str, int]]()
    for i, j, o in taken:
        option = field.options[o]
        rows[i] += option.row_takes
        columns[j] += option.column_takes
        if option.hub is not None:
            hubs[option.hub, i if option.hub == "eu" else j] += 1
    if any(n > field.row_places[i] for i, n in rows.items()):
        raise ValueError("a row is used beyond its places")
    if any(n > field.column_places[j] for j, n in columns.items()):
        raise ValueError("a column is used beyond its places")
    if field.shape is Shape.TRIOS and any(n == 1 for n in hubs.values()):
        raise ValueError("a trio has two cities only")


def _reduced(field: Field, option: Option, gain: Ints, prices: Prices) -> Ints:
    worth = gain - option.row_takes * prices.rows[:, None]
    worth -= option.column_takes * prices.columns[None, :]
    for bound, price in zip(field.bounds, prices.bounds.tolist(), strict=True):
        if price and bound.topic is None:
            worth[np.ix_(bound.rows, bound.columns)] -= price
        elif price:
            worth -= price * covers(bound, option)
    return worth


def _paid(bound: Bound, price: int) -> int:
    if price <= 0:
        return price * bound.least
    if bound.most is None:
        raise ValueError(f"quota {bound.name} has no most, so its price can't be positive")
    return price * bound.most


def _largest(worth: Ints, numbers: Ints) -> int:
    """Sum, over the rows, as many of the largest figures as the number says; none is negative."""
    positive = np.count_nonzero(worth, axis=1)
    crowded = np.flatnonzero(positive > numbers)
    total = int(worth.sum()) - int(worth[crowded].sum())
    for row in crowded.tolist():
        number = int(numbers[row])
        if number > 0:
            total += int(np.partition(worth[row], -number)[-number:].sum())
    return total
