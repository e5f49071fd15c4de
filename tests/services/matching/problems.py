"""Small problems for the solver's tests, and the plainest way to solve them: trying everything.

Reads the rules in its own words, pair by pair; of the solver it takes a pair's score only.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st

from services.matching.solver.parts import criteria, explain
from services.matching.solver.problem import (
    ONE_POINT,
    City,
    Level,
    Mean,
    Pair,
    Policy,
    Problem,
    Quota,
    Rules,
    Selection,
    Shape,
    Weights,
)

TOPICS = ("air", "heat", "housing", "mobility", "waste", "water")
LEVELS = st.integers(0, 5)
EU, PARTNER = ("DE", "FR"), ("BR", "JP")
ALL_WEIGHTS = Weights(400, 100, 100, 80, 50, 100, 70, 60, 40)


def city(id_: str, *levels: tuple[str, int, int], capacity: int = 1) -> City:
    return City(id_, capacity, 500_000, 2, ("en",), tuple(Level(*each) for each in levels))


@st.composite
def cities(draw: st.DrawFn, prefix: str, most: int = 5) -> tuple[City, ...]:
    return tuple(
        City(
            id=f"{prefix}{number}",
            capacity=draw(st.integers(1, 2)),
            population=draw(st.none() | st.integers(1_000, 30_000_000)),
            zone_half_hours=draw(st.none() | st.integers(-20, 24)),
            languages=draw(st.sampled_from([(), ("en",), ("fr", "en"), ("pt-BR",), ("pt",)])),
            levels=tuple(
                Level(topic, draw(LEVELS), draw(LEVELS))
                for topic in draw(st.lists(st.sampled_from(TOPICS), max_size=4, unique=True))
            ),
            country=draw(st.none() | st.sampled_from(EU if prefix == "e" else PARTNER)),
            projects=draw(st.sampled_from([(), ("air",), ("heat", "water")])),
            maturity=draw(st.none() | st.integers(0, 4)),
            prefers=draw(st.sampled_from([(), PARTNER[:1] if prefix == "e" else EU[:1]])),
            turns=draw(st.integers(0, 2)),
        )
        for number in range(draw(st.integers(1, most)))
    )


@st.composite
def problems(
    draw: st.DrawFn,
    policy: Policy = Policy.MAX_SCORE,
    shape: Shape = Shape.PAIRS,
    most: int = 5,
    quotas: int = 0,
) -> Problem:
    """A problem with every kind of rule; quotas only as many as asked for."""
    eu, partner = draw(cities("e", most)), draw(cities("p", most))
    pairs = [Pair(a.id, b.id) for a in eu for b in partner]
    named = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))
    cut = draw(st.integers(0, min(1, len(named))))
    few = st.lists(st.sampled_from(pairs), max_size=3, unique=True).map(tuple)
    rules = Rules(
        policy=policy,
        shape=shape,
        mean=draw(st.sampled_from(Mean)),
        quotas=tuple(draw(_quota(f"q{n}", eu, partner)) for n in range(quotas)),
        min_score=draw(st.sampled_from([0, 0, 20 * ONE_POINT])),
        avoid_met=draw(st.booleans()),
        max_learners=draw(st.integers(1, 3)),
    )
    weights = draw(st.sampled_from([Weights(), ALL_WEIGHTS]))
    decided = tuple(named[:cut]), tuple(named[cut:])
    return Problem(eu, partner, weights, *decided, rules, draw(few), draw(few))


@st.composite
def _quota(draw: st.DrawFn, name: str, eu: tuple[City, ...], partner: tuple[City, ...]) -> Quota:
    of = draw(
        st.sampled_from(
            [
                Selection(),
                Selection(eu_city_id=eu[0].id),
                Selection(partner_city_id=partner[-1].id),
                Selection(eu_country=EU[0]),
                Selection(partner_country=PARTNER[1]),
                Selection(eu_country=EU[1], partner_country=PARTNER[0]),
                Selection(eu_country=EU[0], partner_country=PARTNER[0]),
                Selection(topic=TOPICS[0]),
                Selection(topic=TOPICS[1], eu_country=EU[0]),
            ]
        )
    )
    least = draw(st.none() | st.integers(0, 2))
    most = draw(st.none() | st.integers(least or 0, 3))
    return Quota(name, of, least, most)


@dataclass(frozen=True, slots=True)
class Way:
    """A pair and how it is taken."""

    pair: Pair
    score: int
    bonus: int
    topic: str | None
    hub: str | None
    """The city that is the hub."""


def ways_of(problem: Problem, eu: City, partner: City) -> list[Way]:
    """Give every way in which the pair may be taken; none where it must not be."""
    pair, rules = Pair(eu.id, partner.id), problem.rules
    locked = pair in problem.locks
    if pair in problem.vetoes or (rules.avoid_met and pair in problem.met and not locked):
        return []
    theirs = {level.topic: level for level in partner.levels}
    both = [(mine, theirs[mine.topic]) for mine in eu.levels if mine.topic in theirs]
    wanted = {a.topic: a.seeks * b.offers for a, b in both}
    given = {a.topic: a.offers * b.seeks for a, b in both}
    bonus = rules.turn_points * (eu.turns + partner.turns) * ONE_POINT
    bonus += rules.incumbent_points * ONE_POINT * (pair in problem.incumbents)
    ways = []
    for side in ("eu", "partner") if rules.shape is not Shape.PAIRS else (None,):
        needs = [wanted, given]
        if rules.shape is Shape.MENTORS:
            needs = [given] if side == "eu" else [wanted]
        score, _ = explain(eu, partner, criteria(problem, side))
        possible = all(any(need.values()) for need in needs) and score >= rules.min_score
        if possible or locked:
            hub = {None: None, "eu": eu.id, "partner": partner.id}[side]
            ways += [Way(pair, score, bonus, topic, hub) for topic in _topics(problem, needs)]
    return ways


def _topics(problem: Problem, needs: list[dict[str, int]]) -> list[str | None]:
    if all(quota.of.topic is None for quota in problem.rules.quotas):
        return [None]
    worth = {topic: sum(need[topic] for need in needs) for topic in needs[0]}
    led = sorted((topic for topic in worth if worth[topic]), key=lambda t: (-worth[t], t))
    return list(led[:2]) or [None]


def possible(problem: Problem, taken: tuple[Way, ...]) -> list[Pair]:
    """Give every pair that may be taken in some way for which no quota of the choice is full."""
    countries = {each.id: each.country for each in (*problem.eu, *problem.partner)}
    full = [
        quota
        for quota in problem.rules.quotas
        if quota.most is not None and _number(quota, taken, countries) >= quota.most
    ]
    ways = [
        way
        for eu, partner in product(problem.eu, problem.partner)
        for way in ways_of(problem, eu, partner)
    ]
    barred = [way for way in ways if any(_number(quota, (way,), countries) for quota in full)]
    return sorted({way.pair for way in ways if way not in barred}, key=str)


def choices(problem: Problem) -> Iterator[tuple[Way, ...]]:
    """Give every choice that keeps the rules."""
    options = [
        ([None] if Pair(eu.id, partner.id) not in problem.locks else [])
        + ways_of(problem, eu, partner)
        for eu, partner in product(problem.eu, problem.partner)
    ]
    countries = {each.id: each.country for each in (*problem.eu, *problem.partner)}
    for taken in _filled(problem, options, ()):
        if all(_kept(quota, taken, countries) for quota in problem.rules.quotas) and _shaped(
            problem, taken
        ):
            yield taken


def _filled(
    problem: Problem, options: list[list[Way | None]], taken: tuple[Way, ...]
) -> Iterator[tuple[Way, ...]]:
    if not options:
        yield taken
        return
    for way in options[0]:
        more = taken if way is None else (*taken, way)
        if way is None or _roomy(problem, more, way):
            yield from _filled(problem, options[1:], more)


def _roomy(problem: Problem, taken: tuple[Way, ...], last: Way) -> bool:
    """Tell whether the last pair's cities have room for it."""
    for each in (last.pair.eu_city_id, last.pair.partner_city_id):
        mine = [way for way in taken if each in {way.pair.eu_city_id, way.pair.partner_city_id}]
        if problem.rules.shape is Shape.PAIRS:
            (capacity,) = (c.capacity for c in (*problem.eu, *problem.partner) if c.id == each)
        elif all(way.hub == each for way in mine):
            trio = problem.rules.shape is Shape.TRIOS
            capacity = 2 if trio else problem.rules.max_learners
        else:
            capacity = 1
        if len(mine) > capacity:
            return False
    return True


def _shaped(problem: Problem, taken: tuple[Way, ...]) -> bool:
    hubs = Counter(way.hub for way in taken)
    return problem.rules.shape is not Shape.TRIOS or all(n == 2 for n in hubs.values())


def _kept(quota: Quota, taken: tuple[Way, ...], countries: dict[str, str | None]) -> bool:
    number = _number(quota, taken, countries)
    return (quota.least or 0) <= number and (quota.most is None or number <= quota.most)


def _number(quota: Quota, taken: tuple[Way, ...], countries: dict[str, str | None]) -> int:
    number = 0
    for way in taken:
        shown = (
            (quota.of.eu_city_id, way.pair.eu_city_id),
            (quota.of.partner_city_id, way.pair.partner_city_id),
            (quota.of.eu_country, countries[way.pair.eu_city_id]),
            (quota.of.partner_country, countries[way.pair.partner_city_id]),
            (quota.of.topic, way.topic),
        )
        number += all(asked is None or asked == is_ for asked, is_ in shown)
    return number


def total(taken: tuple[Way, ...]) -> int:
    """Give the sum of score and bonus."""
    return sum(way.score + way.bonus for way in taken)


def free_scores(problem: Problem, taken: tuple[Way, ...]) -> list[int]:
    """Give the scores of the pairs that are no locks, worst first."""
    return sorted(way.score for way in taken if way.pair not in problem.locks)


def most_worst_total(problem: Problem, taken: tuple[Way, ...]) -> tuple[int, float, int]:
    """Give what BEST_WORST compares choices by."""
    worst = min(free_scores(problem, taken), default=float("inf"))
    return len(taken), worst, total(taken)
