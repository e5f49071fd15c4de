"""The same bytes for the same cities: in any order, on any number of cores."""

import os
import pickle
import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import orjson
import pytest

from services.matching.solver.problem import Pair, Policy, Problem, Rules, Shape
from services.matching.solver.solve import solve
from tests.services.matching.test_solver_policies import CELL, CITY, TOPIC, many

KINDS = [
    Rules(Policy.BEST_WORST),
    Rules(Policy.MAX_SCORE, quotas=(CELL, CITY, TOPIC)),
    Rules(Policy.NEAR_STABLE, stability_points=2),
    Rules(Policy.STABLE),
    Rules(Policy.LEXIMIN),
    Rules(Policy.BEST_WORST, Shape.TRIOS),
    Rules(Policy.MAX_SCORE, Shape.MENTORS),
]

PROGRAMME = """
import os, pickle, sys
os.sched_setaffinity(0, {int(core) for core in sys.argv[1].split(",")})
import orjson
from services.matching.solver.solve import solve
problem = pickle.loads(sys.stdin.buffer.read())
sys.stderr.buffer.write(orjson.dumps(solve(problem)))
"""


def problem_of(rules: Rules) -> Problem:
    locks, vetoes = (Pair("e001", "p003"),), (Pair("e002", "p002"), Pair("e000", "p001"))
    known = (Pair("e004", "p004"), Pair("e005", "p006"))
    return replace(many(14, 7, 2), rules=rules, locks=locks, vetoes=vetoes, incumbents=known)


def solved_on(problem: Problem, cores: str) -> bytes:
    """Solve in a process of its own that may use those cores; HiGHS greets on stdout."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAMME, cores],
        input=pickle.dumps(problem),
        capture_output=True,
        timeout=100,
        check=True,
    )
    return done.stderr


@pytest.mark.parametrize("rules", KINDS, ids=lambda r: f"{r.policy.value}-{r.shape.value}")
def test_order_of_input_changes_no_byte(rules: Rules) -> None:
    problem = problem_of(rules)
    chance = random.Random(1)
    mixed: dict[str, Any] = {
        name: tuple(chance.sample(each, len(each)))
        for name in ("eu", "partner", "vetoes", "incumbents")
        if (each := getattr(problem, name))
    }

    assert orjson.dumps(solve(replace(problem, **mixed))) == orjson.dumps(solve(problem))


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core only")
@pytest.mark.parametrize("rules", [KINDS[0], KINDS[1]], ids=["whole", "quotas"])
def test_number_of_cores_changes_no_byte(rules: Rules) -> None:
    cores = sorted(os.sched_getaffinity(0))[:2]
    problem = problem_of(rules)

    one, two = (solved_on(problem, each) for each in (str(cores[0]), f"{cores[0]},{cores[1]}"))

    assert one == two == orjson.dumps(solve(problem))
