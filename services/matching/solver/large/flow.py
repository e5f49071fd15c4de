"""The best assignment among chosen candidates, as a min-cost flow, and duals that prove it.

OR-Tools gives the flow and no duals. They are recovered from what the flow leaves open: with
p = u and w = -v, an open pair says p_i >= w_j + S_ij and a chosen one w_j >= p_i - S_ij; the least
solution of these, found by correcting labels until none is violated, exists because the flow is
optimal. The mirror image gives the greatest; their mean, rounded down on one side and up on the
other, is a solution too, and leaves far fewer of all pairs violated than either.

Source: Ahuja, Magnanti, Orlin 1993, "Network Flows", sections 5.4 (label correcting) and 9.4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from services.matching.solver.large.compiled import compiled
from services.matching.solver.large.features import Ints
from services.matching.solver.problem import POINTS

Bools = NDArray[np.bool_]

FAR = -4 * POINTS
"""Below every label: no score and no dual exceeds ``POINTS`` by so much."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Some pairs with their scores, sorted by row, then column; and each city's free places."""

    rows: Ints
    columns: Ints
    points: Ints
    row_places: Ints
    column_places: Ints


def best_flow(these: Candidates) -> Bools:
    """Give which candidates the greatest total takes.

    Raises:
        ArithmeticError: the solver gave up; seen never, and never passed off as an answer.
    """
    height, width = len(these.row_places), len(these.column_places)
    nobody = height + width
    every_row, every_column = np.arange(height), np.arange(width) + height
    tails = np.concatenate([these.rows, every_row, np.full(width, nobody)])
    heads = np.concatenate([these.columns + height, np.full(height, nobody), every_column])
    room = np.concatenate([np.ones(len(these.rows)), these.row_places, these.column_places])
    costs = np.concatenate([-these.points, np.zeros(height + width, np.int64)])
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), room.astype(np.int64), costs
    )
    balance = int(these.column_places.sum() - these.row_places.sum())
    supplies = np.concatenate([these.row_places, -these.column_places, [balance]])
    solver.set_nodes_supplies(np.arange(nobody + 1, dtype=np.int32), supplies)
    if solver.solve() != solver.OPTIMAL:
        raise ArithmeticError("the flow solver found no optimum")
    return np.asarray(solver.flows(arcs[: len(these.rows)])) > 0


def central_duals(these: Candidates, chosen: Bools) -> tuple[Ints, Ints]:
    """Give integer duals of the rows and of the columns, between the extreme ones.

    Raises:
        ArithmeticError: the chosen pairs are not optimal among the candidates.
    """
    low_u, high_v = _least(these, chosen)
    mirrored = np.lexsort((these.rows, these.columns))
    mirror = Candidates(
        these.columns[mirrored],
        these.rows[mirrored],
        these.points[mirrored],
        these.column_places,
        these.row_places,
    )
    low_v, high_u = _least(mirror, chosen[mirrored])
    return (low_u + high_u) // 2, -(-(low_v + high_v) // 2)


def _least(these: Candidates, chosen: Bools) -> tuple[Ints, Ints]:
    """Give the least duals of the rows, and the greatest of the columns."""
    height, width = len(these.row_places), len(these.column_places)
    used = np.bincount(these.columns[chosen], minlength=width)
    labels = np.where(used < these.column_places, 0, FAR)
    of_columns = np.lexsort((these.rows, these.columns))
    starts = (
        np.searchsorted(these.rows, np.arange(height + 1)),
        np.searchsorted(these.columns[of_columns], np.arange(width + 1)),
    )
    pairs = (these.rows, these.columns, these.points, chosen)
    duals = np.zeros(height, np.int64)
    turns = _corrected(pairs, starts, of_columns, (duals, labels))
    if turns < 0 or labels.max(initial=0) > 0:
        raise ArithmeticError("the flow is not optimal: its labels have no end")
    return duals, -labels


MOST_TURNS = 1000
"""Times that a label may be corrected on the average; seen: fewer than 30."""


@compiled
def _corrected(
    pairs: tuple[Ints, Ints, Ints, Bools],
    starts: tuple[Ints, Ints],
    of_columns: Ints,
    labels: tuple[Ints, Ints],
) -> int:
    """Raise labels in place until all hold; columns whose label rose wait in a ring."""
    rows, columns, points, chosen = pairs
    p, w = labels
    width = len(w)
    ring = np.zeros(width, np.int64)
    waits = np.zeros(width, np.bool_)
    head, length, turns = 0, 0, 0
    for k in range(len(rows)):
        if chosen[k]:
            w[columns[k]] = max(w[columns[k]], p[rows[k]] - points[k])
    for j in range(width):
        if w[j] > FAR:
            ring[length] = j
            length += 1
            waits[j] = True
    while length > 0 and turns < MOST_TURNS * width:
        j = ring[head]
        head = (head + 1) % width
        length -= 1
        waits[j] = False
        turns += 1
        for k in of_columns[starts[1][j] : starts[1][j + 1]]:
            if not chosen[k] and w[j] + points[k] > p[rows[k]]:
                p[rows[k]] = w[j] + points[k]
                length = _passed_on(
                    rows[k], (pairs, starts[0], labels), (ring, waits, head, length)
                )
    return -1 if length else turns


@compiled
def _passed_on(
    i: int,
    graph: tuple[tuple[Ints, Ints, Ints, Bools], Ints, tuple[Ints, Ints]],
    queue: tuple[Ints, Bools, int, int],
) -> int:
    """Raise the labels of the columns that a row was given; give how many columns wait now."""
    (_, columns, points, chosen), starts, (p, w) = graph
    ring, waits, head, length = queue
    for k in range(starts[i], starts[i + 1]):
        j = columns[k]
        if not chosen[k] or p[i] - points[k] <= w[j]:
            continue
        w[j] = p[i] - points[k]
        if not waits[j]:
            ring[(head + length) % len(ring)] = j
            length += 1
            waits[j] = True
    return length
