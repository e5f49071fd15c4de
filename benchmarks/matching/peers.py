"""Other solvers on the very scores that ours has made: what a programme team could use instead.

Each takes the points of all pairs and which of them are candidates, and gives pairs. None makes the
scores (they get them for nothing) and none proves anything but HiGHS, whose bound is its own word.
Promises that each is used at its best: a barred pair is worth 0 and dropped from the answer,
because a dense solver always fills the smaller side; costs are integers where a solver wants them.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from services.matching.solver.features import Bools, Ints

Pairs = list[tuple[int, int]]
Peer = Callable[[Ints, Bools], Pairs]


def scipy(points: Ints, allowed: Bools) -> Pairs:
    """Shortest augmenting paths on the dense matrix. Source: Crouse 2016, in SciPy."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - each peer in its own process

    worth = np.where(allowed, points, 0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return _worthwhile(worth, rows, columns)


def lapx(points: Ints, allowed: Bools) -> Pairs:
    """Jonker-Volgenant on the dense matrix, as lapx has it."""
    from lap import lapjvx  # noqa: PLC0415 - as above

    worth = np.where(allowed, points, 0)
    _, rows, columns = lapjvx((-worth).astype(np.float64), extend_cost=True)
    return _worthwhile(worth, rows, columns)


def ortools(points: Ints, allowed: Bools) -> Pairs:
    """Min-cost flow by cost scaling over the candidates; a way around them is for nothing."""
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415 - as above

    height, width = points.shape
    rows, columns = np.nonzero(allowed)
    source, sink = height + width, height + width + 1
    tails = [rows, np.full(height, source), np.arange(width) + height, [source]]
    heads = [columns + height, np.arange(height), np.full(width, sink), [sink]]
    costs = [-points[rows, columns], np.zeros(height + width + 1)]
    capacity = np.ones(len(rows) + height + width + 1)
    capacity[-1] = min(height, width)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate(tails).astype(np.int32),
        np.concatenate(heads).astype(np.int32),
        capacity.astype(np.int64),
        np.concatenate(costs).astype(np.int64),
    )
    flow.set_node_supply(source, min(height, width))
    flow.set_node_supply(sink, -min(height, width))
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("OR-Tools found no optimal flow")
    used = np.asarray(flow.flows(arcs))[: len(rows)] > 0
    return list(zip(rows[used].tolist(), columns[used].tolist(), strict=True))


def highs_mip(points: Ints, allowed: Bools) -> Pairs:
    """The textbook integer programme: one 0/1 variable for each candidate."""
    import highspy  # noqa: PLC0415 - as above

    height, width = points.shape
    rows, columns = np.nonzero(allowed)
    pairs = len(rows)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = pairs, height + width
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = points[rows, columns].astype(np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(pairs), np.ones(pairs)
    model.integrality_ = [highspy.HighsVarType.kInteger] * pairs
    model.row_lower_ = np.zeros(height + width)
    model.row_upper_ = np.ones(height + width)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(0, 2 * pairs + 1, 2, dtype=np.int32)
    model.a_matrix_.index_ = np.stack([rows, columns + height], axis=1).ravel().astype(np.int32)
    model.a_matrix_.value_ = np.ones(2 * pairs)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"HiGHS ended as {solver.getModelStatus()}")
    used = np.array(solver.getSolution().col_value) > 0.5
    return list(zip(rows[used].tolist(), columns[used].tolist(), strict=True))


def networkx(points: Ints, allowed: Bools) -> Pairs:
    """Blossoms on the graph of candidates, in Python. Source: Galil 1986, in NetworkX."""
    import networkx as nx  # noqa: PLC0415 - as above

    height = points.shape[0]
    rows, columns = np.nonzero(allowed)
    graph: Any = nx.Graph()
    graph.add_weighted_edges_from(
        zip(rows.tolist(), (columns + height).tolist(), points[rows, columns].tolist(), strict=True)
    )
    chosen = nx.max_weight_matching(graph)
    return [(min(pair), max(pair) - height) for pair in chosen]


def matching(points: Ints, allowed: Bools) -> Pairs:
    """Deferred acceptance with the scores as both sides' wishes: stable, not the greatest total."""
    from matching.games import HospitalResident  # noqa: PLC0415 - as above

    height, width = points.shape
    order = np.argsort(-points, axis=1, kind="stable"), np.argsort(-points, axis=0, kind="stable")
    eu = {f"e{i}": [f"p{j}" for j in order[0][i] if allowed[i, j]] for i in range(height)}
    partner = {f"p{j}": [f"e{i}" for i in order[1][:, j] if allowed[i, j]] for j in range(width)}
    places = {name: 1 for name, wishes in partner.items() if wishes}
    eu = {name: wishes for name, wishes in eu.items() if wishes}
    game = HospitalResident.create_from_dictionaries(
        eu, {name: partner[name] for name in places}, places
    )
    found = game.solve(optimal="resident")
    return [
        (int(city.name[1:]), int(other.name[1:]))
        for other, cities in found.items()
        for city in cities
    ]


def _worthwhile(worth: Ints, rows: Ints, columns: Ints) -> Pairs:
    """Drop the pairs that a dense solver had to make up."""
    kept = worth[rows, columns] > 0
    return list(itertools.starmap(_ints, zip(rows[kept], columns[kept], strict=True)))


def _ints(row: int, column: int) -> tuple[int, int]:
    return int(row), int(column)


PEERS: dict[str, Peer] = {
    "scipy": scipy,
    "lapx": lapx,
    "OR-Tools flow": ortools,
    "HiGHS MIP": highs_mip,
    "networkx": networkx,
    "matching": matching,
}
