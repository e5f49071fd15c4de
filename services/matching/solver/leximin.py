"""The best worst pair, then the best second worst, and so on, among choices of the most pairs.

Levels are settled in turn, each as high as those below it allow. Where one pair alone has the score
of a level it is in every choice from there on; among several, as few as possible are taken, which
keeps to a face of the choices' polytope, whose corners are whole pairs again.

Promises exactness where no quotas cross; takes seconds at 80 cities a side.

Source: Burkard, Dell'Amico, Martello 2009, "Assignment Problems", section 6.6 (lexicographic
bottleneck); Schrijver 2003, "Combinatorial Optimization", section 5 (faces of integral polytopes).
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np

from services.matching.solver.assignment import Ask, programme_of
from services.matching.solver.features import Bools, Floats, Ints
from services.matching.solver.field import Field, Taken, locked
from services.matching.solver.programme import (
    Columns,
    Entries,
    Limits,
    columns_of,
    optimum,
    solver_of,
    whole,
)
from services.matching.solver.ties import tie_breaks


@dataclass(slots=True, eq=False)
class _Face:
    """The pairs that may still be taken, by (row, column), and what is settled of them."""

    ask: Ask
    open: Bools
    """Not settled, no locks."""
    fixed: Bools
    """Locks, and pairs that every choice has."""
    settled: list[tuple[Bools, int]]
    """Pairs of one level, and how many of them are taken at most."""


def leximin(field: Field, size: int, floor: int) -> tuple[Taken, ...] | None:
    """Choose so many pairs, none below the floor, which is the score of the worst free one.

    Total and tie-break decide among equals. None where corners are no whole pairs.
    """
    (option,) = field.options
    face = _Face(Ask(field, field.gains, size), option.allowed.copy(), locked(field), [])
    scores = option.points
    level: int | None = floor
    while level is not None:
        face.open &= scores >= level
        at = face.open & (scores == level)
        if np.count_nonzero(at) == 1:
            _fix(face, at)
        else:
            found = _chosen(face, (face.open & ~at).astype(np.float64))
            if found is None:
                return None
            face.settled.append((at, int((found & at).sum())))
            face.open &= ~at
        level = _next_level(face, scores)
    return _last(face)


def _fix(face: _Face, at: Bools) -> None:
    """Take the pair for good; cities that are full by that have no other pair."""
    face.fixed |= at
    field = face.ask.field
    full = (
        face.fixed.sum(axis=1) >= field.row_places,
        face.fixed.sum(axis=0) >= field.column_places,
    )
    gone = (full[0][:, None] | full[1][None, :]) & ~face.fixed
    face.open &= ~gone & ~face.fixed
    face.settled = [(mask & ~gone, most) for mask, most in face.settled]


def _next_level(face: _Face, scores: Ints) -> int | None:
    """Give the highest score that the worst of all open pairs taken can have, by bisection."""
    found = _chosen(face, np.zeros(face.open.shape))
    levels = np.unique(scores[face.open])
    if found is None or not (found & face.open).any():
        return None
    low, high = np.searchsorted(levels, scores[found & face.open].min()), len(levels) - 1
    before = face.open
    while low < high:
        middle = (low + high + 1) // 2
        face.open = before & (scores >= levels[middle])
        found = _chosen(face, np.zeros(face.open.shape))
        if found is None:
            high = middle - 1
        elif not (found & face.open).any():
            return None
        else:
            low = np.searchsorted(levels, scores[found & face.open].min())
    face.open = before
    return int(levels[low])


def _chosen(face: _Face, gains: Floats, least: tuple[Floats, float] | None = None) -> Bools | None:
    """Choose for the greatest gain within the face; None where there is no choice of whole pairs.

    ``least`` asks for a second gain to be reached.
    """
    mask = face.open | face.fixed
    for settled, _ in face.settled:
        mask = mask | settled
    columns = columns_of([mask])
    taken = gains[columns.rows, columns.columns]
    programme = programme_of(face.ask, columns, taken, face.fixed)
    lines, places, values, most = [], [], [], []
    for number, (settled, count) in enumerate(face.settled):
        inside = np.flatnonzero(settled[columns.rows, columns.columns])
        lines.append(np.full(len(inside), number))
        places.append(inside)
        values.append(np.ones(len(inside)))
        most.append(float(count))
    if least is not None:
        lines.append(np.full(len(columns), len(most)))
        places.append(np.arange(len(columns)))
        values.append(-least[0][columns.rows, columns.columns])
        most.append(-least[1])
    first = len(programme.limits.least)
    limits, entries = programme.limits, programme.entries
    programme = replace(
        programme,
        limits=Limits(
            np.concatenate([limits.least, np.full(len(most), -highspy.kHighsInf)]),
            np.concatenate([limits.most, most]),
        ),
        entries=Entries(
            np.concatenate([entries.lines, *(each + first for each in lines)]),
            np.concatenate([entries.columns, *places]),
            np.concatenate([entries.values, *values]),
        ),
    )
    answer = optimum(solver_of(programme))
    chosen = None if answer is None else whole(columns, answer.values)
    return None if chosen is None else _marked(face, chosen)


def _marked(face: _Face, chosen: tuple[Taken, ...]) -> Bools:
    marks = np.zeros(face.open.shape, dtype=np.bool_)
    for row, column, _ in chosen:
        marks[row, column] = True
    return marks


def _last(face: _Face) -> tuple[Taken, ...] | None:
    """Choose by total, which differs by bonus only now, and then by tie-break."""
    gains = face.ask.gains[0].astype(np.float64)
    best = _chosen(face, gains)
    if best is None:
        return None
    ties = np.zeros(gains.shape)
    columns: Columns = columns_of([np.ones(gains.shape, dtype=np.bool_)])
    ties[columns.rows, columns.columns] = tie_breaks(face.ask.field, columns)
    last = _chosen(face, ties, (gains, float(gains[best].sum())))
    if last is None:
        return None
    return tuple((row, column, 0) for row, column in np.argwhere(last).tolist())
