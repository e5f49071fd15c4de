"""Scores of pairs, as integers, and the parts that explain each.

Promises that a score is the same on every machine and in every order: sums of products of small
integers are exact, and what follows is one fixed sequence of + - * / and square root, each of which
IEEE 754 rounds in one way. ``explain`` repeats it for one pair; its parts sum exactly to the score.

Source: the matching design (score); IEEE 754-2019 section 5.4.1.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.problem import POINTS, WEIGHTS_SUM, City, Problem, Weights
from services.matching.solver.solution import Part

HALF_SATURATION = 25
"""One perfect topic (5 sought, 5 offered) is worth half of what any number of topics can reach."""

SIZE_REACH = 32
"""In eighths of a doubling: at a sixteen-fold ratio of populations the size part is 0."""

ZONE_REACH = 16
"""In half hours: at eight hours the working days no longer meet and the zone part is 0."""

_UNIT = POINTS // WEIGHTS_SUM

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """All pairs of a problem; rows are EU cities, columns partner cities, both sorted by id."""

    eu: tuple[City, ...]
    partner: tuple[City, ...]
    points: Ints
    mutual: Bools
    """Where each side seeks something that the other offers: only such a pair is a candidate."""


def score_all(problem: Problem) -> Scores:
    """Score every pair of the problem."""
    eu = tuple(sorted(problem.eu, key=lambda city: city.id))
    partner = tuple(sorted(problem.partner, key=lambda city: city.id))
    topics = sorted({level.topic for city in (*eu, *partner) for level in city.levels})
    places = {topic: place for place, topic in enumerate(topics)}
    seeks_eu, offers_eu = _levels(eu, places)
    seeks_partner, offers_partner = _levels(partner, places)
    wanted, given = seeks_eu @ offers_partner.T, offers_eu @ seeks_partner.T
    weights = problem.weights
    total = weights.mutual * np.sqrt(_saturated(wanted) * _saturated(given))
    total += weights.peer * _saturated(seeks_eu @ seeks_partner.T)
    total += weights.size * _near(_sizes(eu), _sizes(partner), SIZE_REACH)
    total += weights.language * _shared_language(eu, partner)
    total += weights.zone * _near(_zones(eu), _zones(partner), ZONE_REACH)
    points = np.floor(_UNIT * total + 0.5).astype(np.int64)
    return Scores(eu, partner, points, (wanted > 0) & (given > 0))


def explain(eu: City, partner: City, weights: Weights) -> tuple[int, tuple[Part, ...]]:
    """Give a pair's score and its parts: topics first, best first, then the four other reasons.

    The mutual part is split over the topics in proportion to what is sought times what is offered.
    """
    mine = {level.topic: level for level in eu.levels}
    both = [(mine[theirs.topic], theirs) for theirs in partner.levels if theirs.topic in mine]
    wanted = sum(a.seeks * b.offers for a, b in both)
    given = sum(a.offers * b.seeks for a, b in both)
    peer = sum(a.seeks * b.seeks for a, b in both)
    mutual = weights.mutual * math.sqrt(_sat(wanted) * _sat(given))
    others = {
        "peer": weights.peer * _sat(peer),
        "size": weights.size * _nearness(_size(eu), _size(partner), SIZE_REACH),
        "language": weights.language * float(bool(_primary(eu) & _primary(partner))),
        "zone": weights.zone * _nearness(eu.zone_half_hours, partner.zone_half_hours, ZONE_REACH),
    }
    total = mutual
    for value in others.values():
        total += value
    score = math.floor(_UNIT * total + 0.5)
    shares = {a.topic: a.seeks * b.offers + a.offers * b.seeks for a, b in both} if mutual else {}
    named = sorted((topic for topic in shares if shares[topic]), key=lambda t: (-shares[t], t))
    split = {f"topic:{t}": Fraction(mutual) * shares[t] / (wanted + given) for t in named}
    exact = split | {name: Fraction(value) for name, value in others.items()}
    return score, _rounded_to(score, exact)


def size_class(population: int) -> int:
    """Give ``round(8 * log2(population))`` by integers alone: libraries differ on logarithms.

    ``floor(16 log2 p)`` is the bit length of ``p**16`` less one; half of it, rounded, is the class.
    """
    return (population**16).bit_length() // 2


def _rounded_to(total: int, exact: dict[str, Fraction]) -> tuple[Part, ...]:
    """Round by largest remainder, so that the parts sum to ``total``; ties go to the first."""
    scaled = {name: value * _UNIT for name, value in exact.items()}
    floors = {name: math.floor(value) for name, value in scaled.items()}
    left = total - sum(floors.values())
    by_remainder = sorted(scaled, key=lambda name: floors[name] - scaled[name])
    for name in by_remainder[: max(left, 0)]:
        floors[name] += 1
    return tuple(Part(name, points) for name, points in floors.items())


def _levels(cities: Sequence[City], places: dict[str, int]) -> tuple[Floats, Floats]:
    seeks, offers = (np.zeros((len(cities), max(len(places), 1))) for _ in range(2))
    for row, city in enumerate(cities):
        for level in city.levels:
            seeks[row, places[level.topic]] = level.seeks
            offers[row, places[level.topic]] = level.offers
    return seeks, offers


def _saturated(products: Floats) -> Floats:
    return products / (products + HALF_SATURATION)


def _sat(product: int) -> float:
    return product / (product + HALF_SATURATION)


def _near(rows: Floats, columns: Floats, reach: int) -> Floats:
    distance = np.abs(rows[:, None] - columns[None, :])
    return np.nan_to_num(np.maximum(0.0, 1.0 - distance / reach), nan=0.0)


def _nearness(one: int | None, other: int | None, reach: int) -> float:
    if one is None or other is None:
        return 0.0
    return max(0.0, 1.0 - abs(one - other) / reach)


def _size(city: City) -> int | None:
    return size_class(city.population) if city.population else None


def _sizes(cities: Iterable[City]) -> Floats:
    return _known(_size(city) for city in cities)


def _zones(cities: Iterable[City]) -> Floats:
    return _known(city.zone_half_hours for city in cities)


def _known(values: Iterable[int | None]) -> Floats:
    return np.array([math.nan if value is None else float(value) for value in values])


def _primary(city: City) -> frozenset[str]:
    """Languages without script and region: a speaker of pt-BR can work with one of pt-PT."""
    return frozenset(tag.split("-", 1)[0] for tag in city.languages)


def _shared_language(eu: Sequence[City], partner: Sequence[City]) -> Floats:
    tags = sorted(set().union(*map(_primary, eu), *map(_primary, partner)))
    speaks = [
        np.array([[tag in _primary(city) for tag in tags] for city in side], dtype=np.float64)
        for side in (eu, partner)
    ]
    shared = speaks[0].reshape(len(eu), -1) @ speaks[1].reshape(len(partner), -1).T
    return (shared > 0).astype(np.float64)
