"""What differs between two rounds of one exchange, and why each changed pair changed.

A pair changes because something about it changed (a city, a veto, a lock, its score), or because a
neighbour's did: pairs that were lost and pairs that were gained hang together at their cities in
chains, and such a pair names the nearest pair of its chain that has a cause of its own.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.matching.domain.inputs import InputChange, changed_inputs
from services.matching.domain.standings import Quotas, Standing, standings_of
from services.matching.solver.problem import Pair, Problem
from services.matching.solver.solution import Solution

CauseKind = Literal[
    "city_left", "city_came", "vetoed", "veto_lifted", "met", "met_lifted", "locked", "unlocked",
    "lock_elsewhere", "lock_elsewhere_lifted", "places", "quota", "candidate", "score", "bonus",
    "neighbour", "rules", "balance",
]  # fmt: skip
"""``quota``: a quota that counts the pair changed. ``candidate``: the pair became possible or
stopped being so. ``neighbour``: through a chain of changed pairs. ``rules``: only the rules of the
round differ. ``balance``: nothing of it or of its chain changed; a rule that spans pairs (a quota,
the worst pair) tied it to others that did."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a pair is there or not there any more."""

    kind: CauseKind
    points: int = 0
    """How much its score or bonus changed by, in integer units."""
    pair: Pair | None = None
    """The lock, or the neighbour, that it is about."""
    city_id: str | None = None
    steps: int = 0
    """``neighbour``: how many pairs along the chain."""
    quota: str | None = None
    """The name of the quota that it is about."""


@dataclass(frozen=True, slots=True)
class Change:
    """One pair of either round; a score is None where a city of it is missing."""

    pair: Pair
    what: Literal["kept", "gained", "lost"]
    score_before: int | None
    score_after: int | None
    causes: tuple[Cause, ...] = ()
    """Most telling first; a kept pair has none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A round against an earlier one; lost pairs first, then gained, then kept, each by id."""

    kept: int
    gained: int
    lost: int
    score_before: int
    score_after: int
    worst_before: int
    worst_after: int
    inputs: tuple[InputChange, ...]
    changes: tuple[Change, ...]


Run = tuple[Problem, Solution]
"""What a round was solved from, and what came out."""


def compare(before: Run, after: Run) -> Comparison:
    """Compare two rounds of one exchange, the first being the earlier one or the base."""
    old, new = _chosen(before[1]), _chosen(after[1])
    pairs = sorted(old.keys() | new.keys(), key=_key)
    stand_before, stand_after = (standings_of(run[0], pairs) for run in (before, after))
    inputs = changed_inputs(before[0], after[0])
    turned = [pair for pair in pairs if (pair in old) != (pair in new)]
    own = {pair: _own(stand_before[pair], stand_after[pair], gained=pair in new) for pair in turned}
    rules = any(each.kind in {"weights", "rules"} for each in inputs)
    causes = own | _through_chains(own, rules=rules)
    changes = [
        Change(
            pair=pair,
            what="kept" if pair in old and pair in new else "gained" if pair in new else "lost",
            score_before=stand_before[pair].score,
            score_after=stand_after[pair].score,
            causes=causes.get(pair, ()),
        )
        for pair in pairs
    ]
    changes.sort(key=lambda each: ("lost", "gained", "kept").index(each.what))
    return Comparison(
        kept=len(old.keys() & new.keys()),
        gained=len(new.keys() - old.keys()),
        lost=len(old.keys() - new.keys()),
        score_before=sum(old.values()),
        score_after=sum(new.values()),
        worst_before=before[1].worst,
        worst_after=after[1].worst,
        inputs=inputs,
        changes=tuple(changes),
    )


def _chosen(solution: Solution) -> dict[Pair, int]:
    return {each.pair: each.score for each in solution.suggestions}


def _key(pair: Pair) -> tuple[str, str]:
    return pair.eu_city_id, pair.partner_city_id


def _own(before: Standing, after: Standing, *, gained: bool) -> tuple[Cause, ...]:
    """Give what changed about the pair itself and speaks for its coming or going."""
    causes: list[Cause] = []
    first, last = (after, before) if gained else (before, after)  # where it is, where it is not
    causes += [Cause("city_came" if gained else "city_left", city_id=id_) for id_ in last.missing]
    if last.vetoed and not first.vetoed:
        causes.append(Cause("veto_lifted" if gained else "vetoed"))
    if last.met and not first.met:
        causes.append(Cause("met_lifted" if gained else "met"))
    if first.locked and not last.locked:
        causes.append(Cause("locked" if gained else "unlocked"))
    kind: CauseKind = "lock_elsewhere_lifted" if gained else "lock_elsewhere"
    causes += [
        Cause(kind, pair=lock) for lock in last.locks_beside if lock not in first.locks_beside
    ]
    causes += [
        Cause("places", city_id=city_id)
        for city_id, places in last.places.items()
        if places < first.places.get(city_id, 0)
    ]
    causes += [Cause("quota", quota=name) for name in _tightened(first.quotas, last.quotas)]
    if first.possible and not last.possible and not last.missing:
        causes.append(Cause("candidate"))
    causes += _worth(before, after)
    return tuple(causes)


def _tightened(first: Quotas, last: Quotas) -> list[str]:
    """Give the quotas by which fewer pairs may be, or need be, than before."""
    found = []
    for name in sorted(first.keys() | last.keys()):
        (least, most), (least_then, most_then) = (
            quotas.get(name, (0, math.inf)) for quotas in (first, last)
        )
        if most_then < most or least_then < least:
            found.append(name)
    return found


def _worth(before: Standing, after: Standing) -> list[Cause]:
    if before.score is None or after.score is None:
        return []
    causes = []
    if before.score != after.score:
        causes.append(Cause("score", points=after.score - before.score))
    if before.bonus != after.bonus:
        causes.append(Cause("bonus", points=after.bonus - before.bonus))
    return causes


def _through_chains(
    own: Mapping[Pair, Sequence[Cause]], *, rules: bool
) -> dict[Pair, tuple[Cause, ...]]:
    """Give the causes of the pairs that have none of their own."""
    at_city: dict[str, list[Pair]] = defaultdict(list)
    for pair in own:
        at_city[pair.eu_city_id].append(pair)
        at_city[pair.partner_city_id].append(pair)
    rest = Cause("rules") if rules else Cause("balance")
    return {
        pair: (_nearest(pair, own, at_city) or rest,) for pair, causes in own.items() if not causes
    }


def _nearest(
    start: Pair, own: Mapping[Pair, Sequence[Cause]], at_city: Mapping[str, Iterable[Pair]]
) -> Cause | None:
    """Walk outwards from the pair, over shared cities, to the first with a cause of its own."""
    seen, queue = {start}, deque([(start, 0)])
    while queue:
        pair, steps = queue.popleft()
        if own[pair]:
            return Cause("neighbour", pair=pair, steps=steps)
        for city_id in (pair.eu_city_id, pair.partner_city_id):
            for beside in sorted(set(at_city[city_id]) - seen, key=_key):
                seen.add(beside)
                queue.append((beside, steps + 1))
    return None
