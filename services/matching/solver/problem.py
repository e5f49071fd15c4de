"""What a round is solved from and what comes out: plain data that can be stored and sent.

Promises that a problem is all that its solution depends on, whatever the order of its cities.
"""

from dataclasses import dataclass

POINTS = 1_000_000
"""The score of a perfect pair."""

WEIGHTS_SUM = 1000
"""Weights are per mille, in integers, so that they sum exactly."""

MAX_CITIES_PER_SIDE = 2000
"""The whole score matrix is held in memory: 4 million pairs take about 300 MB while scoring.
Beyond that scores must be made in tiles (see the design notes on stress sizes)."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """One reason of a score, in integer units."""

    name: str
    """``topic:<code>``, ``peer``, ``size``, ``language`` or ``zone``."""
    points: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A chosen pair with its reasons; ``parts`` sum exactly to ``score``."""

    pair: Pair
    score: int
    parts: tuple[Part, ...]
    locked: bool
    chosen_freely: bool
    """Whether the optimum without any lock has the pair too."""
    runner_up_city_id: str | None
    """The EU city's best candidate among those that it did not get."""


@dataclass(frozen=True, slots=True)
class Dual:
    """What one more place of a city would be worth, in integer units: half of a certificate."""

    city_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof: with these duals no assignment can exceed ``upper_bound``."""

    objective: int
    upper_bound: int
    eu: tuple[Dual, ...]
    partner: tuple[Dual, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer of a round, best score first; ``free_objective`` is the optimum without locks."""

    suggestions: tuple[Suggestion, ...]
    certificate: Certificate
    free_objective: int


@dataclass(frozen=True, slots=True)
class Infeasible:
    """There is no answer; ``problem`` says why, in words that an officer can act on."""

    problem: str
