"""What every refusal must look like."""

import json
from collections.abc import Collection

import httpx2

from deploy.documents.problems import problems_by_owner
from shared.web.problems import MEDIA_TYPE

KNOWN = {
    problem.code: problem.status
    for problems in problems_by_owner().values()
    for problem in problems
}
TELLTALES = ("Traceback", 'File "', "pymongo", "pydantic", "services.", "site-packages", "E11000")
"""Words of our own insides."""


def faults(answer: httpx2.Response, statuses: Collection[int], field: str = "") -> list[str]:
    """Say in words what is wrong with a refusal: nothing, when it is as promised.

    With `field`, an entry of `errors` must name it or something inside it.
    """
    if answer.status_code not in statuses:
        shown = "" if _is_stream(answer) else answer.text[:300]
        return [f"{answer.status_code} instead of {sorted(statuses)}: {shown}"]
    return list(_faults_of_problem(answer, field))


def _is_stream(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/event-stream")


def _faults_of_problem(answer: httpx2.Response, field: str) -> list[str]:
    if answer.headers["content-type"] != MEDIA_TYPE:
        return [f"content type {answer.headers['content-type']}"]
    problem = json.loads(answer.content)
    named = [entry["field"] for entry in problem["errors"]]
    found = {
        f"code {problem['code']} is not documented": KNOWN.get(problem["code"])
        != answer.status_code,
        "the status differs from the document's": problem["status"] != answer.status_code,
        "the request id differs": problem["request_id"] != answer.headers["x-request-id"],
        f"shows internals: {answer.text[:300]}": any(word in answer.text for word in TELLTALES),
        f"422 without a field: {answer.text[:300]}": answer.status_code == 422
        and problem["code"] != "idempotency_key_reused"
        and not named,
        f"does not name {field}: {named}": bool(field)
        and not any(each == field or each.startswith((f"{field}/", f"{field}.")) for each in named),
    }
    return [text for text, wrong in found.items() if wrong]
