"""Rounds of any size, made of a seed: the same on every machine, and shaped like real ones.

A few topics are wanted by many cities and most by few (Zipf), a city knows three to eight of them,
who needs much help has little to give, populations follow a log-normal law, and languages and
clocks follow the country. About three pairs in ten are candidates, as in the design's prototype.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from services.matching.solver.problem import City, Level, Policy, Problem, Rules, Weights

TOPICS = tuple(f"topic-{number:02}" for number in range(40))
"""As many as a taxonomy has at its second level."""

_POPULAR = tuple(accumulate(1 / (place + 6) for place in range(len(TOPICS))))
_MEDIAN_PEOPLE = 180_000
_SPREAD = 1.1
"""Of the logarithm: one city in six has more than three times the median."""


@dataclass(frozen=True, slots=True)
class Country:
    """Where a city may be: half hours east of UTC, and languages with their chance."""

    code: str
    zones: tuple[int, ...]
    languages: tuple[tuple[str, float], ...]


EU = (
    Country("DE", (2,), (("de", 1.0), ("en", 0.8))),
    Country("ES", (2,), (("es", 1.0), ("en", 0.6))),
    Country("FI", (4,), (("fi", 1.0), ("sv", 0.3), ("en", 0.9))),
    Country("FR", (2,), (("fr", 1.0), ("en", 0.5))),
    Country("IE", (0,), (("en", 1.0),)),
    Country("IT", (2,), (("it", 1.0), ("en", 0.5))),
    Country("PL", (2,), (("pl", 1.0), ("en", 0.6))),
    Country("PT", (0,), (("pt", 1.0), ("en", 0.6))),
)
PARTNERS = (
    Country("AU", (16, 19, 20), (("en", 1.0),)),
    Country("CA", (-7, -10, -12, -14, -16), (("en", 0.9), ("fr", 0.4))),
    Country("CN", (16,), (("zh", 1.0), ("en", 0.3))),
    Country("ID", (14, 16, 18), (("id", 1.0), ("en", 0.5))),
    Country("IN", (11,), (("hi", 0.7), ("en", 0.9))),
    Country("JP", (18,), (("ja", 1.0), ("en", 0.3))),
    Country("KR", (18,), (("ko", 1.0), ("en", 0.4))),
    Country("ZA", (4,), (("en", 1.0), ("af", 0.4))),
)


def instance(size: int, seed: int = 5, policy: Policy = Policy.MAX_SCORE) -> Problem:
    """Make a round of so many cities a side, one partner each."""
    chance = random.Random(f"{seed}/{size}")
    eu = tuple(_city(f"cty_e{n:06}", EU, chance) for n in range(size))
    partner = tuple(_city(f"cty_p{n:06}", PARTNERS, chance) for n in range(size))
    return Problem(eu, partner, Weights(), rules=Rules(policy=policy))


def edited(problem: Problem, share: float, seed: int = 6) -> Problem:
    """Let this share of the cities of each side say anew what they seek and offer."""
    chance = random.Random(f"{seed}/{len(problem.eu)}")
    return replace(
        problem,
        eu=_edited(problem.eu, share, chance),
        partner=_edited(problem.partner, share, chance),
    )


def _edited(side: Sequence[City], share: float, chance: random.Random) -> tuple[City, ...]:
    changed = set(chance.sample(range(len(side)), round(share * len(side))))
    return tuple(
        replace(city, levels=_levels(chance)) if place in changed else city
        for place, city in enumerate(side)
    )


def _city(id_: str, countries: Sequence[Country], chance: random.Random) -> City:
    country = chance.choice(countries)
    return City(
        id=id_,
        capacity=1,
        population=round(_MEDIAN_PEOPLE * math.exp(chance.gauss(0.0, _SPREAD))),
        zone_half_hours=chance.choice(country.zones),
        languages=tuple(tag for tag, odds in country.languages if chance.random() < odds),
        levels=_levels(chance),
        country=country.code,
        maturity=chance.randint(0, 4),
    )


def _levels(chance: random.Random) -> tuple[Level, ...]:
    """Draw topics by popularity; what a city seeks there and what it offers seldom go together."""
    wanted = chance.randint(3, 8)
    topics: set[str] = set()
    while len(topics) < wanted:
        topics.update(chance.choices(TOPICS, cum_weights=_POPULAR))
    levels = []
    for topic in sorted(topics):
        strong = chance.randint(2, 5)
        weak = chance.choice((0, 0, 0, 1, 2))
        seeks, offers = (strong, weak) if chance.random() < 0.5 else (weak, strong)
        levels.append(Level(topic, seeks, offers))
    return tuple(levels)
