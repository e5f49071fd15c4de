"""What a round is solved from: plain data that can be stored and sent.

Promises that a problem is all that its solution depends on, whatever the order of its cities.
"""

from dataclasses import dataclass
from enum import StrEnum

POINTS = 1_000_000
"""The score of a perfect pair."""

WEIGHTS_SUM = 1000
"""Weights are per mille, in integers, so that they sum exactly."""

MAX_CITIES_PER_SIDE = 2000
"""The whole score matrix is held in memory: 4 million pairs take about 300 MB while scoring.
Beyond that scores must be made in tiles (see the design notes on stress sizes)."""


ONE_POINT = POINTS // 100
"""What people call a point: one hundredth of a perfect score."""


class Mean(StrEnum):
    """How the needs met on both sides become one part: a one-sided pair is worth 0 in each."""

    GEOMETRIC = "geometric"
    HARMONIC = "harmonic"
    MIN = "min"


class Policy(StrEnum):
    """Which of all assignments that keep the rules is chosen."""

    BEST_WORST = "best_worst"
    """Most pairs, then the best worst pair, then the greatest total: the default."""
    MAX_SCORE = "max_score"
    """The greatest total."""
    NEAR_STABLE = "near_stable"
    """The greatest total without a pair of cities that would both gain much by each other."""
    STABLE = "stable"
    """No two cities prefer each other to what they got."""
    LEXIMIN = "leximin"
    """Most pairs, then the best worst pair, then the best second worst, and so on."""


class Shape(StrEnum):
    """What a group of the round looks like; in all, a pair is an EU city with a partner city."""

    PAIRS = "pairs"
    """Pairs, of which a city may be in as many as its capacity allows."""
    TRIOS = "trios"
    """One city of one side, the hub, with two of the other; a city is in one trio at most."""
    MENTORS = "mentors"
    """One mentor with one to ``Rules.max_learners`` learners of the other side; a city is either.
    Scored by what the mentor offers and the learner seeks alone."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each reason counts, per mille; together ``WEIGHTS_SUM``.

    Source: the matching design; the defaults are those of its prototype.
    """

    mutual: int = 600
    """Needs of each side met by experience of the other."""
    peer: int = 150
    """Challenges that both share."""
    size: int = 120
    """Similar population."""
    language: int = 80
    """A working language in common."""
    zone: int = 50
    """Few hours between the clocks."""
    project: int = 0
    """Ongoing projects in a topic of the pair: half for one city's, whole for both."""
    maturity: int = 0
    """Similar experience with such cooperation: 0 at four levels apart."""
    preference: int = 0
    """Each city's country is one that the other prefers: half for one direction."""
    novelty: int = 0
    """The two have not cooperated before."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Pairs that match everything that is named; nothing named is all pairs."""

    eu_city_id: str | None = None
    partner_city_id: str | None = None
    eu_country: str | None = None
    """ISO 3166-1 alpha-2."""
    partner_country: str | None = None
    topic: str | None = None
    """The lead topic that a pair carries: one of its two best."""


@dataclass(frozen=True, slots=True)
class Quota:
    """At least and at most so many pairs of a selection; None does not bound.

    One rule for country quotas (``eu_country``), cells (both countries), a city that must not go
    without (``eu_city_id``, least 1), topic quotas (``topic``) and the size of the round (none).
    """

    name: str
    """Unique in the exchange; what an answer calls the rule."""
    of: Selection
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How an exchange wants its rounds solved: data of the exchange, stored with each round."""

    policy: Policy = Policy.BEST_WORST
    shape: Shape = Shape.PAIRS
    mean: Mean = Mean.GEOMETRIC
    quotas: tuple[Quota, ...] = ()
    min_score: int = 0
    """A pair below it, in integer units, is no candidate."""
    avoid_met: bool = False
    """Whether two cities that cooperated before are no candidate."""
    max_learners: int = 2
    stability_points: int = 10
    """NEAR_STABLE: what both must gain, in points, for a pair to count as blocking."""
    incumbent_points: int = 6
    """What an unanswered pair of the last published round is favoured by, in points: with 6 a
    re-run after 5 % of the cities have changed keeps nine pairs in ten at 99 % of the optimum; 5
    keep too few, 7 cost too much (`make eval-matching`)."""
    turn_points: int = 2
    """What each earlier round in which a city went without favours its pairs by, in points."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a city says of one topic: ``seeks`` and ``offers``, 0-5 each."""

    topic: str
    seeks: int
    offers: int


@dataclass(frozen=True, slots=True)
class City:
    """One admitted city as known when the round was asked for; None is unknown and scores 0."""

    id: str
    capacity: int
    """Partners that it may have in this exchange."""
    population: int | None
    zone_half_hours: int | None
    """Standard time of its zone, in half hours east of UTC."""
    languages: tuple[str, ...]
    levels: tuple[Level, ...]
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    projects: tuple[str, ...] = ()
    """Topics in which it has an ongoing project."""
    maturity: int | None = None
    """Experience with city cooperation, 0-4."""
    prefers: tuple[str, ...] = ()
    """Countries that it would rather work with."""
    turns: int = 0
    """Published rounds of the programme in which it was admitted and went without."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An EU city and a partner city."""

    eu_city_id: str
    partner_city_id: str


@dataclass(frozen=True, slots=True)
class Problem:
    """The inputs of a round, complete."""

    eu: tuple[City, ...]
    partner: tuple[City, ...]
    weights: Weights
    locks: tuple[Pair, ...] = ()
    """Pairs that are decided already, whatever they score."""
    vetoes: tuple[Pair, ...] = ()
    """Pairs that must not be."""
    rules: Rules = Rules()
    met: tuple[Pair, ...] = ()
    """Pairs that cooperated before."""
    incumbents: tuple[Pair, ...] = ()
    """Pairs of the last published round that are neither accepted nor declined."""


LEXIMIN_CITIES = 120
"""On the longer side: each of its levels is some ten linear programmes over the pairs left."""


def unsupported(rules: Rules, cities: int = 0) -> str | None:
    """Say in words why no round can be solved by these rules; None where it can.

    ``cities`` is the number on the longer side, 0 where it isn't known yet.
    """
    name = f"The policy {rules.policy.value}"
    if rules.shape is not Shape.PAIRS and rules.policy not in _ANY_SHAPE:
        return f"{name} is for pairs: it can't be had with {rules.shape.value}."
    if rules.policy is Policy.STABLE and rules.quotas:
        return f"{name} can't keep quotas: take {Policy.NEAR_STABLE.value}, or no quotas."
    crossing = [quota.name for quota in rules.quotas if _crosses(quota.of)]
    if rules.policy is Policy.LEXIMIN and crossing:
        return (
            f"{name} can't keep quotas of topics, or of two countries, like {crossing[0]}: "
            f"take {Policy.BEST_WORST.value}."
        )
    if rules.policy is Policy.LEXIMIN and cities > LEXIMIN_CITIES:
        return f"{name} takes {LEXIMIN_CITIES} cities per side: take {Policy.BEST_WORST.value}."
    return None


def _crosses(of: Selection) -> bool:
    """Tell whether the selection lies across both sides, so that halves of pairs can be optimal."""
    countries = of.eu_country is not None and of.partner_country is not None
    return of.topic is not None or (
        countries and of.eu_city_id is None and of.partner_city_id is None
    )


_ANY_SHAPE = {Policy.BEST_WORST, Policy.MAX_SCORE}
