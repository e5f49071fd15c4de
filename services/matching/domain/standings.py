"""How pairs stand in a round's inputs: what bars them, what decides them, what they are worth."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.matching.solver.parts import criteria, explain
from services.matching.solver.problem import ONE_POINT, City, Pair, Problem, Shape
from services.matching.solver.scores import Hub
from services.matching.solver.solution import Part

LEAD_TOPICS = 2
"""A pair counts for either of its two best topics."""

_TOPIC = "topic:"

Quotas = Mapping[str, tuple[float, float]]
"""Least and most by the quota's name; what is not bounded is 0 and infinite."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one pair stands; ``score`` is None where a city of it takes no part."""

    score: int | None
    bonus: int
    possible: bool
    """Whether each seeks what the other offers, and it scores what the rules ask for."""
    locked: bool
    vetoed: bool
    met: bool
    """Whether it is barred since the two cooperated before."""
    missing: tuple[str, ...]
    """Those of its cities that take no part."""
    locks_beside: frozenset[Pair]
    """Locks that take a place of one of its cities."""
    places: Mapping[str, int]
    """Partners that each of its cities may have."""
    quotas: Quotas
    """The bounds of those quotas that count the pair."""


def standings_of(problem: Problem, pairs: Iterable[Pair]) -> dict[Pair, Standing]:
    """Give how each of the pairs stands in the problem."""
    cities = {city.id: city for city in (*problem.eu, *problem.partner)}
    locks, vetoes = frozenset(problem.locks), frozenset(problem.vetoes)
    met = frozenset(problem.met) if problem.rules.avoid_met else frozenset[Pair]()
    incumbents = frozenset(problem.incumbents)
    at_city: dict[str, set[Pair]] = {}
    for lock in locks:
        at_city.setdefault(lock.eu_city_id, set()).add(lock)
        at_city.setdefault(lock.partner_city_id, set()).add(lock)
    found = {}
    for pair in pairs:
        ends = (pair.eu_city_id, pair.partner_city_id)
        eu, partner = (cities.get(id_) for id_ in ends)
        beside = frozenset[Pair]().union(*(at_city.get(id_, ()) for id_ in ends)) - {pair}
        score, possible, quotas = None, False, dict[str, tuple[float, float]]()
        if eu is not None and partner is not None:
            score, parts = _worth(problem, eu, partner)
            topics = [part.name for part in parts if part.name.startswith(_TOPIC)]
            possible = bool(topics) and score >= problem.rules.min_score
            quotas = _quotas(problem, (eu, partner), topics[:LEAD_TOPICS])
        found[pair] = Standing(
            score=score,
            bonus=_bonus(problem, (eu, partner), incumbent=pair in incumbents),
            possible=possible,
            locked=pair in locks,
            vetoed=pair in vetoes,
            met=pair in met,
            missing=tuple(id_ for id_ in ends if id_ not in cities),
            locks_beside=beside,
            places={id_: cities[id_].capacity for id_ in ends if id_ in cities},
            quotas=quotas,
        )
    return found


def _worth(problem: Problem, eu: City, partner: City) -> tuple[int, tuple[Part, ...]]:
    """Give the score and its parts; of two possible mentors the better one's."""
    hubs: tuple[Hub | None, ...] = (None,)
    if problem.rules.shape is Shape.MENTORS:
        hubs = ("eu", "partner")
    views = [explain(eu, partner, criteria(problem, hub)) for hub in hubs]
    return max(views, key=lambda view: view[0])


def _quotas(
    problem: Problem, cities: tuple[City, City], topics: Sequence[str]
) -> dict[str, tuple[float, float]]:
    eu, partner = cities
    return {
        quota.name: (quota.least or 0, math.inf if quota.most is None else quota.most)
        for quota in problem.rules.quotas
        if quota.of.eu_city_id in {None, eu.id}
        and quota.of.partner_city_id in {None, partner.id}
        and quota.of.eu_country in {None, eu.country}
        and quota.of.partner_country in {None, partner.country}
        and (quota.of.topic is None or f"{_TOPIC}{quota.of.topic}" in topics)
    }


def _bonus(problem: Problem, cities: Iterable[City | None], *, incumbent: bool) -> int:
    rules = problem.rules
    turns = sum(city.turns for city in cities if city is not None)
    return ONE_POINT * (rules.turn_points * turns + rules.incumbent_points * incumbent)
