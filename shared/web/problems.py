"""Every error as a problem document: one form, a stable code, and an entry per bad field.

Promises: an answer with status 400 or above is `application/problem+json`; it never holds what the
caller sent, a stack trace or a name of ours; an unexpected error is logged once, with its request.

Source: RFC 9457 (problem details for HTTP APIs), RFC 6901 (JSON pointer).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from shared.errors import (
    BadRequest,
    FieldError,
    Forbidden,
    IdempotencyKeyMissing,
    Internal,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    ProblemError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    VersionMissing,
)

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "worldcities.request_id"
"""The key of the request's id in the ASGI scope."""
MAX_ERRORS = 50
# A form has fewer fields; a body of a megabyte could have 100,000 bad ones.
_TYPE_PREFIX = "urn:worldcities:problem:"
_SERVER_ERRORS = 500

_log = structlog.get_logger()

_BY_STATUS: Mapping[int, type[ProblemError]] = {
    problem.status: problem
    for problem in (
        BadRequest,
        Forbidden,
        MethodNotAllowed,
        NotFound,
        TooLarge,
        Unauthenticated,
        Unavailable,
        UnsupportedMediaType,
    )
}


_MISSING_HEADERS: Mapping[str, type[ProblemError]] = {
    "Idempotency-Key": IdempotencyKeyMissing,
    "If-Match": VersionMissing,
}
# The document says that they are required, and each has its own status.


class ProblemField(BaseModel):
    """One bad field."""

    field: Annotated[str, Field(description="JSON pointer into the body, or a parameter's name.")]
    code: str
    message: str


class Problem(BaseModel):
    """What every error of this API looks like (RFC 9457)."""

    type: Annotated[str, Field(description="A URN that ends in the code.")]
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(description="Stable; listed in docs/errors.md.")]
    request_id: Annotated[str, Field(description="Quote it when you report the problem.")]
    errors: list[ProblemField] = []


def problem_response(problem: ProblemError, request_id: str) -> Response:
    """Return the answer that tells the caller about `problem`."""
    document = {
        "type": _TYPE_PREFIX + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
        "errors": [asdict(error) for error in problem.errors],
    }
    return Response(
        orjson.dumps(document),
        status_code=problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def pointer(location: Iterable[str | int]) -> str:
    """Return where a validation error is: `/members/0/name` in the body, else the parameter.

    `location` is Pydantic's: it starts with `body`, `query`, `path`, `header` or `cookie`.
    """
    where, *parts = location
    if where == "body":
        escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
        return "".join(f"/{part}" for part in escaped)
    return ".".join(str(part) for part in parts) or str(where)


def allowed_methods(document: Mapping[str, Any]) -> list[tuple[re.Pattern[str], str]]:
    """Return, for each path of an OpenAPI document, its form and its methods (`GET, PUT`)."""
    return [
        (re.compile(re.sub(r"\\{[^/{}]+\\}", "[^/]+", re.escape(path))), ", ".join(methods).upper())
        for path, methods in document["paths"].items()
    ]


def install_handlers(app: FastAPI) -> None:
    """Make `app` answer every error, expected or not, with a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_crash)


def _request_id(request: Request) -> str:
    return str(request.scope.get(REQUEST_ID, ""))


async def _on_problem(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, ProblemError):
        raise TypeError from problem
    if problem.status >= _SERVER_ERRORS:
        cause = type(problem.__cause__).__name__ if problem.__cause__ else None
        _log.warning("request_failed", code=problem.code, cause=cause)
    return problem_response(problem, _request_id(request))


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError from error
    entries = error.errors()[:MAX_ERRORS]
    fields = [_field(entry) for entry in entries]
    missing = (_MISSING_HEADERS.get(entry["loc"][-1]) for entry in entries if _is_missing(entry))
    problem = next(filter(None, missing), InvalidInput)
    return problem_response(problem(errors=fields), _request_id(request))


def _is_missing(entry: Mapping[str, Any]) -> bool:
    return bool(entry["type"] == "missing" and entry["loc"][0] == "header")


def _field(entry: Mapping[str, Any]) -> FieldError:
    return FieldError(pointer(entry["loc"]), str(entry["type"]), str(entry["msg"]))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError from error
    known = _BY_STATUS.get(error.status_code)
    if known is None:
        known = BadRequest if error.status_code < _SERVER_ERRORS else Internal
    problem = known(HTTPStatus(known.status).description)
    problem.headers.update(error.headers or {})
    if isinstance(problem, MethodNotAllowed):
        problem.headers.update(_allow(request))
    return problem_response(problem, _request_id(request))


def _allow(request: Request) -> dict[str, str]:
    """Name all methods of the address; Starlette knows those of the first route that matches."""
    for form, methods in request.app.state.allowed_methods:
        if form.fullmatch(request.scope["path"]):
            return {"Allow": methods}
    return {}


async def _on_crash(request: Request, error: Exception) -> Response:
    request_id = _request_id(request)
    _log.error("request_crashed", request_id=request_id, exc_info=error)
    answer = problem_response(Internal(), request_id)
    answer.headers["X-Request-ID"] = request_id
    return answer
