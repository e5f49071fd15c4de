"""What of a city counts for its scores, as arrays over a side, and the same for one city.

Promises integers and halves only, so that sums of their products are exact in any order.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.problem import City

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The cities of one side; ``seeks``, ``offers`` and ``projects`` have a column per topic.

    What is unknown is NaN.
    """

    cities: tuple[City, ...]
    topics: tuple[str, ...]
    seeks: Floats
    offers: Floats
    projects: Floats
    """1 where the city has an ongoing project in the topic."""
    sizes: Floats
    zones: Floats
    maturities: Floats
    speaks: Floats
    """A column per language: 1 where it is a working language."""
    is_in: Floats
    """A column per country that somebody prefers."""
    prefers: Floats
    """The same columns."""


def sides(eu: tuple[City, ...], partner: tuple[City, ...]) -> tuple[Side, Side]:
    """Give both sides over the same topics, languages and countries."""
    both = (*eu, *partner)
    topics = _places({level.topic for city in both for level in city.levels})
    languages = _places(set().union(*map(primary, both)))
    countries = _places({country for city in both for country in city.prefers})
    return _side(eu, (topics, languages, countries)), _side(partner, (topics, languages, countries))


def size_class(population: int) -> int:
    """Give ``round(8 * log2(population))`` by integers alone: libraries differ on logarithms.

    ``floor(16 log2 p)`` is the bit length of ``p**16`` less one; half of it, rounded, is the class.
    """
    return (population**16).bit_length() // 2


def size(city: City) -> int | None:
    """Give the class of the city's population, None where that is unknown."""
    return size_class(city.population) if city.population else None


def primary(city: City) -> frozenset[str]:
    """Languages without script and region: a speaker of pt-BR can work with one of pt-PT."""
    return frozenset(tag.split("-", 1)[0] for tag in city.languages)


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(sorted(names))}


def _side(cities: tuple[City, ...], places: tuple[Mapping[str, int], ...]) -> Side:
    topics, languages, countries = places
    seeks, offers = (np.zeros((len(cities), max(len(topics), 1))) for _ in range(2))
    levels = [(row, each) for row, city in enumerate(cities) for each in city.levels]
    at = [row for row, _ in levels], [topics[each.topic] for _, each in levels]
    seeks[at] = [each.seeks for _, each in levels]
    offers[at] = [each.offers for _, each in levels]
    return Side(
        cities,
        tuple(topics),
        seeks,
        offers,
        _marks([city.projects for city in cities], topics),
        _known(map(size, cities)),
        _known(city.zone_half_hours for city in cities),
        _known(city.maturity for city in cities),
        _marks([primary(city) for city in cities], languages),
        _marks([(city.country,) if city.country else () for city in cities], countries),
        _marks([city.prefers for city in cities], countries),
    )


def _marks(named: Sequence[Iterable[str]], places: Mapping[str, int]) -> Floats:
    marks = np.zeros((len(named), max(len(places), 1)))
    known = [
        (row, places[name]) for row, names in enumerate(named) for name in places.keys() & names
    ]
    marks[[row for row, _ in known], [place for _, place in known]] = 1.0
    return marks


def _known(values: Iterable[int | None]) -> Floats:
    return np.array([math.nan if value is None else float(value) for value in values])
