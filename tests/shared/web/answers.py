"""What the tests of the edge send and read."""

from typing import Any

import httpx2

from shared.ids import new_id

CITY = f"/v1/cities/{new_id('cty')}"
GENT = {"name": "Gent", "population": 270_000}
JSON = {"Content-Type": "application/json"}


def problem_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["type"].endswith(problem["code"])
    return problem
