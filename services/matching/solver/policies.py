"""Which of all choices that keep the rules is taken: the policies, and what each one proves.

Promises that every claim of an outcome has its own proof, and says so where one is not complete.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.assignment import Ask, Hopeless, best_option
from services.matching.solver.certificate import upper_bound
from services.matching.solver.features import Ints
from services.matching.solver.field import (
    Field,
    Taken,
    above,
    locked,
    no_prices,
    pairs_within,
)
from services.matching.solver.leximin import leximin
from services.matching.solver.maximum import (
    COARSE,
    Choice,
    counting,
    maximise,
    most_pairs,
    so_many_pairs,
    unreachable,
)
from services.matching.solver.problem import ONE_POINT, Policy, Problem, Shape
from services.matching.solver.scores import interests
from services.matching.solver.solution import Goal
from services.matching.solver.stability import nearly_stable, stable


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """A claim on the pairs scored ``floor`` or more; for ``worst`` the choice is the best there."""

    goal: Goal
    floor: int
    choice: Choice


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What was chosen, and the claims that make it the policy's choice; the last is the score's."""

    field: Field
    taken: tuple[Taken, ...]
    proofs: tuple[Proof, ...]


def choose(problem: Problem, field: Field, floor: int | None = None) -> Outcome | Hopeless:
    """Choose by the problem's policy; with a floor, by number of pairs and score above it alone."""
    if floor is not None:
        return most_then_score(field, floor)
    return _POLICIES[problem.rules.policy](problem, field)


def most_then_score(field: Field, floor: int) -> Outcome | Hopeless:
    """Choose for the most pairs, then the greatest total, among pairs scored the floor or more."""
    higher = above(field, floor)
    most = most_pairs(higher)
    if isinstance(most, Hopeless):
        return most
    return _scored(higher, floor, most, (Proof("pairs", floor, most),))


def worst_of(field: Field, taken: tuple[Taken, ...]) -> int | None:
    """Give the lowest score among the pairs that are no locks; None where there are none."""
    locks = set(field.locks)
    return min(
        (int(field.options[o].points[i, j]) for i, j, o in taken if (i, j) not in locks),
        default=None,
    )


def _max_score(_: Problem, field: Field) -> Outcome | Hopeless:
    """With hubs, too, no city is shared: that there can't be more pairs is a claim of its own."""
    if field.shape is not Shape.PAIRS:
        most = most_pairs(field)
        if isinstance(most, Choice):
            best = maximise(Ask(field, field.gains, len(most.taken), most.taken))
            proven = len(most.taken) == pairs_within(field, most.bound, most.per_pair)
            if isinstance(best, Choice) and best.per_pair <= 0 and proven:
                proofs = Proof("pairs", 0, most), Proof("score", 0, best)
                return Outcome(field, best.taken, proofs)
    best = maximise(Ask(field, field.gains))
    if isinstance(best, Hopeless):
        return best
    return Outcome(field, best.taken, (Proof("score", 0, best),))


def _best_worst(_: Problem, field: Field) -> Outcome | Hopeless:
    most = most_pairs(field)
    if isinstance(most, Hopeless):
        return most
    proofs: tuple[Proof, ...] = (Proof("pairs", 0, most),)
    worst = worst_of(field, most.taken)
    if worst is None:
        return _scored(field, 0, most, proofs)
    known = most
    while True:
        found, proof = _highest_floor(field, known, worst)
        floor = worst_of(field, found.taken) or 0
        outcome = _scored(above(field, floor), floor, found, (*proofs, proof))
        worst = None if isinstance(outcome, Hopeless) else worst_of(field, outcome.taken)
        if isinstance(outcome, Hopeless) or worst is None or worst <= floor:
            return outcome
        known = replace(found, taken=outcome.taken)  # what a search cut short has missed


def _highest_floor(field: Field, most: Choice, worst: int) -> tuple[Choice, Proof]:
    """Raise the floor as long as the number of pairs stays the same, by bisection.

    Gives the choice whose worst pair is best, and why the next higher floor has fewer pairs.
    """
    best, number, top = most, len(most.taken), _top(field)
    low, high = worst, max(worst, _within_reach(field, number))
    while low < high:
        floor = (low + high + 1) // 2
        found = so_many_pairs(above(field, floor), best, number)
        if found is None:
            high = floor - 1
        else:
            best = replace(best, taken=found)
            low = worst_of(field, found) or floor
    if high == top:
        return best, Proof("worst", top + 1, Choice((), 0, len(field.locks), no_prices(field), 1))
    beyond = above(field, high + 1)
    proof = _less(beyond, most_pairs(beyond, best, number))
    return best, Proof("worst", high + 1, proof)


def _less(field: Field, found: Choice | Hopeless) -> Choice:
    """Give a choice's bound on the number of pairs, or one that follows from there being none."""
    if isinstance(found, Choice):
        return found
    prices = unreachable(field, found)
    return Choice((), 0, upper_bound(field, counting(field, COARSE), prices), prices, COARSE)


def _scored(
    field: Field, floor: int, most: Choice, before: tuple[Proof, ...]
) -> Outcome | Hopeless:
    """Choose for the greatest total among choices of so many pairs, one of which is known."""
    ask = Ask(field, field.gains, len(most.taken), most.taken)
    best = maximise(ask)
    if isinstance(best, Hopeless):
        return best
    return Outcome(field, best.taken, (*before, Proof("score", floor, best)))


def _top(field: Field) -> int:
    """Give the highest score of a free candidate; 0 where there is none."""
    return max(
        int(np.max(option.points, where=option.allowed, initial=0)) for option in field.options
    )


def _within_reach(field: Field, number: int) -> int:
    """Give a floor above which there are not so many pairs: too few cities are scored so much.

    Each side by itself: so many of its cities' best scores, as many of each as it has places, must
    reach a floor.
    """
    needed, keep = number - len(field.locks), locked(field)
    if needed <= 0:
        return _top(field)
    scores = best_option(field, [option.points for option in field.options])
    left = field.row_places - keep.sum(axis=1), field.column_places - keep.sum(axis=0)
    return min(_nth(scores, left[0], needed), _nth(scores.T, left[1], needed))


def _nth(scores: Ints, places: Ints, needed: int) -> int:
    """Give the n-th best among the best scores of all rows, as many of each as it has places."""
    most = min(int(places.max(initial=0)), scores.shape[1])
    best = -np.sort(np.partition(-scores, most - 1, axis=1)[:, :most], axis=1)
    counted = best[np.arange(most) < places[:, None]]
    return int(np.partition(counted, len(counted) - needed)[len(counted) - needed])


def _leximin(problem: Problem, field: Field) -> Outcome | Hopeless:
    """Level by level; the proofs are those of BEST_WORST, whose gap says what the levels cost."""
    first = _best_worst(problem, field)
    if isinstance(first, Hopeless):
        return first
    floor = first.proofs[-1].floor
    if worst_of(field, first.taken) is None:
        return first
    taken = leximin(field, len(first.taken), floor)
    return Hopeless(None) if taken is None else replace(first, taken=taken)


def _nearly_stable(problem: Problem, field: Field) -> Outcome | Hopeless:
    threshold = problem.rules.stability_points * ONE_POINT
    found = nearly_stable(field, interests(problem, field.scores.sides), threshold)
    if isinstance(found, Hopeless):
        return found
    return Outcome(field, found.taken, (Proof("score", 0, found),))


def _stable(problem: Problem, field: Field) -> Outcome | Hopeless:
    """The proof is that of the greatest total; its gap says what being stable costs."""
    best = _max_score(problem, field)
    if isinstance(best, Hopeless):
        return best
    return replace(best, taken=stable(field, interests(problem, field.scores.sides)))


_POLICIES: dict[Policy, Callable[[Problem, Field], Outcome | Hopeless]] = {
    Policy.BEST_WORST: _best_worst,
    Policy.MAX_SCORE: _max_score,
    Policy.NEAR_STABLE: _nearly_stable,
    Policy.STABLE: _stable,
    Policy.LEXIMIN: _leximin,
}
