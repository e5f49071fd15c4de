"""What comes out of a round: plain data that can be stored and sent.

Promises that everything a person is told of a round is in here or follows from it and the problem.
"""

from dataclasses import dataclass
from typing import Literal

from services.matching.solver.problem import Pair


@dataclass(frozen=True, slots=True)
class Part:
    """One reason of a score, in integer units."""

    name: str
    """``topic:<code>`` or the name of a weight other than ``mutual``."""
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
    bonus: int = 0
    """What the pair was favoured by beyond its score: as incumbent, and for turns without."""
    firm: bool = True
    """Whether every choice without the pair costs at least a point; else it is interchangeable."""
    lead_topic: str | None = None
    """The topic that it counts for, where topic quotas rule."""
    hub_city_id: str | None = None
    """The hub of its group in TRIOS and MENTORS: pairs of one group share it."""


@dataclass(frozen=True, slots=True)
class Dual:
    """What one more place of a city would be worth, in integer units."""

    city_id: str
    points: int


@dataclass(frozen=True, slots=True)
class QuotaDual:
    """What one more pair within a quota would be worth: below 0 where ``least`` binds."""

    name: str
    points: int


Goal = Literal["pairs", "worst", "score"]


@dataclass(frozen=True, slots=True)
class Step:
    """One proven claim: no assignment of the pairs worth ``floor`` or more exceeds the bound.

    A pair counts ``per_pair`` and, unless the goal is ``pairs`` or ``worst``, its score and bonus.
    For ``worst`` the claim is that above the worst pair chosen fewer pairs are possible.
    """

    goal: Goal
    floor: int
    per_pair: int
    objective: int
    upper_bound: int
    eu: tuple[Dual, ...]
    partner: tuple[Dual, ...]
    quotas: tuple[QuotaDual, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof: sums of score and bonus, a bound on them, and the steps that prove it.

    ``upper_bound - objective`` is the gap: 0 is optimal under the round's policy.
    """

    objective: int
    upper_bound: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Blocking:
    """Two cities that would both rather have each other, by each one's own interest."""

    pair: Pair
    eu_gain: int
    """In integer units of the city's own interest, as is the next."""
    partner_gain: int


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer of a round, best score first."""

    suggestions: tuple[Suggestion, ...]
    certificate: Certificate
    free_objective: int
    """The optimum without any lock: what the locks cost is the difference."""
    unique: bool = True
    """Whether no other assignment is exactly as good."""
    worst: int = 0
    """The lowest score among the pairs that are not locked; 0 where there is none."""
    blocking: tuple[Blocking, ...] = ()
    """The pairs in which the lesser gain is greatest, at most ``MAX_BLOCKING``."""
    blocking_count: int = 0


MAX_BLOCKING = 50
"""Blocking pairs that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule that an answer names: what it is, which one, and in words."""

    kind: Literal["lock", "veto", "quota_least", "quota_most", "capacity", "candidates", "shape"]
    name: str
    """The quota's name, the city's id, the pair's two ids with a blank between, the shape, or what
    bars candidates (``mutual``, ``min_score``, ``avoid_met``); ``eu`` or ``partner`` for the
    capacities of a whole side."""
    text: str
    limit: int | None = None
    """What its number would have to be changed to, if that is known, for the others to hold."""


@dataclass(frozen=True, slots=True)
class Infeasible:
    """There is no answer; ``problem`` says why, in words that an officer can act on."""

    problem: str
    conflict: tuple[RuleRef, ...] = ()
    """Rules that cannot all hold; without any one of them the rest of them can."""
