"""What can go wrong, as one tree: raised where it is known, it becomes a problem document.

    ProblemError
    ├── BadRequest            400  request_malformed
    │   └── IdempotencyKeyMissing  idempotency_key_missing
    ├── Unauthenticated       401  token_missing
    │   └── TokenInvalid           token_invalid
    ├── Forbidden             403  access_denied
    ├── NotFound              404  resource_not_found
    ├── MethodNotAllowed      405  method_not_allowed
    ├── Conflict              409  state_conflict
    ├── StaleVersion          412  version_stale
    ├── TooLarge              413  body_too_large
    ├── UnsupportedMediaType  415  media_type_unsupported
    ├── InvalidInput          422  input_invalid
    │   ├── CursorInvalid          cursor_invalid
    │   └── IdempotencyKeyReused   idempotency_key_reused
    ├── VersionMissing        428  version_missing
    ├── TooManyRequests       429  rate_exceeded
    ├── Internal              500  internal_error
    └── Unavailable           503  dependency_unavailable

Promises: a code means one thing for ever and is never used again for another; a service's own
errors subclass the line above that fits and are named after their code (`CityNotFound`).

Source: RFC 9457 (problem details), RFC 9110 section 15 (status codes), RFC 6585 (428, 429).
"""
# ruff: noqa: N818 - a problem bears the name of its code; CityNotFound is the word of the API.

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: where it is, which rule it broke, and what to do about it in words."""

    field: str
    """A JSON pointer into the body (`/members/0/name`, RFC 6901) or the name of a parameter."""
    code: str
    message: str


class ProblemError(Exception):
    """Something the caller is told about; subclasses fix `status`, `code` and `title`."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "The service failed"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Say what happened in `detail`: this occurrence, without personal data or internals."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers)


class BadRequest(ProblemError):
    """The request can't be read at all: broken JSON, a header that has no such form."""

    status = 400
    code = "request_malformed"
    title = "The request is malformed"


class IdempotencyKeyMissing(BadRequest):
    """A POST that creates came without `Idempotency-Key`."""

    code = "idempotency_key_missing"
    title = "The header Idempotency-Key is missing"


class Unauthenticated(ProblemError):
    """Nobody said who is calling; the answer carries the challenge of RFC 9110 section 11.6.1."""

    status = 401
    code = "token_missing"
    title = "An access token or an API key is needed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class TokenInvalid(Unauthenticated):
    """The token or key is forged, expired, revoked or meant for somebody else; which, is not said.

    Source: RFC 6750 section 3.1.
    """

    code = "token_invalid"
    title = "The access token or API key is not valid"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Forbidden(ProblemError):
    """We know who is calling, and they may not do this."""

    status = 403
    code = "access_denied"
    title = "You may not do this"


class NotFound(ProblemError):
    """There is no such thing, or the caller may not know that there is."""

    status = 404
    code = "resource_not_found"
    title = "There is no such resource"


class MethodNotAllowed(ProblemError):
    """The resource exists and has no such method; `Allow` lists those that it has."""

    status = 405
    code = "method_not_allowed"
    title = "The resource has no such method"


class Conflict(ProblemError):
    """The request is fine, and the state of things does not allow it now."""

    status = 409
    code = "state_conflict"
    title = "The state of the resource does not allow this"


class StaleVersion(ProblemError):
    """`If-Match` names a version that somebody has changed since: read again, then decide again."""

    status = 412
    code = "version_stale"
    title = "The resource has changed since you read it"


class TooLarge(ProblemError):
    """The body is longer than the service reads."""

    status = 413
    code = "body_too_large"
    title = "The request body is too large"


class UnsupportedMediaType(ProblemError):
    """The body is not JSON, and JSON is all we read."""

    status = 415
    code = "media_type_unsupported"
    title = "The request body must be application/json"


class InvalidInput(ProblemError):
    """The request can be read, and some of its fields break a rule: one entry in `errors` each."""

    status = 422
    code = "input_invalid"
    title = "The input is not valid"


class CursorInvalid(InvalidInput):
    """The cursor was not given out by this listing."""

    code = "cursor_invalid"
    title = "The cursor is not one of ours"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, errors=[FieldError("cursor", self.code, self.title)])


class IdempotencyKeyReused(InvalidInput):
    """The same `Idempotency-Key` came with another request before."""

    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used for another request"


class VersionMissing(ProblemError):
    """A change came without `If-Match`, so it could overwrite what its sender never saw."""

    status = 428
    code = "version_missing"
    title = "The header If-Match is missing"


class TooManyRequests(ProblemError):
    """The caller asks more than its share; `Retry-After` says when to come back."""

    status = 429
    code = "rate_exceeded"
    title = "Too many requests"


class Internal(ProblemError):
    """Our fault. The answer holds the request id and nothing else; the log holds the rest."""

    status = 500
    code = "internal_error"
    title = "The service failed"


class Unavailable(ProblemError):
    """Something the service needs is away; the same request may work in a moment."""

    status = 503
    code = "dependency_unavailable"
    title = "The service can't answer at the moment"


def all_problems() -> list[type[ProblemError]]:
    """Return every problem of the modules imported so far, by code; docs/errors.md lists them.

    Raises:
        ValueError: two problems share a code and one is not the other's parent.
    """
    found: dict[str, type[ProblemError]] = {}
    for problem in _descendants(ProblemError):
        known = found.setdefault(problem.code, problem)
        if known is not problem:
            raise ValueError(
                f"{problem.__name__} and {known.__name__} share the code {problem.code}"
            )
    return [found[code] for code in sorted(found)]


def _descendants(problem: type[ProblemError]) -> Iterable[type[ProblemError]]:
    for child in problem.__subclasses__():
        yield child
        yield from _descendants(child)
