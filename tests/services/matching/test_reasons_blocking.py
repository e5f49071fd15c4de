"""Blocking pairs against their definition, city by city."""

import random
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.solver.features import Bools
from services.matching.solver.field import Field, field_of
from services.matching.solver.problem import Problem, Quota, Rules, Selection, Weights
from services.matching.solver.reasons.blocking import blocking, wishes
from services.matching.solver.scores import interests, score_all
from services.matching.solver.solution import MAX_BLOCKING, Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import city, problems

FAST = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Place = tuple[int, int]


def _some_choice(field: Field, chance: random.Random) -> Bools:
    """Give an assignment that keeps locks and capacities, without any aim."""
    chosen = np.zeros(field.dimensions, dtype=np.bool_)
    free = [(int(i), int(j)) for i, j in zip(*np.nonzero(field.options[0].allowed), strict=True)]
    chance.shuffle(free)
    for i, j in (*field.locks, *free[: chance.randint(0, len(free))]):
        room = chosen[i].sum() < field.row_places[i] and chosen[:, j].sum() < field.column_places[j]
        chosen[i, j] |= room
    return chosen


def _gain(wish: int, partners: Collection[tuple[int, bool]], capacity: int) -> int:
    """Give what a city gains by one more partner; partners are (interest, whether decided)."""
    if len(partners) < capacity:
        return wish
    loose = [interest for interest, decided in partners if not decided]
    return wish - min(loose) if loose else 0


@given(problems(), st.randoms(use_true_random=False))
@FAST
def test_pairs_block_if_both_cities_gain_by_their_own_interest(
    problem: Problem, chance: random.Random
) -> None:
    field = field_of(problem, score_all(problem))
    chosen = _some_choice(field, chance)
    mine, theirs = interests(problem)
    rows, columns = field.dimensions
    expected: dict[Place, tuple[int, int]] = {}
    for i, j in np.argwhere(field.options[0].allowed & ~chosen).tolist():
        row = [(int(mine[i, k]), (i, k) in field.locks) for k in range(columns) if chosen[i, k]]
        column = [(int(theirs[k, j]), (k, j) in field.locks) for k in range(rows) if chosen[k, j]]
        gains = (
            _gain(int(mine[i, j]), row, int(field.row_places[i])),
            _gain(int(theirs[i, j]), column, int(field.column_places[j])),
        )
        if min(gains) > 0:
            expected[i, j] = gains

    listed, count = blocking(field, wishes(field, chosen, (mine, theirs)))

    eu, partner = field.scores.eu, field.scores.partner
    names = {(eu[i].id, partner[j].id): gains for (i, j), gains in expected.items()}
    found = {
        (each.pair.eu_city_id, each.pair.partner_city_id): (each.eu_gain, each.partner_gain)
        for each in listed
    }
    assert (found, count) == (names, len(names))
    lesser = [min(each.eu_gain, each.partner_gain) for each in listed]
    assert lesser == sorted(lesser, reverse=True)


def test_of_many_blocking_pairs_the_greatest_are_listed_and_all_counted() -> None:
    eu = tuple(city(f"e{n:02}", ("water", 1 + n % 5, 3)) for n in range(20))
    partner = tuple(city(f"p{n:02}", ("water", 3, 1 + n % 4)) for n in range(20))
    problem = Problem(eu, partner, Weights())
    field = field_of(problem, score_all(problem))
    nobody = np.zeros(field.dimensions, dtype=np.bool_)
    found = wishes(field, nobody, interests(problem))

    listed, count = blocking(field, found)

    lesser = np.minimum(found.eu, found.partner)[found.blocks]
    assert count == 400
    assert len(listed) == MAX_BLOCKING
    best = sorted(lesser.tolist(), reverse=True)[:MAX_BLOCKING]
    assert [min(each.eu_gain, each.partner_gain) for each in listed] == best


def test_pair_that_a_full_quota_bars_does_not_block() -> None:
    eu = tuple(replace(city(f"e{n}", ("water", 4, 4)), country="DE") for n in range(2))
    partner = tuple(city(f"p{n}", ("water", 4, 4)) for n in range(2))
    quotas = (Quota("DE", Selection(eu_country="DE"), most=1),)
    limited = solve(Problem(eu, partner, Weights(), rules=Rules(quotas=quotas)))
    assert isinstance(limited, Solution)

    assert len(limited.suggestions) == 1
    assert (limited.blocking, limited.blocking_count) == ((), 0)
