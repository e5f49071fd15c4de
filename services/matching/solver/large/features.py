"""What of each city goes into a score, in 32 bits; rows are EU cities, columns partner cities.

Promises that sums of products of these are exact: small integers in 32-bit floats, far below 2^24.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.features import Side as Whole
from services.matching.solver.features import sides
from services.matching.solver.problem import City, Pair, Problem

Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

UNKNOWN = 1_000_000.0
"""Of an EU city; its negative of a partner city: nothing is within reach of the unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side, sorted by id."""

    cities: tuple[City, ...]
    seeks: Singles
    """Cities by topics, as is the next."""
    offers: Singles
    speaks: Singles
    """Cities by languages that both sides speak."""
    size: Singles
    zone: Singles
    maturity: Singles
    places: Ints
    """Partners that each may still have once the locks are in."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Both sides, the decided pairs, and the pairs that must not be chosen, by row and column."""

    eu: Side
    partner: Side
    locks: Ints
    """Pairs by two, sorted; each takes a place of both."""
    barred: Ints
    """Vetoed, met where that bars, and locked: no pair to choose."""
    weights: Ints
    """mutual, peer, size, language, zone, maturity; per mille."""
    min_score: int


def features(problem: Problem) -> Features:
    """Lay out a problem."""
    eu, partner = (
        tuple(sorted(side, key=lambda city: city.id)) for side in (problem.eu, problem.partner)
    )
    whole = sides(eu, partner)
    both_speak = (whole[0].speaks.sum(0) > 0) & (whole[1].speaks.sum(0) > 0)
    locks = _pairs(eu, partner, problem.locks)
    used = [
        np.bincount(locks[:, n], minlength=len(cities)) for n, cities in enumerate((eu, partner))
    ]
    met = problem.met if problem.rules.avoid_met else ()
    shut = _pairs(eu, partner, (*problem.vetoes, *met))
    w = problem.weights
    return Features(
        eu=_side(whole[0], both_speak, UNKNOWN, used[0]),
        partner=_side(whole[1], both_speak, -UNKNOWN, used[1]),
        locks=locks,
        barred=np.unique(np.concatenate([shut, locks]), axis=0),
        weights=np.array([w.mutual, w.peer, w.size, w.language, w.zone, w.maturity]),
        min_score=problem.rules.min_score,
    )


def _side(whole: Whole, languages: NDArray[np.bool_], unknown: float, used: Ints) -> Side:
    near = (whole.sizes, whole.zones, whole.maturities)
    size, zone, maturity = (np.nan_to_num(each, nan=unknown).astype(np.float32) for each in near)
    return Side(
        whole.cities,
        whole.seeks.astype(np.float32),
        whole.offers.astype(np.float32),
        whole.speaks[:, languages].astype(np.float32),
        size,
        zone,
        maturity,
        np.array([city.capacity for city in whole.cities], np.int64) - used,
    )


def _pairs(eu: Sequence[City], partner: Sequence[City], pairs: Sequence[Pair]) -> Ints:
    """Give rows and columns, sorted; pairs with a city outside of the problem fall away."""
    rows = {city.id: row for row, city in enumerate(eu)}
    columns = {city.id: column for column, city in enumerate(partner)}
    known = {
        (rows[pair.eu_city_id], columns[pair.partner_city_id])
        for pair in pairs
        if pair.eu_city_id in rows and pair.partner_city_id in columns
    }
    return np.array(sorted(known), np.int64).reshape(-1, 2)
