"""One linear or integer programme for HiGHS over some of the pairs.

A column is a pair taken by an option. Rows are, in this order: the EU cities, the partner cities,
the quotas, the size of the round, and then groups: pairs of which at most one option may be taken.

Promises one thread, no clock and no chance: the same programme has the same answer everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from services.matching.solver.features import Bools, Floats, Ints
from services.matching.solver.field import Bound, Field, Option, Taken
from services.matching.solver.problem import Shape

INTEGRAL = 1e-6
"""HiGHS's own tolerance; what is farther from 0 and 1 is a fraction."""


DUAL_TOLERANCE = 1e-3
"""Gains are whole numbers up to some million: duals are rounded to whole numbers, so this is exact
enough, and HiGHS's own tolerance is finer than a sum of so many of them can be in floats."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Pairs taken by an option, one figure each; sorted by row, column, option when made."""

    rows: Ints
    columns: Ints
    options: Ints

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Least and most of each row of the programme before the groups."""

    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """A sparse matrix as triplets; ``lines`` are the rows of the programme."""

    lines: Ints
    columns: Ints
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """Maximise the gains of the columns within limits; integer where ``whole`` says so."""

    gains: Floats
    lower: Floats
    upper: Floats
    limits: Limits
    entries: Entries
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The optimum: the value of each column and the dual of each line."""

    values: Floats
    duals: Floats


def columns_of(masks: Sequence[Bools]) -> Columns:
    """Give the pairs that are marked, by option, sorted."""
    found = [np.nonzero(mask) for mask in masks]
    rows, columns = (np.concatenate([each[axis] for each in found]) for axis in (0, 1))
    options = np.repeat(np.arange(len(masks)), [len(each[0]) for each in found])
    order = np.lexsort((options, columns, rows)) if len(masks) > 1 else slice(None)
    return Columns(rows[order], columns[order], options[order])


def joined(one: Columns, other: Columns) -> Columns:
    """Give the columns of both, one after the other."""
    return Columns(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.columns, other.columns]),
        np.concatenate([one.options, other.options]),
    )


def whole(columns: Columns, values: Floats) -> tuple[Taken, ...] | None:
    """Give the columns whose value is 1; None if a value lies between 0 and 1."""
    nearest = np.rint(values)
    if np.abs(values - nearest).max(initial=0.0) > INTEGRAL:
        return None
    chosen = np.flatnonzero(nearest == 1)
    figures = (columns.rows[chosen], columns.columns[chosen], columns.options[chosen])
    return tuple(zip(*(each.tolist() for each in figures), strict=True))


def limits_of(field: Field, size: int | None) -> Limits:
    """Give the limits of cities, quotas and size; None leaves the size open."""
    cities = np.concatenate([field.row_places, field.column_places]).astype(np.float64)
    least = [float(bound.least) for bound in field.bounds]
    most = [highspy.kHighsInf if b.most is None else float(b.most) for b in field.bounds]
    sizes = (-highspy.kHighsInf, highspy.kHighsInf) if size is None else (float(size),) * 2
    return Limits(
        np.concatenate([np.full(len(cities), -highspy.kHighsInf), least, sizes[:1]]),
        np.concatenate([cities, most, sizes[1:]]),
    )


def entries_of(field: Field, columns: Columns) -> Entries:
    """Give what each column takes of each city, quota and of the size."""
    height, width = field.dimensions
    numbers = np.arange(len(columns))
    takes = np.array([(o.row_takes, o.column_takes) for o in field.options], dtype=np.float64)
    size_line = height + width + len(field.bounds)
    parts = [
        (columns.rows, numbers, takes[columns.options, 0]),
        (columns.columns + height, numbers, takes[columns.options, 1]),
        (np.full(len(columns), size_line), numbers, np.ones(len(columns))),
    ]
    for number, bound in enumerate(field.bounds):
        inside = np.flatnonzero(within(field.options, bound, columns))
        line = np.full(len(inside), height + width + number)
        parts.append((line, inside, np.ones(len(inside))))
    lines, places, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Entries(lines, places, values)


def grouped(programme: Programme, field: Field, columns: Columns, forced: Bools) -> Programme:
    """Let each pair be taken by one option at most, and each forced pair by exactly one.

    Only where nothing else sees to that: a city with one place can't be in a pair twice.
    """
    width = field.dimensions[1]
    keys, numbers, sizes = np.unique(
        columns.rows * width + columns.columns, return_inverse=True, return_counts=True
    )
    must = forced.ravel()[keys]
    hubless = field.shape is Shape.PAIRS
    roomy = (field.row_places[keys // width] > 1) & (field.column_places[keys % width] > 1)
    needed = must | ((sizes > 1) & roomy & hubless)
    lines = np.full(len(keys), -1)
    first = len(programme.limits.least)
    lines[needed] = np.arange(first, first + int(needed.sum()))
    inside = np.flatnonzero(needed[numbers])
    entries, limits = programme.entries, programme.limits
    return replace(
        programme,
        limits=Limits(
            np.concatenate([limits.least, np.where(must[needed], 1.0, 0.0)]),
            np.concatenate([limits.most, np.ones(int(needed.sum()))]),
        ),
        entries=Entries(
            np.concatenate([entries.lines, lines[numbers[inside]]]),
            np.concatenate([entries.columns, inside]),
            np.concatenate([entries.values, np.ones(len(inside))]),
        ),
    )


def solver_of(programme: Programme) -> Any:  # noqa: ANN401 - highspy has no types
    """Give a silent HiGHS that holds the programme."""
    width, height = len(programme.gains), len(programme.limits.least)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = width, height
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = programme.gains
    model.col_lower_, model.col_upper_ = programme.lower, programme.upper
    model.row_lower_, model.row_upper_ = programme.limits.least, programme.limits.most
    starts, lines, values = by_column(programme.entries, width)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = starts, lines
    model.a_matrix_.value_ = values
    if programme.whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * width
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for option, value in (("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, value)
    if not programme.whole:
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("presolve", "off")  # hardly anything falls away, and it takes time
        solver.setOptionValue("dual_feasibility_tolerance", DUAL_TOLERANCE)
    solver.passModel(model)
    return solver


def by_column(entries: Entries, width: int) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Give starts, lines and values of the entries, column by column."""
    order = np.argsort(entries.columns, kind="stable")
    counted = np.bincount(entries.columns, minlength=width)
    starts = np.concatenate([[0], np.cumsum(counted)]).astype(np.int32)
    return starts, entries.lines[order].astype(np.int32), entries.values[order]


def add_columns(solver: Any, gains: Floats, entries: Entries) -> None:  # noqa: ANN401 - as above
    """Add columns between 0 and 1 to a solved programme, which then goes on from where it was."""
    width = len(gains)
    starts, lines, values = by_column(entries, width)
    zeros, ones = np.zeros(width), np.ones(width)
    solver.addCols(width, gains, zeros, ones, len(values), starts[:-1], lines, values)


def optimum(solver: Any) -> Answer | None:  # noqa: ANN401 - as above
    """Solve; None where nothing keeps the limits.

    Raises:
        ArithmeticError: the solver gave up; never passed off as an answer.
    """
    if solver.getNumCol() == 0:
        return _nothing(solver)
    status = _run(solver)
    if status in {
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    }:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the linear programme ended as {status}")
    solution = solver.getSolution()
    return Answer(np.array(solution.col_value), np.array(solution.row_dual))


def _run(solver: Any) -> Any:  # noqa: ANN401 - as above
    """Run, and again by another way where HiGHS can't tell what it has found.

    Going on after columns were added, its dual simplex now and then ends "unknown" with duals that
    are off by some units; the primal simplex goes on from there, and from nothing it always ends.
    """
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
        solver.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
        solver.clearSolver()
        solver.run()
    return solver.getModelStatus()


_PRIMAL_SIMPLEX = 4
# HiGHS's own number for it.


def _nothing(solver: Any) -> Answer | None:  # noqa: ANN401 - as above
    """Answer a programme without columns, which HiGHS calls empty: do its limits allow nothing."""
    model = solver.getLp()
    least, most = np.array(model.row_lower_), np.array(model.row_upper_)
    if (least > 0).any() or (most < 0).any():
        return None
    return Answer(np.zeros(0), np.zeros(len(least)))


def within(options: tuple[Option, ...], bound: Bound, columns: Columns) -> Bools:
    """Mark the columns that count within a quota."""
    marks: Bools = bound.rows[columns.rows] & bound.columns[columns.columns]
    if bound.topic is not None:
        topics = np.full(len(columns), bound.topic)
        for number, option in enumerate(options):
            mine = columns.options == number
            if option.topics is not None:
                topics[mine] = option.topics[columns.rows[mine], columns.columns[mine]]
        marks &= topics == bound.topic
    return marks
