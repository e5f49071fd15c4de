"""The most pairs that places allow, where no quota, topic or hub is in the way.

Alternating paths, breadth first, many at once; what can still be reached at the end is the proof:
a cut that no choice can cross more often. Promises the same pairs for the same input.

Source: Hopcroft and Karp 1973, "An n^5/2 algorithm for maximum matchings in bipartite graphs";
Schrijver 2003, "Combinatorial Optimization", section 21 (b-matching, Konig's theorem).
"""

from dataclasses import dataclass

import numpy as np

from services.matching.solver.features import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Most:
    """A choice of the most pairs, and the cut that proves it: 1 for each row and column in it."""

    chosen: Bools
    rows: Ints
    columns: Ints


@dataclass(slots=True, eq=False)
class _Search:
    """What one breadth-first search has reached, and from where; -1 is nowhere, -2 a start."""

    rows: Ints
    columns: Ints


def most_pairs(allowed: Bools, places: tuple[Ints, Ints], start: Bools) -> Most:
    """Choose as many of the allowed pairs as the places of rows and columns let, from ``start`` on.

    What the start has beyond the allowed pairs falls away; it must keep the places.
    """
    chosen = start & allowed
    while True:
        free = places[0] - chosen.sum(axis=1), places[1] - chosen.sum(axis=0)
        search, ends = _reach(allowed, chosen, free)
        if not len(ends):
            rows = (search.rows == _NOWHERE).astype(np.int64)
            return Most(chosen, rows, (search.columns != _NOWHERE).astype(np.int64))
        _augment(chosen, search, ends)


_NOWHERE, _START = -1, -2


def greedy(allowed: Bools, points: Ints, places: tuple[Ints, Ints]) -> Bools:
    """Let the rows choose in turn what scores most, those with the fewest candidates first."""
    chosen = np.zeros(allowed.shape, dtype=np.bool_)
    left = places[1].copy()
    for row in np.argsort(allowed.sum(axis=1), kind="stable").tolist():
        number = int(places[0][row])
        if number <= 0:
            continue
        open_to = np.where(allowed[row] & (left > 0), points[row], -1)
        best = np.argsort(-open_to, kind="stable")[:number]
        best = best[open_to[best] >= 0]
        chosen[row, best] = True
        left[best] -= 1
    return chosen


def _reach(allowed: Bools, chosen: Bools, free: tuple[Ints, Ints]) -> tuple[_Search, Ints]:
    """Search from the rows with free places to the nearest columns with free places.

    Over a pair that is not chosen one goes from its row to its column, over a chosen one back.
    """
    search = _Search(*(np.full(n, _NOWHERE, dtype=np.int64) for n in allowed.shape))
    frontier = np.flatnonzero(free[0] > 0)
    search.rows[frontier] = _START
    while len(frontier):
        steps = allowed[frontier] & ~chosen[frontier]
        columns = np.flatnonzero(steps.any(axis=0) & (search.columns == _NOWHERE))
        search.columns[columns] = frontier[steps[:, columns].argmax(axis=0)]
        ends = columns[free[1][columns] > 0]
        if len(ends) or not len(columns):
            return search, ends
        steps = chosen[:, columns]
        frontier = np.flatnonzero(steps.any(axis=1) & (search.rows == _NOWHERE))
        search.rows[frontier] = columns[steps[frontier].argmax(axis=1)]
    return search, np.empty(0, dtype=np.int64)


def _augment(chosen: Bools, search: _Search, ends: Ints) -> None:
    """Turn over the path to each end; of paths that meet, the first only."""
    used: set[int] = set()
    for end in ends.tolist():
        path, column = [], end
        while True:
            row = int(search.columns[column])
            path.append((row, column))
            before = int(search.rows[row])
            if row in used or before == _START:
                break
            path.append((row, before))
            column = before
        if used.isdisjoint(row for row, _ in path):
            used.update(row for row, _ in path)
            for place in path:
                chosen[place] = not chosen[place]
