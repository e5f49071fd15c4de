"""Rounds with every kind of rule, as they are stored and shown: what the checker is tested on."""

from dataclasses import replace
from itertools import count
from typing import Any

import orjson
from hypothesis import strategies as st

from benchmarks.matching.instances import instance
from services.matching.solver.problem import (
    City,
    Mean,
    Pair,
    Policy,
    Problem,
    Quota,
    Rules,
    Selection,
    Shape,
    Weights,
)
from services.matching.solver.solution import Solution
from tests.services.matching.problems import problems

Answer = dict[str, Any]
SIZE = 14

ALL_WEIGHTS = Weights(430, 120, 100, 80, 50, 60, 50, 60, 50)

QUOTAS = (
    Quota("German cities", Selection(eu_country="DE"), most=1),
    Quota("Japanese cities", Selection(partner_country="JP"), least=1, most=2),
    Quota("French with Canadian", Selection(eu_country="FR", partner_country="CA"), most=1),
    Quota("the first must not go without", Selection(eu_city_id="cty_e000000"), least=1),
    Quota("the size of the round", Selection(), most=9),
)
TOPICS = (
    Quota("a topic at least", Selection(topic="topic-01"), least=1),
    Quota("a topic at most", Selection(topic="topic-00"), most=2),
)


def _cities(side: tuple[City, ...], topic: str) -> tuple[City, ...]:
    numbers = count()
    return tuple(
        replace(
            city,
            capacity=1 + number % 2,
            projects=(topic,) if number % 3 == 0 else (),
            prefers=("JP", "DE") if number % 4 == 0 else (),
            turns=number % 3,
            maturity=None if number % 5 == 0 else city.maturity,
        )
        for city, number in zip(side, numbers, strict=False)
    )


def _problem(**rules: Any) -> Problem:  # noqa: ANN401 - any field of Rules
    """A round with something of everything but what ``rules`` say."""
    plain = instance(SIZE, seed=11)
    eu, partner = _cities(plain.eu, "topic-01"), _cities(plain.partner, "topic-02")
    pairs = [Pair(a.id, b.id) for a in eu for b in partner]
    return Problem(
        eu,
        partner,
        ALL_WEIGHTS,
        locks=(pairs[2 * SIZE + 3],),
        vetoes=tuple(pairs[5::17]),
        rules=replace(Rules(), **rules),
        met=tuple(pairs[3::29]),
        incumbents=tuple(pairs[7::31]),
    )


KINDS = {
    **{f"policy {policy}": _problem(policy=policy) for policy in Policy},
    **{f"mean {mean}": _problem(mean=mean, policy=Policy.MAX_SCORE) for mean in Mean},
    "trios": _problem(shape=Shape.TRIOS),
    "mentors": _problem(shape=Shape.MENTORS, max_learners=3),
    "quotas and cells": _problem(quotas=QUOTAS),
    "topics": _problem(quotas=TOPICS),
    "quotas of the greatest total": _problem(quotas=QUOTAS, policy=Policy.MAX_SCORE),
    "never met, least score": _problem(avoid_met=True, min_score=200_000),
    "nothing but pairs": replace(instance(SIZE), weights=Weights()),
}


def answer_of(problem: Problem, solution: Solution) -> Answer:
    """Give what `GET /v1/rounds/{id}/proof` answers."""
    answer: Answer = orjson.loads(
        orjson.dumps(
            {
                "problem": problem,
                "pairs": [each.pair for each in solution.suggestions],
                "certificate": solution.certificate,
                "solution": solution,
            }
        )
    )
    return answer


@st.composite
def any_round(draw: st.DrawFn) -> Problem:
    """A small round of any policy and shape, with up to two quotas of any kind."""
    shape = draw(st.sampled_from(Shape))
    policies = [Policy.BEST_WORST, Policy.MAX_SCORE] if shape is not Shape.PAIRS else list(Policy)
    policy = draw(st.sampled_from(policies))
    quotas = 0 if policy in {Policy.STABLE, Policy.LEXIMIN} else draw(st.integers(0, 2))
    return draw(problems(policy, shape, most=4, quotas=quotas))
