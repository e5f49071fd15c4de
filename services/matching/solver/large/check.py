"""The check of a large solution, tile by tile: shares no arithmetic with what found it.

Promises that a bound which it returns holds for every assignment (weak duality, as in
``certificate``). Every pair is scored in 64 bits, and nothing is sorted out beforehand.
"""

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from services.matching.solver.features import Bools, Floats, Ints, Side, sides
from services.matching.solver.large.compiled import compiled
from services.matching.solver.problem import City, Pair, Problem
from services.matching.solver.scores import (
    HALF_SATURATION,
    MATURITY_REACH,
    SIZE_REACH,
    UNIT,
    ZONE_REACH,
)

TILE_ROWS, TILE_COLUMNS = 128, 2000
STRIP = 100

_HALF = float(HALF_SATURATION)
_SIZE, _ZONE, _MATURITY = float(SIZE_REACH), float(ZONE_REACH), float(MATURITY_REACH)
_NOBODY = -1.0e9


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """Pairs, locks included, by row and column of cities sorted by id; one dual for each city."""

    problem: Problem
    pairs: Ints
    row_duals: Ints
    column_duals: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    eu: Side
    partner: Side
    weights: tuple[float, ...]
    min_score: int
    barred: Ints
    """Keys of pairs that are not to be chosen, sorted: row times width plus column."""


def check(claim: Claim) -> tuple[int, int]:
    """Give the claim's objective and the upper bound that its duals prove; equal means optimal.

    Raises:
        ValueError: the pairs are no assignment that keeps the rules, or a dual is negative.
    """
    problem = claim.problem
    eu, partner = sides(_by_id(problem.eu), _by_id(problem.partner))
    width = len(partner.cities)
    locks = _keys(eu, partner, problem.locks)
    met = problem.met if problem.rules.avoid_met else ()
    barred = np.union1d(_keys(eu, partner, (*problem.vetoes, *met)), locks)
    w = problem.weights
    weights = tuple(map(float, (w.mutual, w.peer, w.size, w.language, w.zone, w.maturity)))
    run = _Run(eu, partner, weights, problem.rules.min_score, barred)
    chosen = claim.pairs[:, 0] * width + claim.pairs[:, 1]
    points, mutual = _scores(run, claim.pairs)
    _refuse(claim, run, (locks, chosen), mutual & (points >= run.min_score))
    decided = np.stack([locks // width, locks % width], axis=1)
    left = _left(eu, decided[:, 0]), _left(partner, decided[:, 1])
    bound = int(claim.row_duals @ left[0] + claim.column_duals @ left[1])
    bound += _excess(run, claim, left[0]) + int(points[np.isin(chosen, locks)].sum())
    return int(points.sum()), bound


def _refuse(claim: Claim, run: _Run, keys: tuple[Ints, Ints], may: Bools) -> None:
    locks, chosen = keys
    if len(np.unique(chosen)) != len(chosen) or not np.isin(locks, chosen).all():
        raise ValueError("a pair is chosen twice, or a decided pair is missing")
    if min(claim.row_duals.min(initial=0), claim.column_duals.min(initial=0)) < 0:
        raise ValueError("a dual is negative")
    ends = _left(run.eu, claim.pairs[:, 0]), _left(run.partner, claim.pairs[:, 1])
    if min(ends[0].min(initial=0), ends[1].min(initial=0)) < 0:
        raise ValueError("a city is used beyond its capacity")
    free = ~np.isin(chosen, locks)
    if not may[free].all() or np.isin(chosen[free], run.barred).any():
        raise ValueError("a barred pair is chosen")


def _by_id(cities: Sequence[City]) -> tuple[City, ...]:
    return tuple(sorted(cities, key=lambda city: city.id))


def _keys(eu: Side, partner: Side, pairs: Sequence[Pair]) -> Ints:
    rows, columns = ({c.id: place for place, c in enumerate(side.cities)} for side in (eu, partner))
    known = {
        rows[pair.eu_city_id] * len(columns) + columns[pair.partner_city_id]
        for pair in pairs
        if pair.eu_city_id in rows and pair.partner_city_id in columns
    }
    return np.array(sorted(known), np.int64)


def _left(side: Side, used: Ints) -> Ints:
    places = np.array([city.capacity for city in side.cities], np.int64)
    return places - np.bincount(used, minlength=len(places))


def _scores(run: _Run, pairs: Ints) -> tuple[Ints, Bools]:
    """Score the named pairs, and tell where each side seeks something that the other offers."""
    one, other = run.eu, run.partner
    i, j = pairs[:, 0], pairs[:, 1]
    wanted = np.einsum("pt,pt->p", one.seeks[i], other.offers[j])
    given = np.einsum("pt,pt->p", one.offers[i], other.seeks[j])
    peer = np.einsum("pt,pt->p", one.seeks[i], other.seeks[j])
    shared = np.einsum("pt,pt->p", one.speaks[i], other.speaks[j]) > 0
    w = run.weights
    total = w[0] * np.sqrt((wanted / (wanted + _HALF)) * (given / (given + _HALF)))
    total += w[1] * (peer / (peer + _HALF))
    distances = (
        one.sizes[i] - other.sizes[j],
        one.zones[i] - other.zones[j],
        one.maturities[i] - other.maturities[j],
    )
    near = [
        np.nan_to_num(np.maximum(0.0, 1.0 - np.abs(distance) / reach))
        for distance, reach in zip(distances, (_SIZE, _ZONE, _MATURITY), strict=True)
    ]
    total += w[2] * near[0]
    total += w[3] * shared
    total += w[4] * near[1]
    total += w[5] * near[2]
    return np.floor(UNIT * total + 0.5).astype(np.int64), (wanted > 0) & (given > 0)


def _excess(run: _Run, claim: Claim, places: Ints) -> int:
    """Sum, over the rows, the most that pairs can be worth beyond their duals."""
    height, width = len(run.eu.cities), len(run.partner.cities)
    most = np.zeros((height, max(1, int(places.max(initial=1)))), np.int64)
    stripes = deque(range(0, height, TILE_ROWS))

    def work() -> None:
        room = np.empty((5, TILE_ROWS, TILE_COLUMNS))
        while stripes:
            try:
                row = stripes.popleft()
            except IndexError:  # another thread was faster
                return
            for column in range(0, width, TILE_COLUMNS):
                _tile(run, claim, (row, column), (room, most))

    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()
    ranks = np.arange(most.shape[1])[None, :] < places[:, None]
    return int((np.sort(most, axis=1)[:, ::-1] * ranks).sum())


def _tile(run: _Run, claim: Claim, corner: tuple[int, int], into: tuple[Floats, Ints]) -> None:
    one, other = run.eu, run.partner
    r = slice(corner[0], min(corner[0] + TILE_ROWS, len(one.cities)))
    c = slice(corner[1], min(corner[1] + TILE_COLUMNS, len(other.cities)))
    room, most = into
    products = room[:, : r.stop - r.start, : c.stop - c.start]
    products[0] = one.seeks[r] @ other.offers[c].T
    products[1] = one.offers[r] @ other.seeks[c].T
    products[2] = one.seeks[r] @ other.seeks[c].T
    products[3] = one.speaks[r] @ other.speaks[c].T
    rows = np.stack([each[r] for each in _near(one, -_NOWHERE)])
    columns = np.stack([each[c] for each in _near(other, _NOWHERE)])
    _score(products, rows, columns, run.weights)
    rules = run.barred, corner[0], corner[1], len(other.cities), run.min_score
    _collect(products[4], claim.row_duals[r], claim.column_duals[c], rules, most)


_NOWHERE = 1.0e9


def _near(side: Side, unknown: float) -> list[Floats]:
    values = (side.sizes, side.zones, side.maturities)
    return [np.nan_to_num(each, nan=unknown) for each in values]


@compiled
def _score(products: Floats, rows: Floats, columns: Floats, weights: tuple[float, ...]) -> None:
    """Fill the fifth block with the scores of the tile; ``_NOBODY`` where needs are not met."""
    for i in range(products.shape[1]):
        size, zone, maturity = rows[0, i], rows[1, i], rows[2, i]
        for j in range(products.shape[2]):
            a, b, c = products[0, i, j], products[1, i, j], products[2, i, j]
            total = weights[0] * np.sqrt((a / (a + _HALF)) * (b / (b + _HALF)))
            total += weights[1] * (c / (c + _HALF))
            total += weights[2] * max(0.0, 1.0 - abs(size - columns[0, j]) / _SIZE)
            total += weights[3] * (1.0 if products[3, i, j] > 0.0 else 0.0)
            total += weights[4] * max(0.0, 1.0 - abs(zone - columns[1, j]) / _ZONE)
            total += weights[5] * max(0.0, 1.0 - abs(maturity - columns[2, j]) / _MATURITY)
            products[4, i, j] = np.floor(UNIT * total + 0.5) if a * b > 0.0 else _NOBODY


@compiled
def _collect(
    scores: Floats,
    row_duals: Ints,
    column_duals: Ints,
    rules: tuple[Ints, int, int, int, int],
    most: Ints,
) -> None:
    """Keep the greatest of what pairs are worth beyond their duals, for each row."""
    barred, row, column, width, min_score = rules
    for i in range(scores.shape[0]):
        for start in range(0, scores.shape[1], STRIP):
            stop = min(start + STRIP, scores.shape[1])
            over = 0
            for j in range(start, stop):
                over += scores[i, j] - column_duals[j] > row_duals[i]
            if over == 0:
                continue
            for j in range(start, stop):
                gain = np.int64(scores[i, j]) - column_duals[j] - row_duals[i]
                if gain <= 0 or scores[i, j] < min_score:
                    continue
                key = (row + i) * width + column + j
                place = np.searchsorted(barred, key)
                if place < len(barred) and barred[place] == key:
                    continue
                least = most[row + i].argmin()
                most[row + i, least] = max(most[row + i, least], gain)
