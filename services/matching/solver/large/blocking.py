"""Pairs of a large round that would both rather have each other, each by its own interest.

Promises what ``reasons.blocking`` promises of small rounds: all are counted, those in which the
lesser gain is greatest are listed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from services.matching.solver.large.compiled import compiled
from services.matching.solver.large.features import Features, Ints, Side, Singles
from services.matching.solver.large.optimum import Doubles, points_of
from services.matching.solver.large.tiles import NO_CANDIDATE, Tile, exact, scan, workers, worth
from services.matching.solver.problem import Pair
from services.matching.solver.solution import MAX_BLOCKING, Blocking

NEVER = np.int64(2**40)
"""What a city gives up that has no place left and nobody to let go: more than any interest."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Of one thread: how many, and the best, by lesser gain, sum of gains, row and column."""

    count: Ints
    best: Ints


def blocking(these: Features, free: Ints) -> tuple[tuple[Blocking, ...], int]:
    """List and count the blocking pairs; ``free`` are the chosen pairs that are no locks."""
    eu = _given_up(these.eu, free[:, 0], _worth(these, free, _first))
    partner = _given_up(these.partner, free[:, 1], _worth(these, free, _second))
    chosen = np.sort(free[:, 0] * len(these.partner.cities) + free[:, 1])
    parts = [
        _Found(np.zeros(1, np.int64), np.full((MAX_BLOCKING, 4), -1, np.int64))
        for _ in range(workers())
    ]

    def visit(tile: Tile, mine: _Found) -> None:
        height, width = tile.rough.shape
        _blocks(
            (tile.wanted, tile.given, tile.peer, tile.shared, tile.rough),
            tile.near,
            (these.weights, these.min_score, tile.row, tile.column, len(these.partner.cities)),
            (eu[tile.row : tile.row + height], partner[tile.column : tile.column + width], chosen),
            (mine.count, mine.best),
        )

    scan(these, [partial(visit, mine=part) for part in parts])
    best = np.concatenate([part.best for part in parts])
    order = np.lexsort((best[:, 3], best[:, 2], -best[:, 1], -best[:, 0]))[:MAX_BLOCKING]
    rows = [tuple(row) for row in best[order].tolist() if row[0] > 0]
    listed = tuple(_named(these, (eu, partner), (i, j)) for _, _, i, j in rows)
    return listed, sum(int(part.count[0]) for part in parts)


def _first(wanted: Doubles, _: Doubles) -> Doubles:
    return wanted


def _second(_: Doubles, given: Doubles) -> Doubles:
    return given


def _worth(these: Features, pairs: Ints, needs: Callable[[Doubles, Doubles], Doubles]) -> Ints:
    return points_of(these, pairs[:, 0], pairs[:, 1], needs)


def _given_up(side: Side, places: Ints, worth_to_it: Ints) -> Ints:
    """Give what each city gives up for another: nothing while it has a place, else its least."""
    cities = len(side.cities)
    least = np.full(cities, NEVER)
    np.minimum.at(least, places, worth_to_it)
    full = np.bincount(places, minlength=cities) >= side.places
    return np.where(full, least, 0)


def _named(these: Features, given_up: tuple[Ints, Ints], place: tuple[int, int]) -> Blocking:
    pair = np.array([place])
    gains = [
        int(_worth(these, pair, needs)[0]) - int(gone[at])
        for needs, gone, at in zip((_first, _second), given_up, place, strict=True)
    ]
    ids = these.eu.cities[place[0]].id, these.partner.cities[place[1]].id
    return Blocking(Pair(*ids), *gains)


@compiled
def _blocks(
    products: tuple[Singles, ...],
    near: tuple[Singles, ...],
    rules: tuple[Ints, int, int, int, int],
    given_up: tuple[Ints, Ints, Ints],
    found: tuple[Ints, Ints],
) -> None:
    weights, min_score, row, column, width = rules
    of_rows, of_columns, chosen = given_up
    count, best = found
    for i in range(products[4].shape[0]):
        for j in range(products[4].shape[1]):
            if products[4][i, j] == NO_CANDIDATE:
                continue
            eu = worth(products, near, weights, (i, j, 1)) - of_rows[i]
            if eu <= 0:
                continue
            partner = worth(products, near, weights, (i, j, 2)) - of_columns[j]
            if partner <= 0 or exact(products, near, weights, (i, j)) < min_score:
                continue
            key = (row + i) * width + column + j
            place = np.searchsorted(chosen, key)
            if place < len(chosen) and chosen[place] == key:
                continue
            count[0] += 1
            _keep(best, (min(eu, partner), eu + partner, row + i, column + j))


@compiled
def _keep(best: Ints, one: tuple[int, int, int, int]) -> None:
    """Put a pair in the place of the last of the kept, if it comes before it."""
    last = 0
    for place in range(1, len(best)):
        if _before(best[last], (best[place, 0], best[place, 1], best[place, 2], best[place, 3])):
            last = place
    if not _before(best[last], one):
        for k in range(4):
            best[last, k] = one[k]


@compiled
def _before(kept: Ints, one: tuple[int, int, int, int]) -> bool:
    """Tell whether the kept pair comes first: greater gains, then lower places."""
    if kept[0] != one[0]:
        return bool(kept[0] > one[0])
    if kept[1] != one[1]:
        return bool(kept[1] > one[1])
    return bool(kept[2] < one[2] or (kept[2] == one[2] and kept[3] < one[3]))
