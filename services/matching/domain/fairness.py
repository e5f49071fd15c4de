"""Fairness of an exchange or a programme: who applied, who got a partner, who waits, by group.

Every figure is counted from the record. Promises that the figures of a dimension sum to all
applications (for topics: each city counts in each of its topics), and that a small group, from
which people could tell a single city that was not admitted, is pooled with others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

from shared.contracts.matching import Side
from shared.ids import CityId

SMALL = 3
"""Applications below which a group is pooled: of one or two, each knows who the other is."""

OTHERS = "others"
UNKNOWN = "unknown"

SIZE_CLASSES: tuple[tuple[int, str], ...] = (
    (50_000, "below 50,000"),
    (100_000, "50,000 to 100,000"),
    (250_000, "100,000 to 250,000"),
    (500_000, "250,000 to 500,000"),
    (1_000_000, "500,000 to 1 million"),
)
"""Inhabitants below the bound: the thresholds that programmes have had, and doublings above."""

LARGEST = "1 million and more"

Outcome = Literal["cooperating", "proposed", "without", "reserve", "pending", "not_admitted"]
"""What became of an application. ``cooperating``: both cities said yes, whatever came after.
``proposed``: it awaits answers. ``without``: admitted, and no partner. ``pending``: no decision."""

OUTCOMES: tuple[Outcome, ...] = (
    "cooperating", "proposed", "without", "reserve", "pending", "not_admitted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Participant:
    """One application with what fairness looks at; None is unknown."""

    city_id: CityId
    side: Side
    outcome: Outcome
    country: str | None
    population: int | None
    topics: tuple[str, ...]
    submitted_at: datetime
    partner_at: datetime | None
    """When both sides of its first pairing had said yes."""
    rounds: int
    """Published rounds that it was admitted to."""
    rounds_without: int
    """Those in which it went without."""


@dataclass(frozen=True, slots=True)
class Group:
    """What became of the applications of one group; ``name`` is a code, a class or ``others``."""

    name: str
    applied: int
    cooperating: int
    proposed: int
    without: int
    reserve: int
    pending: int
    not_admitted: int
    rounds_without: int
    """Turns without, of all its cities together: what turn-taking makes up for."""
    longest_without: int
    """The most rounds in which one city of it went without."""
    waited_days: int | None
    """The median from the application to a partner, or to now for admitted cities without one;
    None where nobody was admitted."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """All groups of one kind: sizes in their order, else the greatest first; ``others`` last."""

    kind: Literal["side", "country", "size", "topic"]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Fairness:
    """The report: the whole, and the whole cut in four ways."""

    counted_at: datetime
    rounds: int
    """Published rounds."""
    whole: Group
    dimensions: tuple[Dimension, ...]
    pooled_below: int
    """Groups with fewer applications are under ``others``; 1: none is pooled."""


def report(
    participants: Sequence[Participant], rounds: int, now: datetime, *, small: int = SMALL
) -> Fairness:
    """Count who got what; groups with fewer applications than ``small`` are pooled."""
    keys: dict[Literal["side", "country", "size", "topic"], _Keys] = {
        "side": lambda each: (each.side,),
        "country": lambda each: (each.country or UNKNOWN,),
        "size": lambda each: (size_class(each.population),),
        "topic": lambda each: each.topics or (UNKNOWN,),
    }
    dimensions = (
        Dimension(kind, _groups(participants, key, now, 1 if kind == "side" else small))
        for kind, key in keys.items()
    )
    whole = _group("all", participants, now)
    return Fairness(now, rounds, whole, tuple(dimensions), small)


def size_class(population: int | None) -> str:
    """Give the class of a body with so many inhabitants."""
    if population is None:
        return UNKNOWN
    return next((name for bound, name in SIZE_CLASSES if population < bound), LARGEST)


_RANKS = {
    name: rank
    for rank, name in enumerate((*(name for _, name in SIZE_CLASSES), LARGEST, UNKNOWN, OTHERS), 1)
}

_Keys = Callable[[Participant], Iterable[str]]


def _groups(
    participants: Iterable[Participant], keys: _Keys, now: datetime, small: int
) -> tuple[Group, ...]:
    members: dict[str, list[Participant]] = defaultdict(list)
    for each in participants:
        for key in keys(each):
            members[key].append(each)
    groups = [_group(name, group, now) for name, group in _pooled(members, small).items()]
    groups.sort(key=lambda each: (_RANKS.get(each.name, 0), -each.applied, each.name))
    return tuple(groups)


def _pooled(
    members: Mapping[str, Sequence[Participant]], small: int
) -> dict[str, Sequence[Participant]]:
    """Put small groups together, and with them the next smallest ones until all are enough."""
    by_size = sorted(members, key=lambda name: (_cities(members[name]), name))
    pool: dict[int, Participant] = {}
    kept = dict(members)
    for name in by_size:
        enough = not pool or _cities(pool.values()) >= small
        if _cities(members[name]) >= small and enough:
            break
        pool |= {id(each): each for each in kept.pop(name)}  # in several topics: counted once
    return kept | ({OTHERS: list(pool.values())} if pool else {})


def _cities(members: Iterable[Participant]) -> int:
    return len({each.city_id for each in members})


def _group(name: str, members: Sequence[Participant], now: datetime) -> Group:
    counts = dict.fromkeys(OUTCOMES, 0)
    for each in members:
        counts[each.outcome] += 1
    waited = [
        ((each.partner_at or now) - each.submitted_at).days
        for each in members
        if each.outcome in {"cooperating", "proposed", "without"}
    ]
    return Group(
        name=name,
        applied=len(members),
        rounds_without=sum(each.rounds_without for each in members),
        longest_without=max((each.rounds_without for each in members), default=0),
        waited_days=round(median(waited)) if waited else None,
        **counts,
    )
