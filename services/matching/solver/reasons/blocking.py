"""Pairs of cities that would both rather have each other than what the round gave them.

Each city judges by its own interest alone: what it seeks and the other offers, and whom it prefers.
It gives up the partner that it likes least for one that it likes more, or takes one more where it
has a place; it cannot give up a decided one. What a rule bars does not block, nor what a full quota
does (``unbarred``); a pair that only the policy's floor keeps out does.

Source: Gale, Shapley 1962, "College Admissions and the Stability of Marriage"; the matching design
("Blocking is judged by each side's own interest").
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.features import Bools, Ints
from services.matching.solver.field import Field, Taken, counts, covers
from services.matching.solver.problem import Pair, Shape
from services.matching.solver.solution import MAX_BLOCKING, Blocking


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """What both cities of each pair would gain by it, in their own interest; by (row, column)."""

    eu: Ints
    partner: Ints
    blocks: Bools
    """Where nothing bars the pair and both gain."""

    def of_eu(self, row: int) -> "Wishes":
        """Keep what one EU city is in."""
        only = np.zeros_like(self.blocks)
        only[row] = self.blocks[row]
        return replace(self, blocks=only)

    def of_partner(self, column: int) -> "Wishes":
        """Keep what one partner city is in."""
        only = np.zeros_like(self.blocks)
        only[:, column] = self.blocks[:, column]
        return replace(self, blocks=only)


def wishes(field: Field, chosen: Bools, interests: tuple[Ints, Ints]) -> Wishes:
    """Tell who would rather have whom.

    ``chosen`` are all pairs, locked ones too; ``interests`` what each pair is worth to its EU city
    alone and to its partner city alone. In groups a city has a place only while it is in none.
    """
    kept = chosen.copy()
    for place in field.locks:
        kept[place] = False
    used = chosen.sum(axis=1), chosen.sum(axis=0)
    if field.shape is Shape.PAIRS:
        full = used[0] >= field.row_places, used[1] >= field.column_places
    else:
        full = used[0] > 0, used[1] > 0
    eu = interests[0] - _given_up(interests[0], kept, full[0])[:, None]
    partner = interests[1] - _given_up(interests[1].T, kept.T, full[1])[None, :]
    allowed = np.any([option.allowed for option in field.options], axis=0)
    return Wishes(eu, partner, allowed & ~chosen & (eu > 0) & (partner > 0))


def blocking(field: Field, found: Wishes) -> tuple[tuple[Blocking, ...], int]:
    """Give the blocking pairs with the greatest lesser gain, at most ``MAX_BLOCKING``, and count.

    Among equals the greater sum of gains comes first, and then the order of ids.
    """
    rows, columns = np.nonzero(found.blocks)
    eu, partner = found.eu[rows, columns], found.partner[rows, columns]
    lesser = np.minimum(eu, partner)
    if len(lesser) > MAX_BLOCKING:
        least = np.partition(lesser, -MAX_BLOCKING)[-MAX_BLOCKING]
        (near,) = np.nonzero(lesser >= least)
    else:
        near = np.arange(len(lesser))
    order = near[np.lexsort((-(eu + partner)[near], -lesser[near]))]
    listed = tuple(
        Blocking(
            Pair(field.scores.eu[rows[n]].id, field.scores.partner[columns[n]].id),
            int(eu[n]),
            int(partner[n]),
        )
        for n in order[:MAX_BLOCKING]
    )
    return listed, len(lesser)


def unbarred(field: Field, taken: Collection[Taken]) -> Bools:
    """Tell which pairs are open: one that only counts within full quotas is barred by them."""
    open_to = np.zeros(field.dimensions, dtype=np.bool_)
    full = [
        bound
        for bound in field.bounds
        if bound.most is not None
        and sum(counts(bound, field.options[o], (i, j)) for i, j, o in taken) >= bound.most
    ]
    for option in field.options:
        barred = np.zeros(field.dimensions, dtype=np.bool_)
        for bound in full:
            barred |= covers(bound, option)
        open_to |= option.allowed & ~barred
    return open_to


def _given_up(interest: Ints, kept: Bools, full: Bools) -> Ints:
    """Give by row what its city would give up for another: nothing, or the least of its partners.

    A full city that can give up nobody gains by nothing.
    """
    least = np.where(kept, interest, _NEVER).min(axis=1, initial=_NEVER)
    return np.where(full, least, 0)


_NEVER = np.int64(2**40)
# More than any interest.
