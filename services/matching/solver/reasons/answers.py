"""What a person can ask of a round's answer, and what comes back: plain data to store and send.

Promises that every number is in integer units (10,000 are one point) and that a sentence can be
made of each answer without anything but names and labels.
"""

from dataclasses import dataclass
from typing import Literal

from services.matching.solver.problem import Pair
from services.matching.solver.solution import Blocking, Part

Standing = Literal[
    "chosen",
    "possible",
    "below_floor",
    "one_sided",
    "below_min_score",
    "met",
    "excluded",
    "decided",
    "vetoed",
]
"""How a pair stands: ``possible`` could have been chosen, ``below_floor`` is worse than the worst
pair that the policy allows, the next three are barred by a rule that a lock would overrule,
``excluded`` is a pair with which no choice keeps the quotas or the shape, ``decided`` needs a place
that only a release of a lock can free, ``vetoed`` is forbidden."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What the programme would lose by another choice, all else being chosen anew for the best.

    The floor of the round's policy is kept for all other pairs. Where the policy puts the number of
    pairs first, no more pairs are lost than must be, and points only then.
    """

    pairs: int
    """So many pairs fewer; below 0 is more."""
    points: int
    """So much less of score and bonus, in total; below 0 is more, as where a floor is given up."""
    exact: bool
    """Else the proof says for free that the loss is at least that: as many points, or a pair."""
    leaves: tuple[Pair, ...] = ()
    """Chosen pairs that would go; known where ``exact``."""
    comes: tuple[Pair, ...] = ()
    """Pairs that would come, the one in question among them."""
    worst: int | None = None
    """The lowest score among the pairs that are not locked, afterwards; known where ``exact``."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A pair of the city that was asked about, and what it would cost to insist on it."""

    pair: Pair
    standing: Standing
    score: int
    loss: Loss | None
    """None where the pair is chosen, excluded, decided against or vetoed, and where it takes a
    round of its own to know: ask for the pair then."""
    partners: tuple[str, ...]
    """The cities that the other city of the pair is with now."""


@dataclass(frozen=True, slots=True)
class CityReasons:
    """All of one city: whom it is with, and why not any other; least loss first."""

    city_id: str
    chosen: tuple[Pair, ...]
    alternatives: tuple[Alternative, ...]
    """Every pair with the other side that is not chosen; what cannot be priced comes last."""
    runner_up_city_id: str | None
    """Its possible pair with the best score among those that it did not get."""
    blocking: tuple[Blocking, ...]
    """Pairs of the city in which both would rather have each other, greatest lesser gain first."""


@dataclass(frozen=True, slots=True)
class Held:
    """A city that another is with in the round, and its worth to that one's own interest."""

    city_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Interest:
    """What one city of a pair has of the other, in integer units of its own interest."""

    city_id: str
    points: int
    others: tuple[Held, ...]
    """Whom it is with in the round, apart from this one; best first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change that would make the pair a chosen one: verified by solving the round again."""

    kind: Literal["level", "weight", "lock"]
    before: int
    after: int
    """A level 0-5, a weight per mille; 0 and 1 for a lock."""
    city_id: str | None = None
    """Whose level."""
    topic: str | None = None
    direction: Literal["seeks", "offers"] | None = None
    weight: str | None = None
    """The name of the weight; the others shrink or grow in proportion, so that all sum the same."""


@dataclass(frozen=True, slots=True)
class PairReasons:
    """All of one pair, chosen or not; ``parts`` sum exactly to ``score``."""

    pair: Pair
    standing: Standing
    score: int
    bonus: int
    parts: tuple[Part, ...]
    interests: tuple[Interest, Interest]
    """Of the EU city and of the partner city."""
    locked: bool
    firm: bool | None
    """Of a chosen pair that is not locked: whether all choices without it cost a point or more."""
    loss: Loss | None
    """Of insisting on it, always exact; of doing without it where it is chosen. None where it is
    locked, excluded, decided against or vetoed, or chosen and no choice can do without it."""
    changes: tuple[Change, ...]
    """What would have to change, smallest first of each kind; empty for a chosen pair."""
    tried: int
    """Changes that were tried by solving again: none found among them is not a proof of none."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Pairs that could leave and pairs that could come instead without any loss."""

    leaves: tuple[Pair, ...]
    comes: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class RoundReasons:
    """All of a round: whether its choice is the only one as good, and who would rather have whom.

    A chosen pair is firm, interchangeable, or neither is proven (under rules that make the
    programme more than an assignment).
    """

    unique: bool | None
    """None where neither is proven."""
    swaps: tuple[Swap, ...]
    firm: tuple[Pair, ...]
    interchangeable: tuple[Pair, ...]
    blocking: tuple[Blocking, ...]
    blocking_count: int
