"""`worldcities check-search` tells people and scripts whether an index is right."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result

from deploy.cli.main import app

TOKEN = {"Authorization": "Bearer made-up"}


def _check(server: HTTPServer, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("WORLDCITIES_TOKEN", "made-up")
    server.expect_request("/v1/search/check", headers=TOKEN).respond_with_json(answer)
    return CliRunner().invoke(app, ["check-search", "--url", server.url_for("").rstrip("/")])


def _found(documents: int, *missing: str) -> dict[str, Any]:
    return {"documents": documents, "extra": [], "missing": list(missing), "stale": []}


def test_right_index_is_said_to_be(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"ok": True, "cities": _found(3), "practices": _found(2)}

    result = _check(httpserver, answer, monkeypatch)

    assert (result.exit_code, "all 3 cities and 2 practices" in result.output) == (0, True)


def test_difference_is_named_and_fails(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"ok": False, "cities": _found(3, "cty_1"), "practices": _found(2, "gpr_1")}

    result = _check(httpserver, answer, monkeypatch)

    assert (result.exit_code, "missing cty_1\nmissing gpr_1" in result.output) == (1, True)


def test_registry_that_refuses_is_a_failure(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLDCITIES_TOKEN", raising=False)
    httpserver.expect_request("/v1/search/check").respond_with_data("", status=401)

    result = CliRunner().invoke(app, ["check-search", "--url", httpserver.url_for("").rstrip("/")])

    assert (result.exit_code, "could not be asked" in result.output) == (1, True)
