"""Passes over all pairs: each city's best candidates, and the pairs worth more than their duals.

Promises that a city which has a pair worth more than its duals is given such a pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.large.compiled import compiled
from services.matching.solver.large.features import Features, Ints, Singles
from services.matching.solver.large.tiles import MARGIN, Tile, exact, scan, workers

STRIP = 128
"""Pairs that are looked at together: in most strips none matters."""

Places = NDArray[np.int32]
NOBODY = -1
NOTHING = np.float32(-1.0)
"""Less than what any candidate is worth, more than what a pair without needs met is."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """For each city, the other cities of its best pairs, in no order; ``NOBODY`` where fewer."""

    worth: Singles
    other: Places


@dataclass(frozen=True, slots=True, eq=False)
class Violations:
    """For each row, its pairs that are worth most beyond their duals; ``NOBODY`` where fewer."""

    gain: Ints
    other: Places


def best_candidates(these: Features, keep: int) -> tuple[Kept, Kept]:
    """Give the ``keep`` best of each row and of each column, by the score in 32 bits."""
    rows = _nothing_kept(len(these.eu.cities), keep)
    columns = [_nothing_kept(len(these.partner.cities), keep) for _ in range(workers())]

    def visit(tile: Tile, mine: Kept) -> None:
        _best_of_rows(tile.rough, (tile.row, tile.column), rows.worth, rows.other)
        _best_of_columns(tile.rough, (tile.row, tile.column), mine.worth, mine.other)

    scan(these, [partial(visit, mine=mine) for mine in columns])
    return rows, _together(columns, keep)


def violations(these: Features, duals: tuple[Ints, Ints], reach: int, keep: int) -> Violations:
    """Price all pairs; give the ``keep`` of each row that are worth most beyond their duals.

    Those that are worth less than their duals by ``reach`` or more are not among them.
    """
    height = len(these.eu.cities)
    found = Violations(
        np.full((height, keep), -reach, np.int64),
        np.full((height, keep), NOBODY, np.int32),
    )

    def visit(tile: Tile) -> None:
        _price(
            (tile.wanted, tile.given, tile.peer, tile.shared, tile.rough),
            tile.near,
            (these.weights, these.min_score, reach),
            _duals_of(tile, duals),
            (found.gain, found.other),
        )

    scan(these, [visit] * workers())
    return found


def _nothing_kept(cities: int, keep: int) -> Kept:
    worth = np.full((cities, keep), NOTHING, np.float32)
    return Kept(worth, np.full((cities, keep), NOBODY, np.int32))


def _together(parts: Sequence[Kept], keep: int) -> Kept:
    """Keep the best of what several threads kept: by worth, then by place."""
    worth = np.concatenate([part.worth for part in parts], axis=1)
    other = np.concatenate([part.other for part in parts], axis=1)
    order = np.lexsort((other, -worth), axis=1)[:, :keep]
    return Kept(np.take_along_axis(worth, order, 1), np.take_along_axis(other, order, 1))


def _duals_of(tile: Tile, duals: tuple[Ints, Ints]) -> tuple[int, int, Ints, Ints]:
    height, width = tile.rough.shape
    rows = duals[0][tile.row : tile.row + height]
    return tile.row, tile.column, rows, duals[1][tile.column : tile.column + width]


@compiled
def _best_of_rows(rough: Singles, corner: tuple[int, int], worth: Singles, other: Places) -> None:
    for i in range(rough.shape[0]):
        row = corner[0] + i
        low = worth[row].min()
        for start in range(0, rough.shape[1], STRIP):
            stop = min(start + STRIP, rough.shape[1])
            better = 0
            for j in range(start, stop):
                better += rough[i, j] > low
            if better == 0:
                continue
            for j in range(start, stop):
                if rough[i, j] > low:
                    worst = worth[row].argmin()
                    worth[row, worst] = rough[i, j]
                    other[row, worst] = corner[1] + j
                    low = worth[row].min()


@compiled
def _last(worth: Singles, other: Places) -> int:
    """Give where the least of a line is; among equals the last city."""
    last = 0
    for place in range(1, len(worth)):
        if worth[place] < worth[last] or (
            worth[place] == worth[last] and other[place] > other[last]
        ):
            last = place
    return last


@compiled
def _best_of_columns(
    rough: Singles, corner: tuple[int, int], worth: Singles, other: Places
) -> None:
    strips = (rough.shape[1] + STRIP - 1) // STRIP
    for strip in range(strips):
        start = strip * STRIP
        stop = min(start + STRIP, rough.shape[1])
        low = np.empty(stop - start, np.float32)
        for j in range(start, stop):
            low[j - start] = worth[corner[1] + j].min()
        for i in range(rough.shape[0]):
            better = 0
            for j in range(start, stop):
                better += rough[i, j] >= low[j - start]
            if better == 0:
                continue
            for j in range(start, stop):
                if rough[i, j] >= low[j - start]:
                    column = corner[1] + j
                    worst = _last(worth[column], other[column])
                    if rough[i, j] == low[j - start] and corner[0] + i > other[column, worst]:
                        continue
                    worth[column, worst] = rough[i, j]
                    other[column, worst] = corner[0] + i
                    low[j - start] = worth[column].min()


@compiled
def _price(
    products: tuple[Singles, ...],
    near: tuple[Singles, ...],
    rules: tuple[Ints, int, int],
    duals: tuple[int, int, Ints, Ints],
    found: tuple[Ints, Places],
) -> None:
    rough = products[4]
    corner_row, corner_column, row_duals, column_duals = duals
    weights, min_score, reach = rules
    gain, other = found
    prices = column_duals.astype(np.float32)
    for i in range(rough.shape[0]):
        row = corner_row + i
        bar = np.float32(row_duals[i] - reach) - MARGIN
        for start in range(0, rough.shape[1], STRIP):
            stop = min(start + STRIP, rough.shape[1])
            near_or_over = 0
            for j in range(start, stop):
                near_or_over += rough[i, j] - prices[j] > bar
            if near_or_over == 0:
                continue
            for j in range(start, stop):
                if not rough[i, j] - prices[j] > bar:
                    continue
                score = exact(products, near, weights, (i, j))
                over = score - row_duals[i] - column_duals[j]
                if over > -reach and score >= min_score:
                    least = gain[row].argmin()
                    if over > gain[row, least]:
                        gain[row, least] = over
                        other[row, least] = corner_column + j
