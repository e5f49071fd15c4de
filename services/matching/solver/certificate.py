"""The independent check of a solution: shares no code with what found it.

Promises that a bound which it returns holds for every assignment. For any u, v >= 0 the points of
an allowed assignment x are at most

    sum c_i u_i + sum d_j v_j + sum_i [the c_i largest positive S_ij - u_i - v_j over allowed j]

because every x_ij adds S_ij = (S_ij - u_i - v_j) + u_i + v_j, and x uses row i at most c_i times
and column j at most d_j times (weak duality of linear programmes).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be checked; rows and columns by place, ``points`` None where a pair is barred."""

    points: Sequence[Sequence[int | None]]
    row_capacity: Sequence[int]
    column_capacity: Sequence[int]
    pairs: Sequence[tuple[int, int]]
    row_duals: Sequence[int]
    column_duals: Sequence[int]


def check(claim: Claim) -> tuple[int, int]:
    """Give the claim's objective and the upper bound that its duals prove; equal means optimal.

    Raises:
        ValueError: the pairs are no assignment, or a dual is negative.
    """
    used = Counter(row for row, _ in claim.pairs), Counter(column for _, column in claim.pairs)
    if len(set(claim.pairs)) != len(claim.pairs):
        raise ValueError("a pair is chosen twice")
    if any(n > claim.row_capacity[i] for i, n in used[0].items()):
        raise ValueError("a row is used beyond its capacity")
    if any(n > claim.column_capacity[j] for j, n in used[1].items()):
        raise ValueError("a column is used beyond its capacity")
    if min((*claim.row_duals, *claim.column_duals), default=0) < 0:
        raise ValueError("a dual is negative")
    objective = 0
    for i, j in claim.pairs:
        points = claim.points[i][j]
        if points is None:
            raise ValueError("a barred pair is chosen")
        objective += points
    bound = sum(c * u for c, u in zip(claim.row_capacity, claim.row_duals, strict=True))
    bound += sum(d * v for d, v in zip(claim.column_capacity, claim.column_duals, strict=True))
    for row, c, u in zip(claim.points, claim.row_capacity, claim.row_duals, strict=True):
        gains = [
            s - u - v
            for s, v in zip(row, claim.column_duals, strict=True)
            if s is not None and s - u > v
        ]
        bound += sum(sorted(gains, reverse=True)[:c])
    return objective, bound
