"""Losses, firmness and uniqueness against trying every assignment."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from services.matching.solver.reasons import uniqueness
from services.matching.solver.reasons.network import (
    UNREACHED,
    WORTH_OF_A_PAIR,
    Network,
    Residual,
    pairs_first,
    paths_from,
    residual_of,
)
from services.matching.solver.reasons.uniqueness import firmness, replaceable
from tests.services.matching.networks import (
    Case,
    Choice,
    Value,
    cases,
    choices,
    price_of_a_pair,
    proven,
    value,
)

FAST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _best(case: Case) -> tuple[Choice, Residual]:
    """Give an optimal choice and its arcs, with the number of pairs first if the case wants so."""
    choice = max(choices(case), key=lambda each: value(case, each))
    network = proven(case, choice)
    lifted = pairs_first(network, price_of_a_pair(case, len(choice))) if case.weight else network
    assert lifted is not None
    residual = residual_of(lifted)
    assert residual is not None
    return choice, residual


def _cost(one: Value, other: Value) -> int:
    return WORTH_OF_A_PAIR * (one[0] - other[0]) + one[1] - other[1]


@given(cases())
@FAST
def test_loss_of_every_pair_is_that_of_forcing_it(case: Case) -> None:
    choice, residual = _best(case)
    rows, columns = case.gains.shape

    for j in range(columns):
        paths = paths_from(residual, rows + j)
        for i in range(rows):
            if (i, j) in choice:
                continue
            forced = max(value(case, c) for c in choices(case, (i, j)) if (i, j) in c)
            loss = int(paths.distance[i]) + int(residual.slack[i, j])
            assert loss == _cost(value(case, choice), forced)
            leaves, comes = paths.to(i)
            after = choice - set(leaves) | {(i, j), *comes}
            assert after in set(choices(case, (i, j)))
            assert value(case, after) == forced


@given(cases())
@FAST
def test_ways_to_a_city_found_backwards_are_as_cheap(case: Case) -> None:
    _, residual = _best(case)
    rows, columns = case.gains.shape

    for i in range(rows):
        back = paths_from(residual.reversed(), columns + i)
        forth = [int(paths_from(residual, rows + j).distance[i]) for j in range(columns)]
        assert back.distance[:columns].tolist() == forth


@given(cases())
@FAST
def test_doing_without_a_pair_costs_what_barring_it_costs(case: Case) -> None:
    choice, residual = _best(case)

    for i, j in choice:
        without = max(value(case, c) for c in choices(case) if (i, j) not in c)
        cost = _cost(value(case, choice), without)
        for within in (1, 2, 3, 5, cost, cost + 1):
            chosen = np.zeros(case.gains.shape, dtype=np.bool_)
            chosen[i, j] = True
            assert replaceable(residual, chosen, max(within, 1))[i, j] == (cost < max(within, 1))


@given(cases())
@FAST
def test_pairs_looked_at_one_by_one_are_as_firm_as_all_at_once(case: Case) -> None:
    _, residual = _best(case)

    at_once = firmness(residual)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uniqueness, "MOST_AT_ONCE", 1)
        one_by_one = firmness(residual)

    assert (one_by_one.firm == at_once.firm).all()
    assert (one_by_one.swappable == at_once.swappable).all()


@given(cases())
@FAST
def test_unique_and_swappable_are_what_all_optima_say(case: Case) -> None:
    choice, residual = _best(case)
    optima = [c for c in choices(case) if value(case, c) == value(case, choice)]

    found = firmness(residual)

    assert found.unique == (len(optima) == 1)
    in_all = frozenset.intersection(*optima)
    swappable = {(int(i), int(j)) for i, j in zip(*np.nonzero(found.swappable), strict=True)}
    assert swappable == choice - in_all


def test_assignment_that_its_duals_do_not_prove_has_no_arcs() -> None:
    gains = np.array([[5, 4], [4, 1]])
    case = Case(gains, np.ones((2, 2), dtype=np.bool_), (1, 1), (1, 1), 0)
    network = proven(case, frozenset({(0, 1), (1, 0)}))
    assert residual_of(network) is not None

    wrong: list[Network] = [
        replace(network, chosen=np.eye(2, dtype=np.bool_)),
        replace(network, row_duals=network.row_duals - 1),
        replace(network, row_places=np.array([2, 2])),
        replace(network, column_places=np.array([0, 1])),
        replace(network, allowed=~network.chosen),
    ]

    assert [residual_of(each) for each in wrong] == [None] * len(wrong)


def test_number_of_pairs_cannot_come_first_where_one_more_is_possible() -> None:
    gains = np.array([[9, 1], [1, 0]])
    allowed = np.array([[True, True], [True, False]])
    case = Case(gains, allowed, (1, 1), (1, 1), 0)

    network = proven(case, frozenset({(0, 0)}))

    assert pairs_first(network, 0) is None


def test_what_cannot_be_reached_is_not_near() -> None:
    nothing = Case(np.array([[1]]), np.zeros((1, 1), dtype=np.bool_), (1,), (1,), 0)
    _, residual = _best(nothing)

    assert paths_from(residual, 0).distance.tolist() == [0, UNREACHED, UNREACHED]


@pytest.mark.parametrize("side", [80, 500])
def test_identical_cities_are_all_interchangeable_and_quickly_found_to_be(side: int) -> None:
    every = np.ones((side, side), dtype=np.bool_)
    full, half = np.ones(side, dtype=np.int64), np.full(side, 50, dtype=np.int64)
    gains = np.full((side, side), 100, dtype=np.int64)
    chosen = np.eye(side, dtype=np.bool_)

    residual = residual_of(Network(gains, every, full, full, chosen, half, half))

    assert residual is not None
    found = firmness(residual)
    assert not found.unique
    assert found.swappable.sum() == side
    assert not found.firm.any()
