"""Query parameters that a route does not know are refused, like unknown fields of a body.

Promises: a misspelt filter is 422 and named; without this it would be ignored, and its sender would
take everything for the answer.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from shared.errors import FieldError, InvalidInput

_MESSAGE = "This parameter is not known here"


def known_parameters(document: Mapping[str, Any]) -> dict[tuple[str, str], frozenset[str]]:
    """Return the names of the query parameters of each operation, by path and method."""
    return {
        (path, method.upper()): frozenset(
            parameter["name"]
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        )
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


async def refuse_unknown_parameters(request: Request) -> None:
    """Let pass a request whose query parameters its route knows.

    Raises:
        InvalidInput: 422 `input_invalid`, with an entry per unknown parameter.
    """
    if not request.scope["query_string"]:
        return
    operation = (request.scope["route"].path, request.method)
    known = request.app.state.known_parameters.get(operation)
    if known is None:
        return  # not in the document: a route that only our own machines ask
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise InvalidInput(
            errors=[FieldError(name, "extra_forbidden", _MESSAGE) for name in unknown]
        )
