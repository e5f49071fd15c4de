"""Whether a large optimum is the only one.

Another optimum differs from this one along a closed way of pairs that are worth exactly their
duals: open ones from row to column, chosen ones back, and through the hub wherever a city has a
place to gain or to give up for nothing. So there is one exactly if an open pair lies on such a way.

Source: Ahuja, Magnanti, Orlin 1993, "Network Flows", section 9.3; Tarjan 1972 (strong components).
"""

from collections import defaultdict

import numpy as np

from services.matching.solver.large.features import Features, Ints
from services.matching.solver.large.optimum import Optimum
from services.matching.solver.large.scan import NOBODY


def is_unique(these: Features, best: Optimum) -> bool:
    """Tell whether no other assignment is as good; not so either where a row has too many ties.

    A row of which all kept pairs are worth their duals or more may have others that were not kept.
    """
    if (best.near.gain.min(axis=1, initial=0) >= 0).any():
        return False
    tight, chosen = _tight(best)
    arcs = _arcs(these, best, tight, chosen)
    parts = _components(arcs, len(best.row_duals) + len(best.column_duals) + 1)
    height = len(best.row_duals)
    return not any(parts[i] == parts[height + j] for i, j in tight)


def _tight(best: Optimum) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Give the open and the chosen pairs that are worth exactly their duals."""
    width = len(best.column_duals)
    rows, places = np.nonzero((best.near.other != NOBODY) & (best.near.gain == 0))
    columns = best.near.other[rows, places].astype(np.int64)
    mine = best.candidates.rows * width + best.candidates.columns
    chosen = np.isin(rows * width + columns, mine[best.chosen])
    pairs = list(zip(rows.tolist(), columns.tolist(), strict=True))
    marked = list(zip(pairs, chosen.tolist(), strict=True))
    return [pair for pair, is_in in marked if not is_in], [pair for pair, is_in in marked if is_in]


def _arcs(
    these: Features,
    best: Optimum,
    tight: list[tuple[int, int]],
    chosen: list[tuple[int, int]],
) -> dict[int, list[int]]:
    height, width = len(best.row_duals), len(best.column_duals)
    hub = height + width
    arcs: dict[int, list[int]] = defaultdict(list)
    for i, j in tight:
        arcs[i].append(height + j)
    for i, j in chosen:
        arcs[height + j].append(i)
    used = _used(best.candidates.rows[best.chosen], height)
    arcs[hub] += np.flatnonzero(used < these.eu.places).tolist()
    for i in np.flatnonzero((used > 0) & (best.row_duals == 0)).tolist():
        arcs[i].append(hub)
    used = _used(best.candidates.columns[best.chosen], width)
    for j in np.flatnonzero(used < these.partner.places).tolist():
        arcs[height + j].append(hub)
    arcs[hub] += (height + np.flatnonzero((used > 0) & (best.column_duals == 0))).tolist()
    return arcs


def _used(places: Ints, cities: int) -> Ints:
    return np.bincount(places, minlength=cities)


def _components(arcs: dict[int, list[int]], nodes: int) -> list[int]:
    """Number the strong components: two nodes have one number if each is reached from the other."""
    order, low, part = [0] * nodes, [0] * nodes, [-1] * nodes
    waiting: list[int] = []
    seen = 0
    for root in list(arcs):
        if order[root]:
            continue
        way = [(root, iter(arcs[root]))]
        seen += 1
        order[root] = low[root] = seen
        waiting.append(root)
        while way:
            node, onwards = way[-1]
            for to in onwards:
                if not order[to]:
                    seen += 1
                    order[to] = low[to] = seen
                    waiting.append(to)
                    way.append((to, iter(arcs.get(to, ()))))
                    break
                if part[to] < 0:
                    low[node] = min(low[node], order[to])
            else:
                _close(way.pop()[0], (order, low, part, waiting))
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[node])
    return [number if number >= 0 else nodes + node for node, number in enumerate(part)]


def _close(node: int, state: tuple[list[int], list[int], list[int], list[int]]) -> None:
    """Number a component once all that its first node reaches has been seen."""
    order, low, part, waiting = state
    if low[node] != order[node]:
        return
    while True:
        member = waiting.pop()
        part[member] = node
        if member == node:
            return
