"""The choice among all optima, by hashes of the cities' ids.

Promises that the same cities give the same pairs in whatever order they come.
"""

import hashlib
from dataclasses import replace

import numpy as np

from services.matching.solver.assignment import Ask, Relaxed, best_option, programme_of, reduced
from services.matching.solver.features import Floats
from services.matching.solver.field import Field, Prices, Taken
from services.matching.solver.programme import (
    Columns,
    Limits,
    columns_of,
    optimum,
    solver_of,
    whole,
)

TIE_BYTES = 3
"""24 bits: two optima tie again with a chance of 6 in 100 million, and sums stay far below 2^53."""


def first_of_equals(ask: Ask, found: Relaxed) -> tuple[Taken, ...] | None:
    """Choose among all optima; None where that is no choice of whole pairs.

    Optimal is what leaves no complementary slack: a pair worth more than its prices is in, one
    worth less is out, a place or quota with a price is used up; among what remains the greatest
    sum of tie-breaks wins.
    """
    worth = reduced(ask.field, ask.gains, found.prices, found.size_price)
    best = best_option(ask.field, worth)
    masks = [
        option.allowed & (each == best) & (best >= 0)
        for option, each in zip(ask.field.options, worth, strict=True)
    ]
    for place, options in zip(ask.field.locks, ask.field.lock_options, strict=True):
        top = max(int(worth[o][place]) for o in options)
        for option in options:
            masks[option][place] = worth[option][place] == top
    columns = columns_of(masks)
    forced = best > 0
    for place in ask.field.locks:
        forced[place] = True
    programme = programme_of(ask, columns, tie_breaks(ask.field, columns), forced)
    limits = _tight(ask.field, programme.limits, found.prices)
    answer = optimum(solver_of(replace(programme, limits=limits)))
    return None if answer is None else whole(columns, answer.values)


def tie_break(eu_city_id: str, partner_city_id: str, option: int = 0) -> int:
    """Give the number that decides between optima: by the pair's ids, hence the same everywhere."""
    name = f"{eu_city_id} {partner_city_id}" + (f" {option}" if option else "")
    digest = hashlib.blake2b(name.encode(), digest_size=TIE_BYTES)
    return int.from_bytes(digest.digest())


def tie_breaks(field: Field, columns: Columns) -> Floats:
    """Give the tie-break of each column."""
    eu, partner = ([city.id for city in side.cities] for side in field.scores.sides)
    figures = (columns.rows, columns.columns, columns.options)
    places = zip(*(each.tolist() for each in figures), strict=True)
    return np.array([tie_break(eu[i], partner[j], o) for i, j, o in places], dtype=np.float64)


def _tight(field: Field, limits: Limits, prices: Prices) -> Limits:
    """Let what has a price be used up."""
    least, most = limits.least.copy(), limits.most.copy()
    cities = np.concatenate([prices.rows, prices.columns])
    paid = np.flatnonzero(cities > 0)
    least[paid] = most[paid]
    for number, price in enumerate(prices.bounds.tolist(), sum(field.dimensions)):
        if price > 0:
            least[number] = most[number]
        elif price < 0:
            most[number] = least[number]
    return Limits(least, most)
