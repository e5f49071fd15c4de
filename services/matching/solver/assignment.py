"""The best assignment with capacities, as two linear programmes, and the duals that prove it.

The first programme starts from each city's best candidates and takes in every pair that its duals
show to be worth more, until there is none: then it is optimal over all pairs. The second chooses
among all optima by hashes of the cities' ids. Promises that the same cities give the same pairs in
whatever order they come, and that nothing depends on time, chance or the number of cores.

Pairs with x in {0, 1} and capacities make a totally unimodular matrix: the vertices are integral
and so are the duals of integral points, which is why rounding them is exact.

Source: Schrijver 2003, "Combinatorial Optimization", sections 18 and 21 (bipartite b-matching).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from services.matching.solver.features import Bools, Floats, Ints

CORE_CANDIDATES = 15
"""Best candidates per row and per column in the first programme: enough that one or two rounds of
pricing suffice, few enough that it stays sparse."""

TIE_BYTES = 3
"""24 bits: two optima tie again with a chance of 6 in 100 million, and sums stay far below 2^53."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Points of all pairs, which are allowed, places per city, and the cities' stable ids."""

    points: Ints
    allowed: Bools
    row_capacity: Sequence[int]
    column_capacity: Sequence[int]
    ids: tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Chosen pairs by place, sorted, and one dual per row and per column."""

    pairs: tuple[tuple[int, int], ...]
    row_duals: tuple[int, ...]
    column_duals: tuple[int, ...]


def assign(instance: Instance) -> Assignment:
    """Choose the pairs with the greatest sum of points.

    Raises:
        ArithmeticError: the solver gave up; seen never, and never passed off as an answer.
    """
    rows, columns = instance.points.shape
    if not instance.allowed.any():
        return Assignment((), (0,) * rows, (0,) * columns)
    row_duals, column_duals = _priced(instance)
    slack = instance.points - row_duals[:, None] - column_duals[None, :]
    chosen = _first_of_equals(instance, slack, (row_duals, column_duals))
    duals = tuple(row_duals.tolist()), tuple(column_duals.tolist())
    return Assignment(tuple(sorted(chosen)), *duals)


def tie_break(eu_city_id: str, partner_city_id: str) -> int:
    """Give the number that decides between optima: by the pair's ids, hence the same everywhere."""
    digest = hashlib.blake2b(f"{eu_city_id} {partner_city_id}".encode(), digest_size=TIE_BYTES)
    return int.from_bytes(digest.digest())


@dataclass(frozen=True, slots=True, eq=False)
class _Programme:
    """Maximise ``gains`` over pairs within the bounds of pairs and of cities."""

    rows: Ints
    columns: Ints
    gains: Floats
    lower: Floats
    needed: Floats
    capacity: Floats


def _priced(instance: Instance) -> tuple[Ints, Ints]:
    """Give integer duals of the optimum over all allowed pairs."""
    core = _best_candidates(instance)
    capacity = np.array([*instance.row_capacity, *instance.column_capacity], dtype=np.float64)
    height = len(instance.row_capacity)
    rows, columns = np.nonzero(core)
    gains = instance.points[rows, columns].astype(np.float64)
    lower, needed = np.zeros(len(rows)), np.zeros(len(capacity))
    solver = _solver(_Programme(rows, columns, gains, lower, needed, capacity), height)
    while True:
        _, raw = _optimum(solver)
        duals = np.maximum(np.rint(raw), 0).astype(np.int64)
        slack = instance.points - duals[:height, None] - duals[None, height:]
        violated = instance.allowed & ~core & (slack > 0)
        if not violated.any():
            return duals[:height], duals[height:]
        core |= violated
        rows, columns = np.nonzero(violated)
        _add(solver, instance.points[rows, columns], _ends(rows, columns, height))


def _best_candidates(instance: Instance) -> Bools:
    worth = np.where(instance.allowed, instance.points, -1)
    core = np.zeros(worth.shape, dtype=np.bool_)
    for axis in (0, 1):
        keep = min(CORE_CANDIDATES, worth.shape[axis])
        best = np.argpartition(-worth, keep - 1, axis=axis).take(range(keep), axis=axis)
        np.put_along_axis(core, best, values=True, axis=axis)
    return core & instance.allowed


def _first_of_equals(
    instance: Instance, slack: Ints, duals: tuple[Ints, Ints]
) -> list[tuple[int, int]]:
    """Choose among all optima: those are the assignments without any complementary slack.

    A pair worth more than its duals is in, one worth less is out, a city with a positive dual has
    no place left; among what remains the greatest sum of tie-breaks wins.
    """
    rows, columns = np.nonzero(instance.allowed & (slack >= 0))
    places = list(zip(rows.tolist(), columns.tolist(), strict=True))
    ties = [tie_break(instance.ids[0][i], instance.ids[1][j]) for i, j in places]
    capacity = np.array([*instance.row_capacity, *instance.column_capacity], dtype=np.float64)
    needed = np.where(np.concatenate(duals) > 0, capacity, 0.0)
    lower = (slack[rows, columns] > 0).astype(np.float64)
    gains = np.array(ties, dtype=np.float64)
    programme = _Programme(rows, columns, gains, lower, needed, capacity)
    values, _ = _optimum(_solver(programme, len(instance.row_capacity)))
    return [place for place, x in zip(places, values, strict=True) if round(x) == 1]


def _solver(programme: _Programme, height: int) -> Any:  # noqa: ANN401 - highspy has no types
    pairs, cities = len(programme.rows), len(programme.capacity)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = pairs, cities
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = programme.gains
    model.col_lower_, model.col_upper_ = programme.lower, np.ones(pairs)
    model.row_lower_, model.row_upper_ = programme.needed, programme.capacity
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(0, 2 * pairs + 1, 2, dtype=np.int32)
    model.a_matrix_.index_ = _ends(programme.rows, programme.columns, height)
    model.a_matrix_.value_ = np.ones(2 * pairs)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for option, value in (("solver", "simplex"), ("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    return solver


def _add(solver: Any, points: Ints, ends: NDArray[np.int32]) -> None:  # noqa: ANN401 - as above
    """Add pairs to a solved programme, which then goes on from where it was."""
    pairs = len(points)
    starts = np.arange(0, 2 * pairs, 2, dtype=np.int32)
    zeros, ones = np.zeros(pairs), np.ones(pairs)
    gains = points.astype(np.float64)
    solver.addCols(pairs, gains, zeros, ones, 2 * pairs, starts, ends, np.ones(2 * pairs))


def _ends(rows: Ints, columns: Ints, height: int) -> NDArray[np.int32]:
    """Give the two constraints of each pair: that of its row and that of its column."""
    return np.stack([rows, columns + height], axis=1).ravel().astype(np.int32)


def _optimum(solver: Any) -> tuple[Sequence[float], Floats]:  # noqa: ANN401 - as above
    """Solve; give the value of each pair and the dual of each city."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the linear programme ended as {solver.getModelStatus()}")
    solution = solver.getSolution()
    return solution.col_value, np.array(solution.row_dual)
