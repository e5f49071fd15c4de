"""The independent checker: it proves what is stored, of every kind of rule, and no changed figure.

`tools/check_round` shares no line with the service: that both agree is the point of these tests.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.solver.problem import Problem
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve
from tests.services.matching.every_kind import KINDS, Answer, answer_of, any_round
from tools.check_round.__main__ import check
from tools.check_round.reading import WrongError

FEW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def _answer(kind: str) -> bytes:
    outcome = solve(KINDS[kind])
    assert isinstance(outcome, Solution), outcome
    return orjson.dumps(answer_of(KINDS[kind], outcome))


def _loaded(kind: str) -> Answer:
    answer: Answer = orjson.loads(_answer(kind))
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_stored_certificate_is_proven_anew(kind: str) -> None:
    answer = _loaded(kind)

    said = check(answer)

    gap = answer["certificate"]["upper_bound"] - answer["certificate"]["objective"]
    assert said[-1].endswith(f"gap {gap:,} units")
    assert gap >= 0


@given(any_round())
@settings(FEW, max_examples=25)
def test_what_the_solver_says_of_small_rounds_is_proven_anew(problem: Problem) -> None:
    outcome = solve(problem)

    assert isinstance(outcome, Infeasible) or check(answer_of(problem, outcome))


def _figures(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """Name every leaf of the certificate that holds a figure or a name."""
    if isinstance(node, dict):
        return [each for key, value in node.items() for each in _figures(value, (*path, key))]
    if isinstance(node, list):
        return [
            each for place, value in enumerate(node) for each in _figures(value, (*path, place))
        ]
    return [path]


def _change(answer: Answer, path: tuple[Any, ...], by: int) -> None:
    """Change a leaf of the certificate, in the solution's copy of it too."""
    for node in (answer["certificate"], answer["solution"]["certificate"]):
        *way, last = path
        for step in way:
            node = node[step]  # noqa: PLW2901 - going down
        value = node[last]
        node[last] = value + by if isinstance(value, int) else f"{value}{by}"


@given(st.data())
@FEW
def test_a_certificate_with_any_figure_changed_fails(data: st.DataObject) -> None:
    answer = _loaded(data.draw(st.sampled_from(list(KINDS))))
    path = data.draw(st.sampled_from(_figures(answer["certificate"])))
    by = data.draw(st.integers(1, 10**6).flatmap(lambda n: st.sampled_from([n, -n])))

    before = answer["certificate"]["upper_bound"] - answer["certificate"]["objective"]
    _change(answer, path, by)

    try:
        said = check(answer)
    except WrongError:
        return
    # Other prices may prove the very same bound: then nothing that is claimed has changed.
    assert path[-1] in {"points", "per_pair"}
    assert said[-1].endswith(f"gap {before:,} units")


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_of_the_certificate_changed_by_one_fails(kind: str) -> None:
    passed = []
    paths = _figures(_loaded(kind)["certificate"])
    prices = [path for path in paths if path[-1] == "points"]
    for path in [path for path in paths if path[-1] != "points"] + prices[::5]:
        answer = _loaded(kind)
        _change(answer, path, 1)
        try:
            check(answer)
        except WrongError:
            continue
        passed.append(path)

    # A price that is 1 higher proves the same where a pair has more than 1 to spare.
    assert {path[-1] for path in passed} <= {"points", "per_pair"}


@pytest.mark.parametrize("kind", KINDS)
def test_other_pairs_than_the_certified_fail(kind: str) -> None:
    whole = _loaded(kind)
    first, *others = whole["pairs"]
    last = others[-1]
    crossed = {**first, "partner_city_id": last["partner_city_id"]}

    for pairs in (others, [*whole["pairs"], first], [crossed, *others], [{}, *others], []):
        with pytest.raises(WrongError):
            check({**whole, "pairs": pairs})


def test_pairs_that_break_a_rule_fail_whatever_their_certificate() -> None:
    plain = _loaded("policy max_score")
    pair = next(each for each in plain["pairs"] if [each] != plain["problem"]["locks"])
    problem = plain["problem"]

    broken = {
        "must not be chosen": {**problem, "vetoes": [*problem["vetoes"], pair]},
        "is missing": {
            **problem,
            "locks": [{**pair, "partner_city_id": p["id"]} for p in problem["partner"]],
        },
        "more partners": {
            **problem,
            "eu": [{**city, "capacity": 0} for city in problem["eu"]],
        },
        "the quota": _with_quota(problem, least=None, most=1),
    }

    for reason, changed in broken.items():
        with pytest.raises(WrongError, match=reason):
            check({**plain, "problem": changed})


def _with_quota(problem: Answer, **bounds: int | None) -> Answer:
    of = dict.fromkeys(("eu_city_id", "partner_city_id", "eu_country", "partner_country", "topic"))
    quota = {"name": "all", "of": of, **bounds}
    return {**problem, "rules": {**problem["rules"], "quotas": [quota]}}


def test_a_changed_score_part_or_worst_pair_fails() -> None:
    for change in ("score", "bonus", "locked"):
        answer = _loaded("policy best_worst")
        answer["solution"]["suggestions"][1][change] += 1
        with pytest.raises(WrongError):
            check(answer)
    answer = _loaded("policy best_worst")
    answer["solution"]["suggestions"][0]["parts"][0]["points"] += 1
    with pytest.raises(WrongError, match="parts"):
        check(answer)


def test_a_round_that_is_not_as_stable_as_it_says_fails() -> None:
    answer = _loaded("policy max_score")
    assert answer["solution"]["blocking_count"] > 0
    answer["problem"]["rules"]["policy"] = "stable"
    with pytest.raises(WrongError, match="rather have each other"):
        check(answer)

    answer["problem"]["rules"].update(policy="near_stable", stability_points=0)
    with pytest.raises(WrongError, match="both gain"):
        check(answer)


def test_blocking_pairs_that_are_hidden_or_made_up_fail() -> None:
    for change in ("eu_gain", "partner_gain"):
        answer = _loaded("policy max_score")
        answer["solution"]["blocking"][0][change] += 1
        with pytest.raises(WrongError, match="does not block"):
            check(answer)
    answer = _loaded("policy max_score")
    answer["solution"]["blocking_count"] = 0
    with pytest.raises(WrongError, match="blocking pairs"):
        check(answer)


def test_what_cities_said_changed_afterwards_fails() -> None:
    answer = _loaded("nothing but pairs")
    chosen = answer["pairs"][0]["eu_city_id"]
    city = next(each for each in answer["problem"]["eu"] if each["id"] == chosen)
    for level in city["levels"]:
        level["seeks"] = 5 - level["seeks"]

    with pytest.raises(WrongError):
        check(answer)


def test_it_imports_nothing_but_python() -> None:
    for file in Path("tools/check_round").glob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
        names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        names += [
            each.name for node in nodes if isinstance(node, ast.Import) for each in node.names
        ]
        others = {name.split(".")[0] for name in names} - sys.stdlib_module_names
        assert others <= {"tools"}, file


def test_as_a_program_it_says_what_holds_and_fails_with_the_reason() -> None:
    command = [sys.executable, "-S", "-m", "tools.check_round"]
    good = _answer("quotas and cells")
    bad = good.replace(b'"goal":"worst"', b'"goal":"pairs"')

    done = [
        subprocess.run(command, input=each, capture_output=True, check=False)
        for each in (good, bad, b"{")
    ]

    assert [each.returncode for each in done] == [0, 1, 1]
    assert b"keep every rule" in done[0].stdout
    assert b"WRONG: the steps of this policy" in done[1].stderr
