"""One pair's score and the parts that explain it.

Promises that the parts sum exactly to the score, and that the score is that of ``scores``: the same
operations in the same order.
"""

import math
from dataclasses import dataclass

import numpy as np

from services.matching.solver.features import primary, size
from services.matching.solver.problem import City, Mean, Pair, Problem, Shape, Weights
from services.matching.solver.scores import (
    HALF_SATURATION,
    MATURITY_REACH,
    MEANS,
    SIZE_REACH,
    UNIT,
    ZONE_REACH,
    Hub,
)
from services.matching.solver.solution import Part


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a pair is judged by; ``hub`` where the score is that of a mentor's learner."""

    weights: Weights
    mean: Mean = Mean.GEOMETRIC
    met: frozenset[Pair] = frozenset()
    hub: Hub | None = None


def criteria(problem: Problem, hub: Hub | None = None) -> Criteria:
    """Give what pairs of the problem are judged by; the hub's side counts for mentors only."""
    mentor = hub if problem.rules.shape is Shape.MENTORS else None
    return Criteria(problem.weights, problem.rules.mean, frozenset(problem.met), mentor)


def explain(eu: City, partner: City, by: Criteria) -> tuple[int, tuple[Part, ...]]:
    """Give a pair's score and its parts: topics first, best first, then the other reasons.

    The mutual part is split over the topics in proportion to what is sought times what is offered;
    with a mentor only what the learner seeks counts. Reasons without a weight are left out.
    """
    mine = {level.topic: level for level in eu.levels}
    both = [(mine[theirs.topic], theirs) for theirs in partner.levels if theirs.topic in mine]
    wanted = {a.topic: a.seeks * b.offers for a, b in both if by.hub != "eu"}
    given = {a.topic: a.offers * b.seeks for a, b in both if by.hub != "partner"}
    mean = MEANS[by.mean] if by.hub is None else np.maximum
    directions = (_sat(sum(wanted.values())), _sat(sum(given.values())))
    mutual = by.weights.mutual * float(mean(*map(np.asarray, directions)))
    shares = {t: wanted.get(t, 0) + given.get(t, 0) for t in (wanted | given)} if mutual else {}
    topics = {a.topic for a, b in both if a.seeks * b.offers + a.offers * b.seeks}
    peer = sum(a.seeks * b.seeks for a, b in both)
    others = {
        name: weight * value
        for name, weight, value in _reasons(eu, partner, by, (_sat(peer), topics))
        if weight
    }
    total = mutual
    for value in others.values():
        total += value
    score = math.floor(UNIT * total + 0.5)
    named = sorted((topic for topic in shares if shares[topic]), key=lambda t: (-shares[t], t))
    whole = sum(shares.values())
    split = {f"topic:{t}": mutual * shares[t] / whole for t in named}
    return score, _rounded_to(score, split | others)


def _reasons(
    eu: City, partner: City, by: Criteria, shared: tuple[float, set[str]]
) -> tuple[tuple[str, int, float], ...]:
    """Give name, weight and value of all reasons but the first, in the order of the sum."""
    weights, (peer, topics) = by.weights, shared
    projects = bool(topics.intersection(eu.projects)) + bool(topics.intersection(partner.projects))
    prefers = (partner.country in eu.prefers) + (eu.country in partner.prefers)
    zones = eu.zone_half_hours, partner.zone_half_hours
    maturities = eu.maturity, partner.maturity
    return (
        ("peer", weights.peer, peer),
        ("size", weights.size, _nearness(size(eu), size(partner), SIZE_REACH)),
        ("language", weights.language, float(bool(primary(eu) & primary(partner)))),
        ("zone", weights.zone, _nearness(*zones, ZONE_REACH)),
        ("project", weights.project, projects / 2),
        ("maturity", weights.maturity, _nearness(*maturities, MATURITY_REACH)),
        ("preference", weights.preference, prefers / 2),
        ("novelty", weights.novelty, float(Pair(eu.id, partner.id) not in by.met)),
    )


def _rounded_to(total: int, exact: dict[str, float]) -> tuple[Part, ...]:
    """Round by largest remainder, so that the parts sum to ``total``; ties go to the first."""
    scaled = {name: value * UNIT for name, value in exact.items()}
    floors = {name: math.floor(value) for name, value in scaled.items()}
    left = total - sum(floors.values())
    by_remainder = sorted(scaled, key=lambda name: floors[name] - scaled[name])
    for name in by_remainder[: max(left, 0)]:
        floors[name] += 1
    return tuple(Part(name, points) for name, points in floors.items())


def _sat(product: int) -> float:
    return product / (product + HALF_SATURATION)


def _nearness(one: int | None, other: int | None, reach: int) -> float:
    if one is None or other is None:
        return 0.0
    return max(0.0, 1.0 - abs(one - other) / reach)
