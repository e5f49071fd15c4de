"""Which cities of the reserve lists step in when a re-match is asked for.

A reserve city steps in for a city of the other side that is admitted and without a partner, and
only where those without a partner can't be matched among themselves. Promises the reserve cities of
the highest places that can all get a partner at once: no choice of as many has a better place where
the two first differ.

Source: Gale 1968, "Optimal assignments in an ordered set" (the greedy choice in a transversal
matroid); Berge 1957 (augmenting paths).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.matching.solver.problem import City, Pair

Fits = Callable[[str, str], bool]
"""Whether an EU city and a partner city are a candidate pair at all."""


@dataclass(frozen=True, slots=True)
class Alone:
    """The cities of one side: admitted ones without a partner, and its reserve list in order."""

    admitted: Sequence[str]
    reserves: Sequence[str]


@dataclass(frozen=True, slots=True)
class StandIns:
    """The reserve cities that step in, per side, in the order of the list."""

    eu: tuple[str, ...] = ()
    partner: tuple[str, ...] = ()


def stand_ins(eu: Alone, partner: Alone, fits: Fits) -> StandIns:
    """Choose who steps in; a reserve city never steps in for another."""
    of_eu = _Matching({}, {})
    for_eu = {
        other: [each for each in eu.admitted if fits(each, other)]
        for other in (*partner.admitted, *partner.reserves)
    }
    for other in partner.admitted:
        of_eu.take_in(other, for_eu)
    stepping = tuple(other for other in partner.reserves if of_eu.take_in(other, for_eu))
    of_partner = _Matching(
        {other: each for other, each in of_eu.held.items() if other not in set(stepping)},
        {each: other for each, other in of_eu.holder.items() if other not in set(stepping)},
    )
    for_partner = {
        each: [other for other in partner.admitted if fits(each, other)]
        for each in (*eu.admitted, *eu.reserves)
    }
    back = _Matching(of_partner.holder, of_partner.held)
    return StandIns(
        eu=tuple(each for each in eu.reserves if back.take_in(each, for_partner)),
        partner=stepping,
    )


@dataclass(frozen=True, slots=True)
class _Matching:
    """Who holds whom: ``held`` by holder, ``holder`` by held."""

    held: dict[str, str]
    holder: dict[str, str]

    def take_in(self, start: str, adjacent: Mapping[str, Sequence[str]]) -> bool:
        """Let one more hold somebody, moving others along; give whether that is possible."""
        came: dict[str, str] = {}
        queue = [start]
        for own in queue:
            for other in adjacent[own]:
                if other in came:
                    continue
                came[other] = own
                if other not in self.holder:
                    self._flip(start, other, came)
                    return True
                queue.append(self.holder[other])
        return False

    def _flip(self, start: str, last: str, came: Mapping[str, str]) -> None:
        other: str | None = last
        while other is not None:
            own = came[other]
            freed = self.held.get(own)
            self.holder[other], self.held[own] = own, other
            other = None if own == start else freed


def is_candidate(eu: City, partner: City) -> bool:
    """Tell whether each side seeks something that the other offers.

    Source: the matching design: a pair is a candidate only if A > 0 and B > 0.
    """
    here = {level.topic: level for level in eu.levels}
    shared = [(here[each.topic], each) for each in partner.levels if each.topic in here]
    gains = any(mine.seeks and theirs.offers for mine, theirs in shared)
    gives = any(mine.offers and theirs.seeks for mine, theirs in shared)
    return gains and gives


def between_reserves(chosen: StandIns) -> tuple[Pair, ...]:
    """Give the pairs that would let two reserve cities step in for each other: nobody is served."""
    return tuple(Pair(eu, partner) for eu in chosen.eu for partner in chosen.partner)
