"""Rounds of made-up cities, as many as wanted, the same for the same seed."""

import random
from dataclasses import replace

from services.matching.solver.problem import Problem, Weights
from tests.services.matching.problems import city


def town(seed: int, side: int = 5) -> Problem:
    """Give cities ``e0`` and ``p0`` onwards with levels in three topics."""
    chance = random.Random(seed)
    topics, level = ("air", "heat", "waste"), chance.randint
    eu, partner = (
        tuple(
            replace(
                city(f"{name}{n}", *((t, level(0, 5), level(0, 5)) for t in topics)),
                population=chance.randint(50_000, 3_000_000),
                zone_half_hours=chance.randint(-6, 12),
            )
            for n in range(side)
        )
        for name in "ep"
    )
    return Problem(eu, partner, Weights())
