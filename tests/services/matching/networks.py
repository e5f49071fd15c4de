"""Small assignments for the tests of reasons, and the plainest way to judge them: trying all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from services.matching.solver.features import Bools, Ints
from services.matching.solver.reasons.network import Network

Choice = frozenset[tuple[int, int]]
Value = tuple[int, int]
"""Number of pairs, if it comes first, and total of gains."""


@dataclass(frozen=True, eq=False)
class Case:
    """An assignment problem; ``weight`` 1 puts the number of pairs first, 0 leaves it out."""

    gains: Ints
    allowed: Bools
    row_places: tuple[int, ...]
    column_places: tuple[int, ...]
    weight: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to 12 pairs with few different gains, so that many choices are equally good."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    gains = st.lists(st.integers(1, 6), min_size=columns, max_size=columns)
    allowed = st.lists(st.booleans(), min_size=columns, max_size=columns)
    places = st.integers(1, 2)
    return Case(
        np.array([draw(gains) for _ in range(rows)], dtype=np.int64),
        np.array([draw(allowed) for _ in range(rows)], dtype=np.bool_),
        tuple(draw(places) for _ in range(rows)),
        tuple(draw(places) for _ in range(columns)),
        draw(st.integers(0, 1)),
    )


def choices(case: Case, also: tuple[int, int] | None = None) -> Iterator[Choice]:
    """Give all assignments of allowed pairs; ``also`` is taken for allowed."""
    pairs = [(int(i), int(j)) for i, j in zip(*np.nonzero(case.allowed), strict=True)]
    if also is not None and also not in pairs:
        pairs.append(also)
    left = [*case.row_places], [*case.column_places]
    yield from _choices(pairs, left, frozenset())


def _choices(
    pairs: Sequence[tuple[int, int]], left: tuple[list[int], list[int]], so_far: Choice
) -> Iterator[Choice]:
    if not pairs:
        yield so_far
        return
    (i, j), *others = pairs
    yield from _choices(others, left, so_far)
    if left[0][i] and left[1][j]:
        left[0][i] -= 1
        left[1][j] -= 1
        yield from _choices(others, left, so_far | {(i, j)})
        left[0][i] += 1
        left[1][j] += 1


def value(case: Case, choice: Choice) -> Value:
    return case.weight * len(choice), sum(int(case.gains[place]) for place in choice)


def price_of_a_pair(case: Case, number: int) -> int:
    """Give the least that a pair must be worth for one pair fewer to be no better; may be below 0.

    The price that a proof among choices of so many pairs comes with.
    """
    best = [max(value(case, c)[1] for c in choices(case) if len(c) == n) for n in range(number + 1)]
    return best[-2] - best[-1] if number else 0


def proven(case: Case, choice: Choice) -> Network:
    """Give the network of an optimal choice, with duals from the residual network (all integers).

    Its distances from the hub under the gains alone are the negative duals of columns and the duals
    of rows (Bellman and Ford's method): a choice that is not the best has a cycle below 0.
    """
    gains = case.gains + case.weight * price_of_a_pair(case, len(choice))
    rows, columns = gains.shape
    hub = rows + columns
    used = [sum(i == r for i, _ in choice) for r in range(rows)]
    used += [sum(j == c for _, j in choice) for c in range(columns)]
    places = (*case.row_places, *case.column_places)
    arcs = []
    for node in range(hub):
        ways = (hub, node), (node, hub)
        arcs += [(*ways[node >= rows], 0)] * (used[node] < places[node])
        arcs += [(*ways[node < rows], 0)] * (used[node] > 0)
    for i, j in zip(*np.nonzero(case.allowed), strict=True):
        gain, column = int(gains[i, j]), rows + int(j)
        chosen = (int(i), int(j)) in choice
        arcs.append((column, int(i), gain) if chosen else (int(i), column, -gain))
    far = 10**9
    distance = [far] * hub + [0]
    for _ in range(hub + 1):
        for tail, head, cost in arcs:
            if distance[tail] < far:
                distance[head] = min(distance[head], distance[tail] + cost)
    duals = [max(0, d if d < far else 0) for d in distance[:rows]]
    duals += [max(0, -d if d < far else 0) for d in distance[rows:hub]]
    return Network(
        gains,
        case.allowed,
        np.array(case.row_places),
        np.array(case.column_places),
        _marked(case, choice),
        np.array(duals[:rows]),
        np.array(duals[rows:]),
    )


def _marked(case: Case, choice: Choice) -> Bools:
    marked = np.zeros(case.gains.shape, dtype=np.bool_)
    for place in choice:
        marked[place] = True
    return marked
