"""From a problem to its proven, explained solution: the one call that a round's worker makes.

Promises that a solution which it returns was checked by ``certificate``, and that shuffled input
gives the same bytes.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from services.matching.solver.assignment import Hopeless
from services.matching.solver.features import Ints
from services.matching.solver.field import NO_TOPIC, Field, Places, Taken, field_of
from services.matching.solver.large import too_large
from services.matching.solver.parts import Criteria, criteria, explain
from services.matching.solver.policies import Outcome, choose, worst_of
from services.matching.solver.problem import MAX_CITIES_PER_SIDE, Pair, Problem, Shape, unsupported
from services.matching.solver.proofs import certificate_of, holds, taken_of
from services.matching.solver.reasons.conflict import smallest_conflict
from services.matching.solver.reasons.verdict import settled
from services.matching.solver.scores import Hub, score_all
from services.matching.solver.solution import Certificate, Infeasible, Solution, Suggestion
from services.matching.solver.ties import tie_break

Stage = Literal["scoring", "assignment", "proof", "reasons"]


def solve(
    problem: Problem,
    report: Callable[[Stage], None] = lambda _: None,
    *,
    floor: int | None = None,
) -> Solution | Infeasible:
    """Choose the pairs by the problem's policy among all choices that keep its rules.

    ``report`` is told each stage as it begins. With a ``floor`` the policy is: among pairs scored
    that or more, the most pairs, then the greatest total.
    """
    if max(len(problem.eu), len(problem.partner)) > MAX_CITIES_PER_SIDE:
        return _large(problem, report)
    barred = unsupported(problem.rules, max(len(problem.eu), len(problem.partner)))
    if barred is not None:
        return Infeasible(barred)
    if _contradicts(problem):
        return smallest_conflict(problem)
    report("scoring")
    scores = score_all(problem)
    field = field_of(problem, scores)
    report("assignment")
    found = choose(problem, field, floor)
    if isinstance(found, Hopeless) or not found.taken:
        return smallest_conflict(problem, scores) if floor is None else Infeasible(_HOPELESS)
    free = _free(problem, found, floor)
    report("proof")
    certificate = certificate_of(field, found)
    report("reasons")
    solution = Solution(
        _suggestions(problem, field, found, free),
        certificate,
        certificate.objective if free is None else sum(free.values()),
        worst=worst_of(field, found.taken) or 0,
    )
    return settled(problem, solution, field)


_HOPELESS = "Not all rules can be kept at once among pairs that score so much."


def _large(problem: Problem, report: Callable[[Stage], None]) -> Solution | Infeasible:
    """Solve a round whose scores don't fit into memory all at once."""
    reason = too_large(problem)
    if reason is not None:
        return Infeasible(reason)
    # The packages that this needs are not installed everywhere.
    from services.matching.solver.large.solve import solve_large  # noqa: PLC0415 - see above

    def told(what: str) -> None:
        report("proof" if what == "proof" else "reasons" if what == "reasons" else "assignment")

    return solve_large(problem, told)


def reprove(
    problem: Problem, chosen: Collection[Pair | Suggestion], certificate: Certificate
) -> bool:
    """Tell whether a stored certificate proves what it says of the stored pairs.

    Scores are made anew from the problem; only the checker's word counts. Where pairs have hubs or
    lead topics, these must be told by suggestions.
    """
    field = field_of(problem, score_all(problem))
    taken = taken_of(field, chosen)
    return taken is not None and holds(field, problem.rules.policy, taken, certificate)


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    field: Field
    locked: frozenset[Places]
    free: frozenset[Places]
    """The pairs of the choice without any lock."""
    by: Mapping[Hub | None, Criteria]
    others: Ints
    """The best score of each free candidate that was not chosen, -1 elsewhere."""


def _contradicts(problem: Problem) -> bool:
    """Tell whether locks can't be kept for reasons that show without scores."""
    capacity = {city.id: city.capacity for city in (*problem.eu, *problem.partner)}
    used = Counter(lock.eu_city_id for lock in problem.locks)
    used += Counter(lock.partner_city_id for lock in problem.locks)
    return (
        not problem.eu
        or not problem.partner
        or not set(problem.locks).isdisjoint(problem.vetoes)
        or not capacity.keys() >= used.keys()
        or (
            problem.rules.shape is Shape.PAIRS
            and any(number > capacity[city_id] for city_id, number in used.items())
        )
    )


def _free(problem: Problem, found: Outcome, floor: int | None) -> Mapping[Places, int] | None:
    """Give the pairs of the choice without any lock, and what each gains; None if there is none."""
    scores = found.field.scores
    if problem.locks:
        field = field_of(replace(problem, locks=()), scores)
        again = choose(replace(problem, locks=()), field, floor)
        if isinstance(again, Hopeless):
            return None
        found = again
    gains = found.field.gains
    return {(i, j): int(gains[o][i, j]) for i, j, o in found.taken}


def _suggestions(
    problem: Problem, field: Field, found: Outcome, free: Mapping[Places, int] | None
) -> tuple[Suggestion, ...]:
    """Give the chosen pairs with their reasons, best score first."""
    by = {option.hub: criteria(problem, option.hub) for option in field.options}
    others = _not_taken(field, found.taken)
    choice = _Choice(field, frozenset(field.locks), frozenset(free or ()), by, others)
    chosen = [_suggestion(choice, taken) for taken in found.taken]
    chosen.sort(key=lambda each: (-each.score, each.pair.eu_city_id, each.pair.partner_city_id))
    return tuple(chosen)


def _suggestion(choice: _Choice, taken: Taken) -> Suggestion:
    row, column, number = taken
    field, option = choice.field, choice.field.options[number]
    eu, partner = field.scores.eu[row], field.scores.partner[column]
    score, parts = explain(eu, partner, choice.by[option.hub])
    topic = NO_TOPIC if option.topics is None else int(option.topics[row, column])
    return Suggestion(
        pair=Pair(eu.id, partner.id),
        score=score,
        parts=parts,
        locked=(row, column) in choice.locked,
        chosen_freely=(row, column) in choice.free,
        runner_up_city_id=_runner_up(choice, row),
        bonus=int(field.bonus[row, column]),
        lead_topic=None if topic == NO_TOPIC else field.scores.sides[0].topics[topic],
        hub_city_id={None: None, "eu": eu.id, "partner": partner.id}[option.hub],
    )


def _not_taken(field: Field, taken: Collection[Taken]) -> Ints:
    """Give the best score of each free candidate that was not chosen, -1 elsewhere."""
    best: Ints = np.full(field.dimensions, -1, dtype=np.int64)
    for option in field.options:
        np.maximum(best, option.points, out=best, where=option.allowed)
    for row, column, _ in taken:
        best[row, column] = -1
    return best


def _runner_up(choice: _Choice, row: int) -> str | None:
    """Give the EU city's best candidate that it did not get; the tie-break decides of equals."""
    points, scores = choice.others[row], choice.field.scores
    top = points.max(initial=-1)
    if top < 0:
        return None
    best = [scores.partner[column].id for column in np.flatnonzero(points == top).tolist()]
    return max(best, key=lambda city_id: tie_break(scores.eu[row].id, city_id))
