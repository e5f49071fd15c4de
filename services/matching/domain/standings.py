"""How pairs stand in a round's inputs: what bars them, what decides them, what they are worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.matching.solver.parts import criteria, explain
from services.matching.solver.problem import ONE_POINT, City, Pair, Problem, Shape
from services.matching.solver.scores import Hub


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
        score = possible = None
        if eu is not None and partner is not None:
            score, possible = _worth(problem, eu, partner)
        found[pair] = Standing(
            score=score,
            bonus=_bonus(problem, (eu, partner), incumbent=pair in incumbents),
            possible=bool(possible),
            locked=pair in locks,
            vetoed=pair in vetoes,
            met=pair in met,
            missing=tuple(id_ for id_ in ends if id_ not in cities),
            locks_beside=beside,
            places={id_: cities[id_].capacity for id_ in ends if id_ in cities},
        )
    return found


def _worth(problem: Problem, eu: City, partner: City) -> tuple[int, bool]:
    """Give the score and whether the pair is a candidate; the better of both mentors' views."""
    hubs: tuple[Hub | None, ...] = (None,)
    if problem.rules.shape is Shape.MENTORS:
        hubs = ("eu", "partner")
    views = [explain(eu, partner, criteria(problem, hub)) for hub in hubs]
    best, parts = max(views, key=lambda view: view[0])
    needs = any(part.name.startswith("topic:") for part in parts)
    return best, needs and best >= problem.rules.min_score


def _bonus(problem: Problem, cities: Iterable[City | None], *, incumbent: bool) -> int:
    rules = problem.rules
    turns = sum(city.turns for city in cities if city is not None)
    return ONE_POINT * (rules.turn_points * turns + rules.incumbent_points * incumbent)
