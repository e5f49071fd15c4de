"""Records of problems: the same bytes however they are written and packed, and damaged ones."""

import pytest

from services.matching.domain.records import (
    packed,
    read_problem,
    unpacked,
    written,
    written_in_parts,
)
from services.matching.solver.problem import Pair, Problem, Weights
from shared.collection import turn
from tests.services.matching.problems import ALL_WEIGHTS, city


@pytest.mark.parametrize(("eu", "partner"), [(0, 0), (1, 0), (0, 1), (250, 251), (99, 600)])
async def test_problem_written_in_parts_has_the_same_bytes(eu: int, partner: int) -> None:
    problem = Problem(
        tuple(city(f"e{number}", ("air", 1, 2)) for number in range(eu)),
        tuple(city(f"p{number}") for number in range(partner)),
        weights=ALL_WEIGHTS,
        locks=(Pair("e0", "p0"),),
        met=(Pair("e1", "p2"), Pair("e2", "p1")),
    )

    parts = await written_in_parts(problem, turn)

    assert parts == written(problem)
    assert read_problem(parts) == problem


async def test_others_have_their_turn_while_a_problem_is_written() -> None:
    problem = Problem(tuple(city(f"e{number}") for number in range(1000)), (), weights=Weights())
    turns = 0

    async def count() -> None:
        nonlocal turns
        turns += 1

    await written_in_parts(problem, count)

    assert turns >= 4


def test_record_is_the_same_when_unpacked_and_read_whether_packed_or_not() -> None:
    problem = Problem(tuple(city(f"e{number}") for number in range(100)), (), weights=Weights())
    record = written(problem)

    kept = packed(record)

    assert len(kept) < len(record) / 4
    assert unpacked(kept) == unpacked(record) == record
    assert read_problem(kept) == read_problem(record) == problem


@pytest.mark.parametrize(
    "damaged",
    [
        packed(written(Problem((), (), Weights())))[:-9],
        b"{",
        b"{}",
        b'{"eu": 5}',
        b'{"eu": [{"id": "cty_1"}], "partner": [], "weights": {}}',
    ],
)
def test_damaged_record_is_refused_with_one_kind_of_error(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"record|unexpected"):
        read_problem(damaged)
