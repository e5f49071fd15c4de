"""Choices of whole pairs where the linear programme's vertex is a fraction or breaks a shape.

An integer programme over the pairs whose slack is small enough for them to matter: a pair whose
slack exceeds what lies between the bound and a choice known already is in no better choice.
Promises the same answer everywhere: it is limited by nodes, never by time.

Source: the matching design (LP over all pairs, then MIP within the slack).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from services.matching.solver.assignment import Ask, Relaxed, gains_of, programme_of, reduced
from services.matching.solver.features import Floats
from services.matching.solver.field import Field, Taken, locked, open_masks
from services.matching.solver.problem import Shape
from services.matching.solver.programme import (
    Columns,
    Entries,
    Limits,
    Programme,
    columns_of,
    solver_of,
    whole,
)

NODES = 2000
"""Of the search tree: 80 cities a side are proven within some hundred, and 500 end after minutes
with a gap that is said."""

MOST_COLUMNS = 60_000
"""Pairs of one integer programme: beyond that its linear programmes alone take minutes."""

_UNBOUNDED = highspy.kHighsInf


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Lines that are added to a programme, over its columns and ``switches`` more in {0, 1}."""

    switches: int
    least: Floats
    most: Floats
    entries: Entries
    """Switches count on from the pairs' columns, lines from 0."""


def at_most(number: int) -> Callable[[Columns], Rows]:
    """Let no more than so many columns be taken."""

    def rows(columns: Columns) -> Rows:
        places = np.arange(len(columns))
        entries = Entries(np.zeros_like(places), places, np.ones(len(columns)))
        return Rows(0, np.array([-_UNBOUNDED]), np.array([float(number)]), entries)

    return rows


def choose_whole(
    ask: Ask, found: Relaxed, reach: int, more: Sequence[Callable[[Columns], Rows]] = ()
) -> tuple[Taken, ...] | None:
    """Choose whole pairs for the greatest gain among those whose slack is within reach.

    ``more`` makes further lines for the columns. None where there is no
    such choice, or none was found within ``NODES``.
    """
    columns = reachable(ask, found, reach)
    programme = programme_of(ask, columns, gains_of(ask, columns), locked(ask.field))
    for rows in (*_stars(ask.field, columns), *(each(columns) for each in more)):
        programme = _extended(programme, rows, len(columns))
    solver = solver_of(replace(programme, whole=True))
    for option, value in (
        ("mip_max_nodes", NODES),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.999 * ask.unit),
    ):
        solver.setOptionValue(option, value)
    solver.run()
    if solver.getInfo().primal_solution_status != _FEASIBLE:
        return None
    values = np.array(solver.getSolution().col_value)
    return whole(columns, values[: len(columns)])


def reachable(ask: Ask, found: Relaxed, reach: int) -> Columns:
    """Give the columns whose slack is within reach, and those that the linear programme had."""
    worth = reduced(ask.field, ask.gains, found.prices, found.size_price)
    masks = open_masks(ask.field, found.core)
    wider = [
        mask | (option.allowed & (each >= -reach))
        for mask, each, option in zip(masks, worth, ask.field.options, strict=True)
    ]
    return columns_of(wider)


def _stars(field: Field, columns: Columns) -> list[Rows]:
    """Let each city be a hub or a leaf: one switch and three lines per city.

    A hub has between its least and most leaves, and is no leaf.
    """
    if field.shape is Shape.PAIRS:
        return []
    height, width = field.dimensions
    cities = height + width
    switch = len(columns) + np.arange(cities)
    ends = np.stack([columns.rows, columns.columns + height])
    eu_hub = np.array([option.hub == "eu" for option in field.options])[columns.options]
    hubs, leaves = np.where(eu_hub, ends[0], ends[1]), np.where(eu_hub, ends[1], ends[0])
    numbers, ones = np.arange(len(columns)), np.ones(len(columns))
    places = np.concatenate([field.row_places, field.column_places]).astype(np.float64)
    fewest = places if field.shape is Shape.TRIOS else np.ones(cities)
    line = np.arange(cities)
    lines = [hubs, line, hubs + cities, line + cities, leaves + 2 * cities, line + 2 * cities]
    places_of = [numbers, switch, numbers, switch, numbers, switch]
    values = [ones, -places, ones, -fewest, ones, np.ones(cities)]
    least, most = np.full(3 * cities, -_UNBOUNDED), np.full(3 * cities, _UNBOUNDED)
    most[:cities] = 0.0
    least[cities : 2 * cities] = 0.0
    most[2 * cities :] = 1.0
    joined = (np.concatenate(each) for each in (lines, places_of, values))
    return [Rows(cities, least, most, Entries(*joined))]


def _extended(programme: Programme, rows: Rows, pairs: int) -> Programme:
    """Add lines, and after all columns that there are the switches that they are about."""
    limits, entries = programme.limits, programme.entries
    first, before = len(limits.least), len(programme.gains) - pairs
    columns = rows.entries.columns
    return replace(
        programme,
        gains=np.concatenate([programme.gains, np.zeros(rows.switches)]),
        lower=np.concatenate([programme.lower, np.zeros(rows.switches)]),
        upper=np.concatenate([programme.upper, np.ones(rows.switches)]),
        limits=Limits(
            np.concatenate([limits.least, rows.least]), np.concatenate([limits.most, rows.most])
        ),
        entries=Entries(
            np.concatenate([entries.lines, rows.entries.lines + first]),
            np.concatenate([entries.columns, np.where(columns < pairs, columns, columns + before)]),
            np.concatenate([entries.values, rows.entries.values]),
        ),
    )


_FEASIBLE = 2
# HiGHS's kSolutionStatusFeasible.
