"""Proofs of a choice as data, and whether stored ones hold.

Promises that a certificate is made of figures that the checker itself has computed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.solver.certificate import objective, upper_bound
from services.matching.solver.features import Ints
from services.matching.solver.field import (
    NO_TOPIC,
    Field,
    Option,
    Places,
    Prices,
    Taken,
    above,
    pairs_within,
)
from services.matching.solver.policies import Outcome, Proof, worst_of
from services.matching.solver.problem import City, Pair, Policy, Shape
from services.matching.solver.solution import Certificate, Dual, Goal, QuotaDual, Step, Suggestion


@dataclass(frozen=True, slots=True)
class _Claim:
    goal: Goal
    floor: int
    per_pair: int


def certificate_of(field: Field, found: Outcome) -> Certificate:
    """Give the proofs of an outcome, every figure checked.

    Raises:
        ValueError: the choice breaks a rule; seen never, and never passed off as an answer.
    """
    steps = tuple(_step(field, found.taken, proof) for proof in found.proofs)
    return _summed(steps, len(found.taken))


def holds(field: Field, policy: Policy, taken: Sequence[Taken], certificate: Certificate) -> bool:
    """Tell whether a certificate proves what it says of these pairs; its gap need not be 0."""
    worst = worst_of(field, tuple(taken))
    goals = [step.goal for step in certificate.steps]
    if goals not in _goals(field, policy, worst):
        return False
    try:
        steps = tuple(_step_again(field, taken, step) for step in certificate.steps)
    except ValueError:
        return False
    floors = [step.floor for step in steps if step.goal == "worst"]
    if floors and floors != [(worst or 0) + 1]:
        return False
    if goals == ["pairs", "score"] and worst is not None and not _counted(*steps):
        return False
    return _summed(steps, len(taken)) == certificate


def _goals(field: Field, policy: Policy, worst: int | None) -> list[list[Goal]]:
    """Give the claims that make a policy's choice."""
    if policy in {Policy.BEST_WORST, Policy.LEXIMIN}:
        return [["pairs", "score"] if worst is None else ["pairs", "worst", "score"]]
    return [["score"]] if field.shape is Shape.PAIRS else [["score"], ["pairs", "score"]]


def _counted(most: Step, score: Step) -> bool:
    """Tell whether a bound on choices of so many pairs holds for all: fewer would only be less."""
    return most.objective == most.upper_bound and score.per_pair <= 0


def taken_of(field: Field, chosen: Collection[Pair | Suggestion]) -> tuple[Taken, ...] | None:
    """Give rows, columns and options of pairs; None if the field does not know one of them."""
    rows = {city.id: row for row, city in enumerate(field.scores.eu)}
    columns = {city.id: column for column, city in enumerate(field.scores.partner)}
    taken = []
    for each in chosen:
        pair = each if isinstance(each, Pair) else each.pair
        if pair.eu_city_id not in rows or pair.partner_city_id not in columns:
            return None
        place = rows[pair.eu_city_id], columns[pair.partner_city_id]
        options = [n for n, option in enumerate(field.options) if _fits(field, option, place, each)]
        if not options:
            return None
        taken.append((*place, options[0]))
    return tuple(taken)


def _fits(field: Field, option: Option, place: Places, each: Pair | Suggestion) -> bool:
    """Tell whether a pair is taken by the option; a bare pair by the only one that there is."""
    if isinstance(each, Pair):
        return len(field.options) == 1
    ends = {None: None, "eu": each.pair.eu_city_id, "partner": each.pair.partner_city_id}
    topic = NO_TOPIC if option.topics is None else int(option.topics[place])
    name = None if topic == NO_TOPIC else field.scores.sides[0].topics[topic]
    return (each.hub_city_id, each.lead_topic) == (ends[option.hub], name)


def _step(field: Field, taken: Sequence[Taken], proof: Proof) -> Step:
    claim = _Claim(proof.goal, proof.floor, proof.choice.per_pair)
    return _checked(field, taken, claim, proof.choice.prices)


def _step_again(field: Field, taken: Sequence[Taken], step: Step) -> Step:
    eu, partner, bounds = (
        np.array([dual.points for dual in duals], dtype=np.int64)
        for duals in (step.eu, step.partner, step.quotas)
    )
    claim = _Claim(step.goal, step.floor, step.per_pair)
    return _checked(field, taken, claim, Prices(eu, partner, bounds))


def _checked(field: Field, taken: Sequence[Taken], claim: _Claim, prices: Prices) -> Step:
    higher = above(field, claim.floor)
    if claim.goal == "score":
        gains: list[Ints] = [gain + claim.per_pair for gain in field.gains]
        total = objective(higher, gains, taken)
        bound = upper_bound(higher, gains, prices)
    else:
        if claim.per_pair < 1:
            raise ValueError("a pair must count where pairs are counted")
        counted = np.full(field.dimensions, claim.per_pair, dtype=np.int64)
        total = len(taken)
        bound = upper_bound(higher, [counted] * len(field.options), prices)
        bound = pairs_within(field, bound, claim.per_pair)
    return Step(
        claim.goal,
        claim.floor,
        claim.per_pair,
        total,
        bound,
        _duals(field.scores.eu, prices.rows),
        _duals(field.scores.partner, prices.columns),
        tuple(
            QuotaDual(bound.name, points)
            for bound, points in zip(field.bounds, prices.bounds.tolist(), strict=True)
        ),
    )


def _summed(steps: tuple[Step, ...], pairs: int) -> Certificate:
    last = steps[-1]
    paid = last.per_pair * pairs
    return Certificate(last.objective - paid, last.upper_bound - paid, steps)


def _duals(cities: Sequence[City], values: Ints) -> tuple[Dual, ...]:
    return tuple(Dual(city.id, value) for city, value in zip(cities, values.tolist(), strict=True))
