"""Scores of all pairs, as integers.

Promises that a score is the same on every machine and in every order: sums of products of small
integers are exact, and what follows is one fixed sequence of + - * / and square root, each of which
IEEE 754 rounds in one way. ``parts`` repeats it for one pair.

Source: the matching design (score); IEEE 754-2019 section 5.4.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from services.matching.solver.features import Bools, Floats, Ints, Side, sides
from services.matching.solver.problem import (
    POINTS,
    WEIGHTS_SUM,
    City,
    Mean,
    Problem,
    Shape,
    Weights,
)

HALF_SATURATION = 25
"""One perfect topic (5 sought, 5 offered) is worth half of what any number of topics can reach."""

SIZE_REACH = 32
"""In eighths of a doubling: at a sixteen-fold ratio of populations the size part is 0."""

ZONE_REACH = 16
"""In half hours: at eight hours the working days no longer meet and the zone part is 0."""

MATURITY_REACH = 4
"""In levels: what lies between the first level and the last."""

BLOCK_ROWS = 64
"""Rows that are scored at once: what the arithmetic touches then stays in the processor's cache."""

UNIT = POINTS // WEIGHTS_SUM
"""What one per mille of weight is worth at most."""

Hub = Literal["eu", "partner"]
"""The side of the one city of a group; the other cities are of the other side."""

_Two = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What pairs score, and which are candidates, where the hub is of that side."""

    hub: Hub | None
    points: Ints
    candidate: Bools
    """Where needs are met: in both directions, or of the learner where the hub is a mentor."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """All pairs of a problem; rows are EU cities, columns partner cities, both sorted by id.

    PAIRS has one view, the other shapes have one with an EU hub and one with a partner hub.
    """

    eu: tuple[City, ...]
    partner: tuple[City, ...]
    views: tuple[View, ...]
    sides: tuple[Side, Side]

    @property
    def points(self) -> Ints:
        """The scores of the first view."""
        return self.views[0].points

    @property
    def mutual(self) -> Bools:
        """The candidates of the first view."""
        return self.views[0].candidate


def score_all(problem: Problem) -> Scores:
    """Score every pair of the problem."""
    both = _sorted_sides(problem)
    if problem.rules.shape is Shape.MENTORS:
        taught = _scored(problem, both, _Judge(_second, _halves))
        learning = _scored(problem, both, _Judge(_first, _halves))
        views: tuple[View, ...] = (
            View("eu", taught.points, taught.given),
            View("partner", learning.points, learning.wanted),
        )
    else:
        scored = _scored(problem, both, _Judge(MEANS[problem.rules.mean], _halves))
        hubs: tuple[Hub | None, ...] = (None,)
        if problem.rules.shape is Shape.TRIOS:
            hubs = ("eu", "partner")
        candidate = scored.wanted & scored.given
        views = tuple(View(hub, scored.points, candidate) for hub in hubs)
    return Scores(both[0].cities, both[1].cities, views, both)


def interests(problem: Problem, both: tuple[Side, Side] | None = None) -> tuple[Ints, Ints]:
    """Give what each pair is worth to its EU city alone, and to its partner city alone.

    As the score, but with what the city itself seeks, and with its own preference, whole. ``both``
    are the problem's sides, if they are at hand (``Scores.sides``).
    """
    both = both or _sorted_sides(problem)
    return (
        _scored(problem, both, _Judge(_first, _first)).points,
        _scored(problem, both, _Judge(_second, _second)).points,
    )


def _sorted_sides(problem: Problem) -> tuple[Side, Side]:
    eu, partner = (
        tuple(sorted(cities, key=lambda city: city.id)) for cities in (problem.eu, problem.partner)
    )
    return sides(eu, partner)


@dataclass(frozen=True, slots=True)
class _Judge:
    """How both directions of needs, and of preferences, become one figure."""

    needs: _Two
    preferences: _Two


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    points: Ints
    wanted: Bools
    given: Bools


def _scored(problem: Problem, both: tuple[Side, Side], judge: _Judge) -> _Scored:
    eu, partner = both
    shape = len(eu.cities), len(partner.cities)
    points = np.empty(shape, dtype=np.int64)
    needs = np.empty(shape, dtype=np.bool_), np.empty(shape, dtype=np.bool_)
    novel = _novel(problem, both)
    for start in range(0, shape[0], BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        wanted = eu.seeks[rows] @ partner.offers.T
        given = eu.offers[rows] @ partner.seeks.T
        np.greater(wanted, 0, out=needs[0][rows])
        np.greater(given, 0, out=needs[1][rows])
        total = problem.weights.mutual * judge.needs(_saturated(wanted), _saturated(given))
        for weight, value in _columns(problem.weights, both, (rows, judge, novel)):
            if weight:
                total += weight * value()
        points[rows] = np.floor(UNIT * total + 0.5)
    return _Scored(points, *needs)


def _columns(
    weights: Weights, both: tuple[Side, Side], at: tuple[slice, _Judge, Floats]
) -> tuple[tuple[int, Callable[[], Floats]], ...]:
    """Give weight and value of all reasons but the first, in the order of ``parts``."""
    eu, partner = both
    rows, judge, novel = at
    return (
        (weights.peer, lambda: _saturated(eu.seeks[rows] @ partner.seeks.T)),
        (weights.size, lambda: _near(eu.sizes[rows], partner.sizes, SIZE_REACH)),
        (weights.language, lambda: _any(eu.speaks[rows] @ partner.speaks.T)),
        (weights.zone, lambda: _near(eu.zones[rows], partner.zones, ZONE_REACH)),
        (weights.project, lambda: _projects(eu, partner, rows)),
        (weights.maturity, lambda: _near(eu.maturities[rows], partner.maturities, MATURITY_REACH)),
        (
            weights.preference,
            lambda: judge.preferences(
                _any(eu.prefers[rows] @ partner.is_in.T), _any(eu.is_in[rows] @ partner.prefers.T)
            ),
        ),
        (weights.novelty, lambda: novel[rows]),
    )


def _projects(eu: Side, partner: Side, rows: slice) -> Floats:
    """Half for each side that has an ongoing project in a topic that one seeks of the other."""
    seeks, offers = eu.seeks[rows], eu.offers[rows]
    own = eu.projects[rows]
    mine = (own * seeks) @ partner.offers.T + (own * offers) @ partner.seeks.T
    theirs = seeks @ (partner.projects * partner.offers).T
    theirs += offers @ (partner.projects * partner.seeks).T
    return (_any(mine) + _any(theirs)) / 2


def _novel(problem: Problem, both: tuple[Side, Side]) -> Floats:
    if not problem.weights.novelty:
        return np.empty((0, 0))
    rows, columns = ({c.id: place for place, c in enumerate(side.cities)} for side in both)
    novel = np.ones((len(rows), len(columns)))
    for pair in problem.met:
        if pair.eu_city_id in rows and pair.partner_city_id in columns:
            novel[rows[pair.eu_city_id], columns[pair.partner_city_id]] = 0.0
    return novel


def _saturated(products: Floats) -> Floats:
    return products / (products + HALF_SATURATION)


def _any(products: Floats) -> Floats:
    return (products > 0).astype(np.float64)


def _near(rows: Floats, columns: Floats, reach: int) -> Floats:
    distance = np.abs(rows[:, None] - columns[None, :])
    return np.nan_to_num(np.maximum(0.0, 1.0 - distance / reach), nan=0.0)


def _first(one: Floats, _: Floats) -> Floats:
    return one


def _second(_: Floats, other: Floats) -> Floats:
    return other


def _halves(one: Floats, other: Floats) -> Floats:
    return (one + other) / 2


def _harmonic(one: Floats, other: Floats) -> Floats:
    sums = one + other
    return 2.0 * one * other / np.where(sums > 0, sums, 1.0)


MEANS: dict[Mean, _Two] = {
    Mean.GEOMETRIC: lambda one, other: np.sqrt(one * other),
    Mean.HARMONIC: _harmonic,
    Mean.MIN: np.minimum,
}
