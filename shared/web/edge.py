"""The outermost layer of every API: what is true of each request and answer, done once, in ASGI.

Promises: every answer carries `X-Request-ID` and the security headers; a request's log lines carry
its id and correlation id; a body has been checked before a route sees it; a GET whose `ETag` the
caller has already is answered 304; one log line and one count per request.

Source: RFC 9110 section 13.1.2 (If-None-Match); OWASP REST security cheat sheet (headers).
"""

import re
import time
from collections.abc import Mapping, Sequence
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import ProblemError
from shared.telemetry import (
    HTTP_IN_FLIGHT,
    HTTP_REQUESTS,
    HTTP_SECONDS,
    current_traceparent,
    follow,
    is_correlation_id,
)
from shared.traffic import TRAFFIC, step_aside
from shared.web.body import checked_receive, limited_receive
from shared.web.problems import REQUEST_ID, problem_response

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_QUIET_PATHS = frozenset({"/livez", "/readyz", "/metrics"})
# Asked every few seconds by machines: logged at debug.
_PAGE_PATHS = ("/docs",)
_REQUEST_ID_FORM = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CLIENT_GONE = 499
# nginx's code for a client that left before the answer began.
_OK, _NOT_MODIFIED, _FAILED = 200, 304, 500
_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
)
_API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
)
# The documentation page is the only one that a browser renders.
_CACHE_POLICY = (b"cache-control", b"no-cache, private")
# Answers depend on the caller: no shared cache, and ask again with If-None-Match.

_log = structlog.get_logger()

Upload = tuple[re.Pattern[str], int]
"""The paths of a PUT that takes a file as it comes, and how many bytes at most."""


class Edge:
    """ASGI middleware around the whole API."""

    __slots__ = ("_app", "_forms", "_max_body_bytes", "_uploads")

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        forms: frozenset[str] = frozenset(),
        uploads: Sequence[Upload] = (),
    ) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._forms = forms
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _begin(scope, headers)
        answer = _Answer(scope, send, headers.get(b"if-none-match"), request_id)
        with HTTP_IN_FLIGHT.track_inprogress(), TRAFFIC.request():
            if scope["path"] in _QUIET_PATHS:
                step_aside()
            try:
                checked = await self._checked(scope, receive)
            except ProblemError as problem:
                await problem_response(problem, request_id)(scope, receive, answer.send)
            else:
                await self._app(scope, checked, answer.send)
                answer.status = answer.status or _CLIENT_GONE
            finally:
                _finish(scope, answer)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        path = scope["path"]
        for pattern, max_bytes in self._uploads if scope["method"] == "PUT" else ():
            if pattern.fullmatch(path):
                return limited_receive(scope, receive, max_bytes)
        form = path in self._forms
        return await checked_receive(scope, receive, self._max_body_bytes, form=form)


class _Answer:
    """The answer on its way out: completes its headers and remembers its status."""

    __slots__ = ("_known", "_send", "headers", "started", "status", "streams")

    def __init__(self, scope: Scope, send: Send, known: bytes | None, request_id: str) -> None:
        self._send = send
        self._known = known if scope["method"] == "GET" else None
        page = scope["path"].startswith(_PAGE_PATHS)
        self.headers = [
            (b"x-request-id", request_id.encode()),
            *_SECURITY_HEADERS,
            _PAGE_POLICY if page else _API_POLICY,
        ]
        self.status = 0
        self.started = time.perf_counter()
        self.streams = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = self._completed(message)
        elif self.status == _NOT_MODIFIED:
            message = {**message, "body": b""}
        await self._send(message)

    def _completed(self, message: Message) -> Message:
        self.status = message["status"]
        own = list(message["headers"])
        by_name = dict(own)
        self.streams = by_name.get(b"content-type", b"").startswith(b"text/event-stream")
        if self.streams:
            step_aside()
        if b"cache-control" not in by_name:
            own.append(_CACHE_POLICY)
        tag = by_name.get(b"etag")
        if self.status == _OK and tag is not None and _names(self._known, tag):
            self.status = _NOT_MODIFIED
            own = [pair for pair in own if not pair[0].startswith(b"content-")]
        return {**message, "status": self.status, "headers": own + self.headers}


def _names(known: bytes | None, tag: bytes) -> bool:
    """Compare weakly, as If-None-Match does: RFC 9110 section 8.8.3.2."""
    if known is None:
        return False
    tags = {part.strip().removeprefix(b"W/") for part in known.split(b",")}
    return b"*" in tags or tag.removeprefix(b"W/") in tags


def _begin(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    request_id = given.decode() if _REQUEST_ID_FORM.fullmatch(given) else uuid4().hex
    correlation_id = headers.get(b"x-correlation-id", b"").decode("latin-1")
    if not is_correlation_id(correlation_id):
        correlation_id = request_id
    scope[REQUEST_ID] = request_id
    follow(headers.get(b"traceparent", b"").decode("latin-1"), correlation_id)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        request_id=request_id,
        correlation_id=correlation_id,
        trace_id=current_traceparent()[3:35],
    )
    return request_id


def _finish(scope: Scope, answer: _Answer) -> None:
    seconds = time.perf_counter() - answer.started
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in _METHODS else "other"
    status = answer.status or _FAILED
    HTTP_REQUESTS.labels(method, route, str(status)).inc()
    if not answer.streams:
        HTTP_SECONDS.labels(method, route).observe(seconds)
    say = _log.debug if scope["path"] in _QUIET_PATHS else _log.info
    milliseconds = round(seconds * 1000, 2)
    say("request_served", method=method, route=route, status=status, milliseconds=milliseconds)
