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
    """Whether it is locked, or proven that every choice without it costs a point or more."""
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
    """One proven claim on all choices of free pairs scored ``floor`` or more, with all locks.

    The duals prove it by the bound of ``solver.certificate``, where a pair (free or locked) gains

    - goal ``score``: ``per_pair`` + score + bonus. ``objective`` is the sum over the chosen pairs,
      ``upper_bound`` the bound itself; ``per_pair`` is the price of one pair more or less, of
      either sign, so that the claim is on choices of exactly as many pairs as were chosen.
    - goals ``pairs`` and ``worst``: ``per_pair``, which is 1 or more. ``objective`` is the number
      of pairs chosen, ``upper_bound`` the bound divided by ``per_pair`` and rounded down: to a
      whole number, in TRIOS to an even one, since their pairs come in twos.

    ``worst`` has the floor just above the worst free pair chosen; its claim is complete where
    ``upper_bound`` is below ``objective``: with a better worst pair there would be fewer pairs.
    Where there are topic quotas or hubs, a pair counts by the best of its options.
    """

    goal: Goal
    floor: int
    per_pair: int
    objective: int
    upper_bound: int
    eu: tuple[Dual, ...]
    """Prices of a city's places, 0 or more; every city of the side, sorted by id."""
    partner: tuple[Dual, ...]
    quotas: tuple[QuotaDual, ...] = ()
    """Prices of the quotas, in the order of the rules."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof: sums of score and bonus, a bound on them, and the steps that prove it.

    Steps are, in this order: BEST_WORST and LEXIMIN ``pairs`` (floor 0), ``worst`` (where there is
    a free pair), ``score`` (floor: the worst free pair); the others ``score`` (floor 0), before
    which MAX_SCORE with hubs may have ``pairs``. Both figures are those of the last step less
    ``per_pair`` times the number of pairs.

    ``upper_bound - objective`` is the gap. 0 is optimal; above 0 is what fractions of pairs could
    be worth more (quotas that cross, hubs), or what being stable or leximin costs at most.
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
    """Whether it is proven that no other choice is exactly as good."""
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
