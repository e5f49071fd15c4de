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


def most_pairs(worth: Ints, row_places: Ints, column_places: Ints, start: Bools | None) -> Most:
    """Choose as many pairs as possible among those whose worth is not negative.

    Begins with ``start``, or else with what each city in turn likes best.
    """
    allowed = worth >= 0
    chosen = _greedy(worth, row_places, column_places) if start is None else start & allowed
    while True:
        free = row_places - chosen.sum(axis=1), column_places - chosen.sum(axis=0)
        search, ends = _reach(allowed, chosen, free)
        if not len(ends):
            rows = (search.rows == _NOWHERE).astype(np.int64)
            return Most(chosen, rows, (search.columns != _NOWHERE).astype(np.int64))
        _augment(chosen, search, ends)


_NOWHERE, _START = -1, -2


def _greedy(worth: Ints, row_places: Ints, column_places: Ints) -> Bools:
    """Let the rows choose in turn, those with the fewest candidates first."""
    chosen = np.zeros(worth.shape, dtype=np.bool_)
    left = column_places.copy()
    for row in np.argsort((worth >= 0).sum(axis=1), kind="stable").tolist():
        places = int(row_places[row])
        if places <= 0:
            continue
        open_to = np.where(left > 0, worth[row], -1)
        best = np.argsort(-open_to, kind="stable")[:places]
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
