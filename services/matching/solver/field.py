"""What may be chosen, and within which bounds: a problem as arrays.

A choice is a set of pairs, each taken by one of its options: PAIRS has one, or one per lead topic
where topic quotas rule; the shapes with a hub have one per side of the hub (times lead topics).

Promises one reading of the rules for all that choose, prove and explain.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.features import Bools, Floats, Ints, Side
from services.matching.solver.problem import ONE_POINT, City, Pair, Problem, Quota, Shape
from services.matching.solver.scores import Hub, Scores, View

TRIO_LEAVES = 2

NO_TOPIC = -1
"""In ``Option.topics``: the pair has no such lead topic."""

_UNKNOWN_TOPIC = -2
"""A quota's topic that no city of the round names: no pair carries it."""

Places = tuple[int, int]
"""Row and column of a pair."""

Taken = tuple[int, int, int]
"""Row, column and option of a chosen pair."""


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One way of taking pairs; arrays have shape (rows, columns)."""

    hub: Hub | None
    points: Ints
    """Score of the pair when taken so."""
    allowed: Bools
    """Free candidates: not vetoed, not barred by a rule, no locks."""
    row_takes: int
    """Places of the EU city that such a pair takes; all that it has where it is a leaf."""
    column_takes: int
    topics: Ints | None = None
    """Where topic quotas rule: the lead topic's place in ``Side.topics``, or ``NO_TOPIC``."""


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A quota: at least and at most so many pairs of these rows and columns, with that topic."""

    name: str
    rows: Bools
    columns: Bools
    topic: int | None
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A problem as arrays; rows are EU cities, columns partner cities, both sorted by id."""

    scores: Scores
    shape: Shape
    options: tuple[Option, ...]
    bonus: Ints
    """What each pair is favoured by beyond its score."""
    row_places: Ints
    """Places of each EU city, those that locks take included."""
    column_places: Ints
    bounds: tuple[Bound, ...]
    locks: tuple[Places, ...]
    """Sorted."""
    lock_options: tuple[tuple[int, ...], ...]
    """By lock, the options that it can be taken by."""

    @property
    def dimensions(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self.row_places), len(self.column_places)

    @property
    def gains(self) -> tuple[Ints, ...]:
        """Score and bonus of each pair, by option."""
        return tuple(option.points + self.bonus for option in self.options)


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Integer prices of one place of each row and column, and of one pair within each quota."""

    rows: Ints
    columns: Ints
    bounds: Ints


def field_of(problem: Problem, scores: Scores) -> Field:
    """Read a problem whose locks name cities of the problem only."""
    locks = places(scores, problem.locks)
    barred = places(scores, (*problem.vetoes, *(problem.met if problem.rules.avoid_met else ())))
    led = any(quota.of.topic is not None for quota in problem.rules.quotas)
    options = [
        option for view in scores.views for option in _options(problem, scores, view, lead=led)
    ]
    for option in options:
        for place in (*locks, *barred):
            option.allowed[place] = False
    shown = [option.topics for option in options]
    return Field(
        scores,
        problem.rules.shape,
        tuple(options),
        _bonus(problem, scores),
        _city_places(problem, scores.eu),
        _city_places(problem, scores.partner),
        tuple(_bound(quota, scores) for quota in problem.rules.quotas),
        locks,
        tuple(_lock_options(shown, place) for place in locks),
    )


def places(scores: Scores, pairs: Collection[Pair]) -> tuple[Places, ...]:
    """Give rows and columns of the pairs, sorted; those with a city outside fall away."""
    rows = {city.id: row for row, city in enumerate(scores.eu)}
    columns = {city.id: column for column, city in enumerate(scores.partner)}
    return tuple(
        sorted(
            {
                (rows[pair.eu_city_id], columns[pair.partner_city_id])
                for pair in pairs
                if pair.eu_city_id in rows and pair.partner_city_id in columns
            }
        )
    )


def above(field: Field, floor: int) -> Field:
    """Give the field without free pairs that score less than the floor."""
    if floor <= 0:
        return field
    options = tuple(
        replace(option, allowed=option.allowed & (option.points >= floor))
        for option in field.options
    )
    return replace(field, options=options)


def open_masks(field: Field, pairs: Bools) -> list[Bools]:
    """Give which of the pairs each option may take, locks included."""
    masks = [option.allowed & pairs for option in field.options]
    for place, options in zip(field.locks, field.lock_options, strict=True):
        for option in options:
            masks[option][place] = True
    return masks


def locked(field: Field) -> Bools:
    """Mark the locks."""
    marks = np.zeros(field.dimensions, dtype=np.bool_)
    for place in field.locks:
        marks[place] = True
    return marks


def no_prices(field: Field) -> Prices:
    """Give prices of 0."""
    height, width = field.dimensions
    zeros = np.zeros(height + width + len(field.bounds), dtype=np.int64)
    return Prices(zeros[:height], zeros[height : height + width], zeros[height + width :])


def pairs_within(field: Field, bound: int, per_pair: int) -> int:
    """Give how many pairs a bound on their sum allows: whole ones, and in trios two at a time."""
    number = bound // per_pair
    return number - number % TRIO_LEAVES if field.shape is Shape.TRIOS else number


def covers(bound: Bound, option: Option) -> Bools:
    """Give the pairs that count within a quota when they are taken by that option."""
    inside: Bools = bound.rows[:, None] & bound.columns[None, :]
    if bound.topic is None or option.topics is None:
        return inside
    inside &= option.topics == bound.topic
    return inside


def counts(bound: Bound, option: Option, place: Places) -> bool:
    """Tell whether a pair counts within a quota when it is taken by that option."""
    inside = bool(bound.rows[place[0]] and bound.columns[place[1]])
    if bound.topic is None or option.topics is None:
        return inside
    return inside and int(option.topics[place]) == bound.topic


def star_places(problem: Problem) -> int:
    """Give how many leaves a hub can have."""
    mentors = problem.rules.shape is Shape.MENTORS
    return problem.rules.max_learners if mentors else TRIO_LEAVES


def _options(problem: Problem, scores: Scores, view: View, *, lead: bool) -> list[Option]:
    takes = {None: (1, 1), "eu": (1, star_places(problem)), "partner": (star_places(problem), 1)}
    candidates = view.candidate & (view.points >= problem.rules.min_score)
    if not lead:
        return [Option(view.hub, view.points, candidates, *takes[view.hub])]
    mentor = view.hub if problem.rules.shape is Shape.MENTORS else None
    return [
        Option(view.hub, view.points, candidates & (topics != NO_TOPIC), *takes[view.hub], topics)
        for topics in lead_topics(scores.sides, mentor)
    ]


def lead_topics(both: tuple[Side, Side], mentor: Hub | None = None) -> tuple[Ints, Ints]:
    """Give the places of each pair's best and second best topic; among equals the first by code.

    A topic is worth what one side seeks times what the other offers, both directions together;
    with a mentor only the learner's.
    """
    eu, partner = both
    shape = len(eu.cities), len(partner.cities)
    worth = np.zeros(shape), np.zeros(shape)
    best, second = (np.full(shape, NO_TOPIC, dtype=np.int64) for _ in range(2))
    for topic in range(len(eu.topics)):
        value: Floats = np.zeros(shape)
        if mentor != "eu":
            value += np.outer(eu.seeks[:, topic], partner.offers[:, topic])
        if mentor != "partner":
            value += np.outer(eu.offers[:, topic], partner.seeks[:, topic])
        first = value > worth[0]
        after = ~first & (value > worth[1])
        second[first], worth[1][first] = best[first], worth[0][first]
        best[first], worth[0][first] = topic, value[first]
        second[after], worth[1][after] = topic, value[after]
    return best, second


def _lock_options(topics: Sequence[Ints | None], place: Places) -> tuple[int, ...]:
    """A lock is taken whatever it scores; by an option without a topic only if it has none."""
    numbers = range(len(topics))
    led = tuple(n for n in numbers if (t := topics[n]) is None or t[place] != NO_TOPIC)
    return led or tuple(numbers[::2])


def _city_places(problem: Problem, cities: Sequence[City]) -> Ints:
    if problem.rules.shape is Shape.PAIRS:
        return np.array([city.capacity for city in cities], dtype=np.int64)
    return np.full(len(cities), star_places(problem), dtype=np.int64)


def _bonus(problem: Problem, scores: Scores) -> Ints:
    turns = [
        np.array([city.turns for city in cities], dtype=np.int64)
        for cities in (scores.eu, scores.partner)
    ]
    bonus = problem.rules.turn_points * ONE_POINT * (turns[0][:, None] + turns[1][None, :])
    for place in places(scores, problem.incumbents):
        bonus[place] += problem.rules.incumbent_points * ONE_POINT
    return bonus


def _bound(quota: Quota, scores: Scores) -> Bound:
    of, topics = quota.of, scores.sides[0].topics
    topic = None
    if of.topic is not None:
        topic = topics.index(of.topic) if of.topic in topics else _UNKNOWN_TOPIC
    return Bound(
        quota.name,
        _named(scores.eu, of.eu_city_id, of.eu_country),
        _named(scores.partner, of.partner_city_id, of.partner_country),
        topic,
        quota.least or 0,
        quota.most,
    )


def _named(cities: Sequence[City], city_id: str | None, country: str | None) -> Bools:
    return np.array(
        [city_id in {None, city.id} and country in {None, city.country} for city in cities],
        dtype=np.bool_,
    )
