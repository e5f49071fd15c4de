"""The problem as this program reads it, and what each pair scores, anew from what cities said."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

Pair = tuple[str, str]
Json = dict[str, Any]

_PAIRS = ("locks", "vetoes", "met", "incumbents")

POINT = 10_000
"""Integer units in one point."""

TRIO = 2
"""Leaves of a trio."""


class WrongError(Exception):
    """Something does not hold; the text says what."""


def wrong(text: str) -> NoReturn:
    """Say what does not hold."""
    raise WrongError(text)


@dataclass(frozen=True)
class Option:
    """One way of taking a pair: its hub, its lead topic, what it scores, whether it may be taken.

    `takes` are the places of both cities that it uses.
    """

    hub: str | None
    topic: str | None
    score: int
    free: bool
    takes: tuple[int, int]


@dataclass(frozen=True)
class Known:
    """What of a city counts for its scores."""

    levels: dict[str, tuple[int, int]]
    """By topic: seeks, offers."""
    tongues: frozenset[str]
    size: int | None
    """Population in eighths of a doubling."""


@dataclass
class Round:
    """The problem as this program reads it."""

    problem: Json
    eu: dict[str, Json]
    partner: dict[str, Json]
    locks: set[Pair]
    barred: set[Pair]
    met: set[Pair]
    incumbents: set[Pair]
    quotas: dict[str, Json]
    known: dict[str, Known] = field(default_factory=dict)

    @property
    def rules(self) -> Json:
        """The rules of the exchange."""
        rules: Json = self.problem["rules"]
        return rules

    @property
    def star(self) -> int:
        """Leaves that a hub may have; 0 where there are only pairs."""
        shape = self.rules["shape"]
        learners = int(self.rules["max_learners"])
        return {"pairs": 0, "trios": TRIO, "mentors": learners}[shape]

    def places(self, city: Json) -> int:
        """Partners that a city may have."""
        return self.star or int(city["capacity"])

    def bonus(self, pair: Pair) -> int:
        """Give what the pair is favoured by."""
        turns = int(self.eu[pair[0]]["turns"]) + int(self.partner[pair[1]]["turns"])
        points = turns * int(self.rules["turn_points"])
        return POINT * (points + int(self.rules["incumbent_points"]) * (pair in self.incumbents))

    def inside(self, pair: Pair, topic: str | None) -> list[str]:
        """Name the quotas that a pair counts in when it carries that topic."""
        eu, partner = self.eu[pair[0]], self.partner[pair[1]]
        have = {
            "eu_city_id": eu["id"],
            "partner_city_id": partner["id"],
            "eu_country": eu["country"],
            "partner_country": partner["country"],
            "topic": topic,
        }
        return [
            name
            for name, quota in self.quotas.items()
            if all(value in (None, have[key]) for key, value in quota["of"].items())
        ]


def read_round(problem: Json) -> Round:
    """Read a problem."""
    eu, partner = ({str(city["id"]): city for city in problem[side]} for side in ("eu", "partner"))
    if (
        len(eu) + len(partner) != len(problem["eu"]) + len(problem["partner"])
        or eu.keys() & partner
    ):
        wrong("two cities have one id")
    named = {key: {pair_of(each) for each in problem[key]} for key in _PAIRS}
    barred = named["vetoes"] | (named["met"] if problem["rules"]["avoid_met"] else set())
    quotas = {str(quota["name"]): quota for quota in problem["rules"]["quotas"]}
    if len(quotas) != len(problem["rules"]["quotas"]):
        wrong("two quotas have one name")
    found = Round(
        problem,
        eu,
        partner,
        named["locks"],
        barred,
        named["met"],
        named["incumbents"],
        quotas,
    )
    for city in (*eu.values(), *partner.values()):
        levels = {
            level["topic"]: (int(level["seeks"]), int(level["offers"])) for level in city["levels"]
        }
        tongues = frozenset(tag.split("-")[0] for tag in city["languages"])
        found.known[city["id"]] = Known(levels, tongues, eighths(city["population"]))
    return found


def pair_of(said: Json) -> Pair:
    """Read a pair."""
    return str(said["eu_city_id"]), str(said["partner_city_id"])


def options(of: Round, pair: Pair) -> Iterator[Option]:
    """Give the ways in which a pair can be taken; one at least."""
    one, other = of.known[pair[0]].levels, of.known[pair[1]].levels
    both = [(topic, *one[topic], *other[topic]) for topic in one.keys() & other.keys()]
    wanted = {topic: s * o for topic, s, _, _, o in both}
    given = {topic: o * s for topic, _, o, s, _ in both}
    peer = sum(s * z for _, s, _, z, _ in both)
    needs = sum(wanted.values()), sum(given.values())
    mentors = of.rules["shape"] == "mentors"
    open_ = pair not in of.barred and pair not in of.locks
    for hub in ("eu", "partner") if of.star else (None,):
        if mentors:
            count = given if hub == "eu" else wanted
            met = sum(count.values()) > 0
            mutual = saturated(sum(count.values()))
        else:
            count = {topic: wanted[topic] + given[topic] for topic in wanted}
            met = min(needs) > 0
            mutual = mean(of.rules["mean"], *map(saturated, needs))
        shared = {topic for topic in wanted if wanted[topic] + given[topic]}
        score = total(of, pair, mutual, (peer, shared))
        free = open_ and met and score >= of.rules["min_score"]
        takes = {None: (1, 1), "eu": (1, of.star), "partner": (of.star, 1)}[hub]
        led = any(quota["of"]["topic"] is not None for quota in of.quotas.values())
        leads = lead_topics(count) if led else []
        for topic in leads:
            yield Option(hub, topic, score, free, takes)
        if not leads:
            yield Option(hub, None, score, free and not led, takes)


def lead_topics(count: dict[str, int]) -> list[str]:
    """Give the two topics that count most; among equals the first by code."""
    return sorted((t for t in count if count[t]), key=lambda topic: (-count[topic], topic))[:2]


def saturated(need: int) -> float:
    """Give how far a need is met: one perfect topic is half."""
    return need / (need + 25)


def mean(kind: str, one: float, other: float) -> float:
    """Put both directions together."""
    if kind == "harmonic":
        return 2.0 * one * other / (one + other) if one + other > 0 else 0.0
    return min(one, other) if kind == "min" else math.sqrt(one * other)


def interests(of: Round, pair: Pair) -> tuple[int, int]:
    """Give what a pair is worth to its EU city alone and to its partner city alone.

    As the score, but with what the city itself seeks, and with its own preference, whole.
    """
    one, other = of.known[pair[0]].levels, of.known[pair[1]].levels
    both = [(topic, *one[topic], *other[topic]) for topic in one.keys() & other.keys()]
    wanted, given = sum(s * o for _, s, _, _, o in both), sum(o * s for _, _, o, s, _ in both)
    shared = sum(s * z for _, s, _, z, _ in both), {t for t, s, o, z, p in both if s * p + o * z}
    prefers = (
        float(of.partner[pair[1]]["country"] in of.eu[pair[0]]["prefers"]),
        float(of.eu[pair[0]]["country"] in of.partner[pair[1]]["prefers"]),
    )
    return (
        total(of, pair, saturated(wanted), shared, prefers[0]),
        total(of, pair, saturated(given), shared, prefers[1]),
    )


def total(
    of: Round,
    pair: Pair,
    mutual: float,
    shared: tuple[int, set[str]],
    preference: float | None = None,
) -> int:
    """Give a pair's score in integer units: weights of the reasons in a fixed order, rounded.

    Half of ``preference`` is for each city whose wish is met, if it is not given.
    """
    one, other = of.eu[pair[0]], of.partner[pair[1]]
    mine, theirs = of.known[pair[0]], of.known[pair[1]]
    projects = [bool(shared[1].intersection(city["projects"])) for city in (one, other)]
    prefers = (other["country"] in one["prefers"]) + (one["country"] in other["prefers"])
    reasons = {
        "peer": saturated(shared[0]),
        "size": near(mine.size, theirs.size, 32),
        "language": float(not mine.tongues.isdisjoint(theirs.tongues)),
        "zone": near(one["zone_half_hours"], other["zone_half_hours"], 16),
        "project": sum(projects) / 2,
        "maturity": near(one["maturity"], other["maturity"], 4),
        "preference": prefers / 2 if preference is None else preference,
        "novelty": float(pair not in of.met),
    }
    weights = of.problem["weights"]
    summed: float = weights["mutual"] * mutual
    for name, value in reasons.items():
        if weights[name]:
            summed += weights[name] * value
    return math.floor(1000 * summed + 0.5)


def eighths(population: Any) -> int | None:  # noqa: ANN401 - as it stands in the file
    """Give the nearest number of eighths of a doubling: round(8 log2 p), by integers alone."""
    if not population:
        return None
    power: int = int(population) ** 16
    return power.bit_length() // 2


def near(one: int | None, other: int | None, reach: int) -> float:
    """Give 1 for equals, falling to 0 at the reach; 0 where one is not known."""
    return 0.0 if one is None or other is None else max(0.0, 1.0 - abs(one - other) / reach)
