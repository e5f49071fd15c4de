"""Choices in which no two cities would rather have each other, or not by much.

Each city judges by its own interest (``scores.interests``). Stable choices come from deferred
acceptance; nearly stable ones from the integer programme, with a condition for each pair that was
found to block. Promises strict preferences: where a city is indifferent, hashes of ids decide.

Source: Gale, Shapley 1962, "College Admissions and the Stability of Marriage"; Roth 1984,
"Stability and Polarization of Interests" (places on both sides); Baiou, Balinski 2000, "The Stable
Admissions Polytope" (conditions).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from functools import partial

import highspy
import numpy as np

from services.matching.solver.assignment import Ask, Hopeless, Relaxed, relaxed
from services.matching.solver.features import Floats, Ints
from services.matching.solver.field import Field, Places, Taken, counts, locked
from services.matching.solver.maximum import EVERYTHING, REACH, Choice, better, judged, maximise
from services.matching.solver.problem import City
from services.matching.solver.programme import Columns, Entries, within
from services.matching.solver.reasons.blocking import unbarred, wishes
from services.matching.solver.whole import MOST_COLUMNS, Rows, choose_whole, reachable

ROUNDS = 200
"""Of finding pairs that block and forbidding them: some ten suffice for 80 cities a side."""

_TIE_BITS = 24


def stable(field: Field, interests: tuple[Ints, Ints]) -> tuple[Taken, ...]:
    """Choose a stable set of pairs, the best such set for every EU city; locks are kept.

    EU cities ask in the order of their interest; a partner city keeps the best that have asked.
    """
    allowed = field.options[0].allowed
    keep = locked(field)
    left = field.row_places - keep.sum(axis=1), field.column_places - keep.sum(axis=0)
    eu, partner = (_strict(field, interest) for interest in interests)
    order = np.argsort(np.where(allowed, -eu, np.iinfo(np.int64).max), axis=1, kind="stable")
    numbers = allowed.sum(axis=1)
    asked = np.zeros(len(numbers), dtype=np.int64)
    held: list[list[int]] = [[] for _ in range(len(left[1]))]
    places = left[0].tolist()
    waiting = [row for row in range(len(numbers)) for _ in range(int(places[row]))]
    while waiting:
        row = waiting.pop()
        if asked[row] >= numbers[row]:
            continue
        column = int(order[row, asked[row]])
        asked[row] += 1
        held[column].append(row)
        if len(held[column]) > left[1][column]:
            least = min(held[column], key=lambda r: int(partner[r, column]))
            held[column].remove(least)
            waiting.append(least)
    chosen = [(row, column, 0) for column, rows in enumerate(held) for row in rows]
    return tuple(sorted(chosen + [(*place, 0) for place in field.locks]))


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    """What each pair is worth to its EU city and its partner city, and what both must gain."""

    interests: tuple[Ints, Ints]
    threshold: int


@dataclass(slots=True, eq=False)
class _Lines:
    """Lines of a programme over its pairs and over switches that are made on the way."""

    pairs: int
    switches: int = 0
    least: list[float] = field_(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field_(default_factory=list)

    def switch(self) -> Ints:
        """Make one more switch; give its column."""
        self.switches += 1
        return np.array([self.pairs + self.switches - 1])

    def add(self, terms: Sequence[tuple[Ints, float]], least: float) -> None:
        """Let the sum of the terms, columns times a factor, be at least so much."""
        for columns, factor in terms:
            line = np.full(len(columns), len(self.least))
            self.entries.append((line, columns, np.full(len(columns), factor)))
        self.least.append(least)

    def rows(self) -> Rows:
        """Give all lines."""
        joined = (np.concatenate(each) for each in zip(*self.entries, strict=True))
        most = np.full(len(self.least), highspy.kHighsInf)
        return Rows(self.switches, np.array(self.least), most, Entries(*joined))


def nearly_stable(field: Field, interests: tuple[Ints, Ints], threshold: int) -> Choice | Hopeless:
    """Choose for the greatest total without a pair in which both would gain more than that.

    Where the search is cut short, a stable choice stands in, as long as no quota is in its way.
    """
    ask = Ask(field, field.gains)
    best, found = maximise(ask), relaxed(ask)
    if isinstance(best, Hopeless) or isinstance(found, Hopeless):
        return Hopeless(None)
    single = len(field.options) == 1
    spare = judged(ask, found, stable(field, interests)) if single else None
    wish = _Wish(interests, threshold)
    return _searched(ask, found, (best, spare), wish) or Hopeless(None)


def _searched(
    ask: Ask, found: Relaxed, known: tuple[Choice, Choice | None], wish: _Wish
) -> Choice | None:
    """Forbid the pairs that block, and choose anew, until none does.

    ``known`` are the best choice of all and a stable one. Pairs are looked at whose slack could
    matter: more of them where the choice leaves a gap, or where there is none.
    """
    choice: Choice | None = known[0]
    spare, reach = known[1], REACH
    conditions: set[Places] = set()
    for _ in range(ROUNDS):
        fresh = set[Places]() if choice is None else _blocking(ask.field, choice, wish)
        if not fresh - conditions:
            wider = _wider(ask, found, reach, choice or spare)
            if wider is None:
                return better(choice, spare)
            reach = wider
        conditions |= fresh
        rows = [partial(_condition, ask.field, wish, place) for place in sorted(conditions)]
        taken = choose_whole(ask, found, reach, rows)
        choice = None if taken is None else judged(ask, found, taken)
    return spare


def _wider(ask: Ask, found: Relaxed, reach: int, known: Choice | None) -> int | None:
    """Give the slack that pairs of a better choice may have; None if all such are looked at."""
    needed = EVERYTHING if known is None else known.bound - known.objective
    if needed <= reach or len(reachable(ask, found, needed)) > MOST_COLUMNS:
        return None
    return needed


def _blocking(field: Field, choice: Choice, wish: _Wish) -> set[Places]:
    """Give the pairs that block; one that only counts in full quotas is barred, and doesn't."""
    chosen = np.zeros(field.dimensions, dtype=np.bool_)
    for row, column, _ in choice.taken:
        chosen[row, column] = True
    found = wishes(field, chosen, wish.interests)
    blocks = found.blocks & (np.minimum(found.eu, found.partner) > wish.threshold)
    blocks &= unbarred(field, choice.taken)
    return {(row, column) for row, column in np.argwhere(blocks).tolist()}


def _condition(field: Field, wish: _Wish, place: Places, columns: Columns) -> Rows:
    """Let the pair be taken, or be barred, or one of its cities be content without it.

    A city is content that has no place left, and better partners only; two switches, one for each
    city, are held down by the number of such partners. A third says that full quotas bar the pair.
    """
    eu, partner = wish.interests
    free = [field.row_places[place[0]], field.column_places[place[1]]]
    free[0] -= sum(row == place[0] for row, _ in field.locks)
    free[1] -= sum(column == place[1] for _, column in field.locks)
    unlocked = ~locked(field)[columns.rows, columns.columns]
    worth = eu[columns.rows, columns.columns], partner[columns.rows, columns.columns]
    mine = (columns.rows == place[0]) & (worth[0] >= eu[place] - wish.threshold)
    theirs = (columns.columns == place[1]) & (worth[1] >= partner[place] - wish.threshold)
    itself = np.flatnonzero((columns.rows == place[0]) & (columns.columns == place[1]))
    lines = _Lines(len(columns))
    for good, places in ((mine & unlocked, free[0]), (theirs & unlocked, free[1])):
        lines.add([(np.flatnonzero(good), 1.0), (lines.switch(), -float(places))], 0.0)
    barred = _barred(field, place, columns, lines)
    cities = np.arange(len(columns), len(columns) + 2)
    lines.add([(itself, 1.0), (cities, 1.0), (barred, 1.0)], 1.0)
    return lines.rows()


def _barred(field: Field, place: Places, columns: Columns, lines: _Lines) -> Ints:
    """Give a switch that can be on only if each option of the pair counts in a full quota."""
    options = [option for option in field.options if option.allowed[place]]
    within_most = {
        number: [o for o in options if bound.most is not None and counts(bound, o, place)]
        for number, bound in enumerate(field.bounds)
    }
    full: dict[int, Ints] = {}
    for number, bound in enumerate(field.bounds):
        if within_most[number] and bound.most is not None:
            full[number] = lines.switch()
            taken = np.flatnonzero(within(field.options, bound, columns))
            lines.add([(taken, 1.0), (full[number], -float(bound.most))], 0.0)
    barred = lines.switch()
    for option in options:
        by = [full[number] for number in full if option in within_most[number]]
        lines.add([*((switch, 1.0) for switch in by), (barred, -1.0)], 0.0)
    return barred


def _strict(field: Field, interest: Ints) -> Ints:
    """Give interests without equals: below them the top bits of a product of hashes of both ids."""
    hashes = [
        np.array([_hash(city) for city in cities], dtype=np.uint64)
        for cities in (field.scores.eu, field.scores.partner)
    ]
    mixed = (hashes[0][:, None] * hashes[1][None, :]) >> np.uint64(64 - _TIE_BITS)
    return (interest << _TIE_BITS) + mixed.astype(np.int64)


def _hash(city: City) -> int:
    digest = hashlib.blake2b(city.id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) | 1
