"""The best of all pairs: solve on some, price all with the duals, take in what they miss, repeat.

Promises, as long as it ends: no pair outside of what was solved is worth more than its duals, hence
the assignment is optimal over all pairs. It ends because there are finitely many pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.large.features import Features, Ints, Singles
from services.matching.solver.large.flow import Bools, Candidates, best_flow, central_duals
from services.matching.solver.large.scan import (
    NOBODY,
    Places,
    Violations,
    best_candidates,
    violations,
)
from services.matching.solver.large.tiles import UNIT
from services.matching.solver.problem import ONE_POINT
from services.matching.solver.scores import HALF_SATURATION, MATURITY_REACH, SIZE_REACH, ZONE_REACH

CORE_CANDIDATES = 15
"""Best candidates per row and per column to begin with, as in the small solver."""

TAKEN_IN = 12
"""Pairs of each row that a pass adds at most: the most violated."""

REACH = ONE_POINT
"""Pairs that are worth less than their duals by less are taken in too, before the next duals find
them: at 10,000 cities three passes instead of six."""

_CHUNK = 1 << 18
"""Pairs that are scored together outside of tiles."""

Doubles = NDArray[np.float64]
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The candidates of the last solve, which of them are chosen, and duals of all cities."""

    candidates: Candidates
    chosen: Bools
    row_duals: Ints
    column_duals: Ints
    near: Violations
    """Of each row, the pairs that are nearest to being worth their duals, within ``REACH``."""


def optimum(these: Features, told: Told = lambda _: None) -> Optimum:
    """Choose the pairs with the greatest sum of points; ``told`` hears how far it is."""
    width = len(these.partner.cities)
    keep = max(TAKEN_IN, int(these.eu.places.max(initial=0)) + 1)
    told("best candidates")
    of_rows, of_columns = best_candidates(these, CORE_CANDIDATES)
    keys = np.union1d(_keys(of_rows.other, width), _keys(of_columns.other, width, flipped=True))
    while True:
        candidates = scored(these, keys)
        told(f"flow over {len(keys):,} pairs")
        chosen = best_flow(candidates)
        duals = central_duals(candidates, chosen)
        told("pricing all pairs")
        missed = violations(these, duals, REACH, keep)
        if not _outside(missed, keys, width):
            return Optimum(candidates, chosen, *duals, missed)
        keys = np.union1d(keys, _keys(missed.other, width))


def _keys(other: Places, width: int, *, flipped: bool = False) -> Ints:
    """Number pairs by row and column; ``other`` has a city's pairs in its line."""
    mine, place = np.nonzero(other != NOBODY)
    theirs = other[mine, place].astype(np.int64)
    keys: Ints = theirs * width + mine if flipped else mine * width + theirs
    return keys


def _outside(missed: Violations, keys: Ints, width: int) -> bool:
    """Tell whether a pair worth more than its duals is not among those that were solved."""
    found = _keys(np.where(missed.gain > 0, missed.other, NOBODY), width)
    place = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
    return bool((keys[place] != found).any()) if len(keys) else bool(len(found))


def scored(these: Features, keys: Ints) -> Candidates:
    """Score some pairs exactly, and leave out those below the least score."""
    rows, columns = keys // len(these.partner.cities), keys % len(these.partner.cities)
    parts = [
        points_of(these, rows[at : at + _CHUNK], columns[at : at + _CHUNK])
        for at in range(0, len(keys), _CHUNK)
    ]
    points = np.concatenate([np.zeros(0, np.int64), *parts])
    kept = points >= these.min_score
    places = these.eu.places, these.partner.places
    return Candidates(rows[kept], columns[kept], points[kept], *places)


def _both(wanted: Doubles, given: Doubles) -> Doubles:
    together: Doubles = np.sqrt(wanted * given)
    return together


def points_of(
    these: Features,
    rows: Ints,
    columns: Ints,
    needs: Callable[[Doubles, Doubles], Doubles] = _both,
) -> Ints:
    """Give the scores of some pairs; ``needs`` puts the needs met in both directions together."""
    a, b = these.eu, these.partner
    seeks, offers = a.seeks[rows], a.offers[rows]
    wanted = _saturated((seeks * b.offers[columns]).sum(1))
    given = _saturated((offers * b.seeks[columns]).sum(1))
    mutual, peer, size, language, zone, maturity = these.weights.tolist()
    total = mutual * needs(wanted, given)
    total += peer * _saturated((seeks * b.seeks[columns]).sum(1))
    total += size * _near(a.size[rows], b.size[columns], SIZE_REACH)
    total += language * np.minimum(1.0, (a.speaks[rows] * b.speaks[columns]).sum(1))
    total += zone * _near(a.zone[rows], b.zone[columns], ZONE_REACH)
    total += maturity * _near(a.maturity[rows], b.maturity[columns], MATURITY_REACH)
    points: Ints = np.floor(UNIT * total + 0.5).astype(np.int64)
    return points


def _saturated(products: Singles) -> Doubles:
    exact = products.astype(np.float64)
    return exact / (exact + HALF_SATURATION)


def _near(rows: Singles, columns: Singles, reach: float) -> Doubles:
    distance = np.abs(rows.astype(np.float64) - columns)
    return np.maximum(0.0, 1.0 - distance / reach)
