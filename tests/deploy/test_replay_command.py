"""`worldcities matching replay` and `check`: identical, different, tampered, refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result

from deploy.cli.main import app
from services.matching.domain.records import digest, written
from services.matching.solver.problem import Problem, Weights
from services.matching.solver.solution import Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import city

ROUND = "rnd_0198f3a1b2c37d4e8f9a0b1c2d3e0005"
PROBLEM = Problem(
    (city("e0", ("water", 5, 5)), city("e1", ("waste", 5, 5))),
    (city("p0", ("water", 5, 5)), city("p1", ("waste", 5, 5))),
    Weights(),
)


def solution() -> Solution:
    found = solve(PROBLEM)
    assert isinstance(found, Solution)
    return found


def run(
    server: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    stored: Solution,
    recorded: Solution | None = None,
) -> Result:
    """Replay a round whose result is ``stored`` and was ``recorded`` when it was finished."""
    monkeypatch.setenv("WORLDCITIES_TOKEN", "made-up")
    certificate = json.loads(written(stored))["certificate"]
    proof: dict[str, Any] = {
        "problem": json.loads(written(PROBLEM)),
        "certificate": certificate,
        "solution": json.loads(written(stored)),
    }
    shown = {
        "status": "solved",
        "pairs": 2,
        "inputs_sha256": digest(written(PROBLEM)),
        "result_sha256": digest(written(recorded or stored)),
    }
    server.expect_request(f"/v1/rounds/{ROUND}").respond_with_json(shown)
    server.expect_request(f"/v1/rounds/{ROUND}/proof").respond_with_json(proof)
    url = server.url_for("").rstrip("/")
    return CliRunner().invoke(app, ["matching", "replay", ROUND, "--url", url])


def test_stored_round_is_reproduced(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(httpserver, monkeypatch, solution())

    assert (result.exit_code, "identical" in result.output) == (0, True)


def test_other_result_is_named_and_fails(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(solution(), free_objective=1)

    result = run(httpserver, monkeypatch, other)

    assert (result.exit_code, "different: /free_objective is 1" in result.output) == (1, True)


def test_result_that_was_changed_afterwards_is_found_out(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(httpserver, monkeypatch, replace(solution(), worst=1), solution())

    assert (result.exit_code, "stored result is not" in result.output) == (1, True)


def test_missing_token_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLDCITIES_TOKEN", raising=False)

    result = CliRunner().invoke(app, ["matching", "replay", ROUND, "--url", "http://127.0.0.1:1"])

    assert (result.exit_code, "WORLDCITIES_TOKEN" in result.output) == (1, True)


def test_refusal_is_passed_on(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLDCITIES_TOKEN", "made-up")
    problem = {"title": "Access denied", "detail": "This needs the role officer."}
    httpserver.expect_request(f"/v1/rounds/{ROUND}").respond_with_json(problem, status=403)

    url = httpserver.url_for("").rstrip("/")
    result = CliRunner().invoke(app, ["matching", "replay", ROUND, "--url", url])

    assert (result.exit_code, "Access denied" in result.output) == (1, True)


def test_stored_proof_is_checked_and_a_tampered_one_found_out(tmp_path: Path) -> None:
    stored = json.loads(written(solution()))
    pairs = [each["pair"] for each in stored["suggestions"]]
    proof = {
        "problem": json.loads(written(PROBLEM)),
        "pairs": pairs,
        "certificate": stored["certificate"],
        "solution": stored,
    }
    right, wrong = tmp_path / "right.json", tmp_path / "wrong.json"
    right.write_text(json.dumps(proof))
    wrong.write_text(json.dumps(proof | {"pairs": pairs[:1]}))

    codes = [
        CliRunner().invoke(app, ["matching", "check", "--file", str(file)]).exit_code
        for file in (right, wrong)
    ]

    assert codes == [0, 1]


def test_fairness_page_is_printed_as_it_is(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLDCITIES_TOKEN", "made-up")
    httpserver.expect_request("/v1/programmes/prg_1/fairness/page").respond_with_data("<html>")

    url = httpserver.url_for("").rstrip("/")
    result = CliRunner().invoke(app, ["matching", "fairness", "prg_1", "--url", url])

    assert (result.exit_code, result.output) == (0, "<html>")


def test_check_wants_a_round_or_a_file() -> None:
    result = CliRunner().invoke(app, ["matching", "check"])

    assert (result.exit_code, "either a round or a --file" in result.output) == (1, True)
