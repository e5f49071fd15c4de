"""The whole score matrix above our own limit: only for peers that cannot do without it."""

from dataclasses import replace

import numpy as np

from services.matching.solver.features import Bools, Ints
from services.matching.solver.problem import MAX_CITIES_PER_SIDE, Problem
from services.matching.solver.scores import score_all


def dense_scores(problem: Problem) -> tuple[Ints, Bools]:
    """Score all pairs block by block into one matrix of ``len(eu)`` by ``len(partner)``."""
    eu = tuple(sorted(problem.eu, key=lambda city: city.id))
    partner = tuple(sorted(problem.partner, key=lambda city: city.id))
    points = np.zeros((len(eu), len(partner)), dtype=np.int64)
    mutual = np.zeros(points.shape, dtype=np.bool_)
    step = MAX_CITIES_PER_SIDE
    for row in range(0, len(eu), step):
        for column in range(0, len(partner), step):
            part = replace(
                problem, eu=eu[row : row + step], partner=partner[column : column + step]
            )
            block = score_all(part)
            place = slice(row, row + step), slice(column, column + step)
            points[place], mutual[place] = block.points, block.mutual
    return points, mutual
