"""All pairs, tile by tile: which are each city's best, and which are worth more than their duals.

A tile is four products of small matrices and one compiled pass over its pairs. The pass works in
32 bits to sort out what can't matter, and computes what is left exactly, as ``scores`` does.
Promises that no tile exceeds 2,000 by 2,000 pairs, that a pair is never sorted out wrongly, and
that results do not depend on the number of cores: a row has one writer, and what columns keep from
several threads is put together by a total order.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from services.matching.solver.large.compiled import compiled
from services.matching.solver.large.features import Features, Ints, Singles
from services.matching.solver.problem import POINTS, WEIGHTS_SUM
from services.matching.solver.scores import HALF_SATURATION, MATURITY_REACH, SIZE_REACH, ZONE_REACH

TILE_ROWS, TILE_COLUMNS = 256, 2000
"""Half a million pairs: five blocks of 2 MB stay near the core, and products still run at full
speed. Of 64 to 512 by 1,000 to 4,000, all within a tenth of each other, the middle."""

MARGIN = np.float32(8.0)
"""In units: six operations in 32 bits on values up to 10^6 err by less than 1."""

NO_CANDIDATE = np.float32(-POINTS)
"""What a pair that must not be chosen is worth: less than any dual."""

UNIT = POINTS // WEIGHTS_SUM

_HALF = float(HALF_SATURATION)
_SIZE, _ZONE, _MATURITY = float(SIZE_REACH), float(ZONE_REACH), float(MATURITY_REACH)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One block of pairs; row and column of its corner, and the products of its cities."""

    row: int
    column: int
    wanted: Singles
    given: Singles
    peer: Singles
    shared: Singles
    near: tuple[Singles, ...]
    """size, zone and maturity of the rows, then of the columns."""
    rough: Singles
    """The score in 32 bits; ``NO_CANDIDATE`` where there is none."""


Visit = Callable[[Tile], None]


def scan(these: Features, visits: Sequence[Visit]) -> None:
    """Show every tile to one of the visitors; each has a thread, and tiles of one row of tiles."""
    stripes = deque(range(0, len(these.eu.cities), TILE_ROWS))
    with threadpool_limits(1), ThreadPoolExecutor(len(visits)) as threads:
        for done in [threads.submit(_stripes, these, stripes, visit) for visit in visits]:
            done.result()


def workers() -> int:
    """Give how many threads a scan is worth: the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _stripes(these: Features, stripes: deque[int], visit: Visit) -> None:
    room = [np.empty(TILE_ROWS * TILE_COLUMNS, np.float32) for _ in range(5)]
    while stripes:
        try:
            row = stripes.popleft()
        except IndexError:  # another thread was faster
            return
        for column in range(0, len(these.partner.cities), TILE_COLUMNS):
            visit(_tile(these, row, column, room))


def _tile(these: Features, row: int, column: int, room: list[Singles]) -> Tile:
    eu, partner = these.eu, these.partner
    r = slice(row, min(row + TILE_ROWS, len(eu.cities)))
    c = slice(column, min(column + TILE_COLUMNS, len(partner.cities)))
    shape = r.stop - r.start, c.stop - c.start
    out = [block[: shape[0] * shape[1]].reshape(shape) for block in room]
    np.matmul(eu.seeks[r], partner.offers[c].T, out=out[0])
    np.matmul(eu.offers[r], partner.seeks[c].T, out=out[1])
    np.matmul(eu.seeks[r], partner.seeks[c].T, out=out[2])
    np.matmul(eu.speaks[r], partner.speaks[c].T, out=out[3])
    rows, columns = (eu.size[r], eu.zone[r], eu.maturity[r]), (partner.size[c], partner.zone[c])
    near = (*rows, *columns, partner.maturity[c])
    _rough((out[0], out[1], out[2], out[3], out[4]), near, these.weights)
    _bar(these.barred, row, column, out[4])
    return Tile(row, column, out[0], out[1], out[2], out[3], near, out[4])


@compiled
def _rough(products: tuple[Singles, ...], near: tuple[Singles, ...], weights: Ints) -> None:
    """Fill the last block with the score of each pair of the tile, in 32 bits, without a branch."""
    wanted, given, peer, shared, rough = products
    unit, half = np.float32(UNIT), np.float32(_HALF)
    mutual, alike = np.float32(weights[0]) * unit, np.float32(weights[1]) * unit
    size, tongue = np.float32(weights[2]) * unit, np.float32(weights[3]) * unit
    zone, ripe = np.float32(weights[4]) * unit, np.float32(weights[5]) * unit
    zero, one = np.float32(0.0), np.float32(1.0)
    by_size = np.float32(1.0 / _SIZE)
    by_zone = np.float32(1.0 / _ZONE)
    by_ripe = np.float32(1.0 / _MATURITY)
    for i in range(rough.shape[0]):
        q, z, m = near[0][i], near[1][i], near[2][i]
        for j in range(rough.shape[1]):
            a, b, c = wanted[i, j], given[i, j], peer[i, j]
            both = a * b
            total = mutual * np.sqrt(both / ((a + half) * (b + half)))
            total += alike * (c / (c + half))
            total += size * max(zero, one - abs(q - near[3][j]) * by_size)
            total += tongue * min(one, shared[i, j])
            total += zone * max(zero, one - abs(z - near[4][j]) * by_zone)
            total += ripe * max(zero, one - abs(m - near[5][j]) * by_ripe)
            rough[i, j] = total if both > zero else NO_CANDIDATE


@compiled
def _bar(barred: Ints, row: int, column: int, rough: Singles) -> None:
    for place in range(barred.shape[0]):
        i, j = barred[place, 0] - row, barred[place, 1] - column
        if 0 <= i < rough.shape[0] and 0 <= j < rough.shape[1]:
            rough[i, j] = NO_CANDIDATE


@compiled
def worth(
    products: tuple[Singles, ...],
    near: tuple[Singles, ...],
    weights: Ints,
    at: tuple[int, int, int],
) -> int:
    """Give what the pair at a row and column is worth, and to whom.

    To both (0), to its EU city alone (1), or to its partner city alone (2).
    """
    i, j, whom = at
    a, b = np.float64(products[0][i, j]), np.float64(products[1][i, j])
    c, tongues = np.float64(products[2][i, j]), np.float64(products[3][i, j])
    size = abs(np.float64(near[0][i]) - near[3][j])
    zone = abs(np.float64(near[1][i]) - near[4][j])
    maturity = abs(np.float64(near[2][i]) - near[5][j])
    wanted, given = a / (a + _HALF), b / (b + _HALF)
    needs = np.sqrt(wanted * given) if whom == 0 else (wanted if whom == 1 else given)
    total = weights[0] * needs
    total += weights[1] * (c / (c + _HALF))
    total += weights[2] * max(0.0, 1.0 - size / _SIZE)
    total += weights[3] * min(1.0, tongues)
    total += weights[4] * max(0.0, 1.0 - zone / _ZONE)
    total += weights[5] * max(0.0, 1.0 - maturity / _MATURITY)
    return int(np.floor(UNIT * total + 0.5))


@compiled
def exact(
    products: tuple[Singles, ...],
    near: tuple[Singles, ...],
    weights: Ints,
    at: tuple[int, int],
) -> int:
    """Give one pair's score, as ``scores`` computes it: the same operations in the same order."""
    return worth(products, near, weights, (at[0], at[1], 0))
