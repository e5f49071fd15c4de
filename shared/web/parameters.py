"""Query parameters that a route does not know, or that come twice, are refused.

Promises: a misspelt filter is 422 and named; without this it would be ignored, and its sender would
take everything for the answer. Of two values for one thing none counts more than the other, though
servers and proxies differ in which one they take.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request

from shared.errors import FieldError, InvalidInput

Known = Mapping[str, bool]
"""The query parameters of an operation; true for those that may come several times."""

_UNKNOWN: Final = "This parameter is not known here"
_REPEATED: Final = "This parameter must not be given more than once"


def known_parameters(document: Mapping[str, Any]) -> dict[tuple[str, str], Known]:
    """Return the query parameters of each operation, by path and method."""
    return {
        (path, method.upper()): {
            parameter["name"]: _is_list(parameter.get("schema", {}))
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        }
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


async def refuse_odd_parameters(request: Request) -> None:
    """Let pass a request whose query parameters its route knows, each given once.

    Raises:
        InvalidInput: 422 `input_invalid`, with an entry per parameter: `extra_forbidden`, or
            `parameter_repeated`.
    """
    if not request.scope["query_string"]:
        return
    operation = (request.scope["route"].path, request.method)
    known: Known | None = request.app.state.known_parameters.get(operation)
    if known is None:
        return  # not in the document: a route that only our own machines ask
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        FieldError(name, "extra_forbidden", _UNKNOWN) for name in sorted(given) if name not in known
    ]
    errors += [
        FieldError(name, "parameter_repeated", _REPEATED)
        for name, times in sorted(given.items())
        if times > 1 and not known.get(name, True)
    ]
    if errors:
        raise InvalidInput(errors=errors)


def _is_list(schema: Mapping[str, Any]) -> bool:
    forms = (schema, *schema.get("anyOf", ()))
    return any(form.get("type") == "array" for form in forms)
