"""Request bodies before anybody reads them: short enough, JSON, and storable.

Promises: past this point a body is at most `max_body_bytes` long, valid JSON without NaN, NUL
characters or lone surrogates, nested at most 32 deep, with numbers that the database can hold.
Everything else is a 4xx problem that names the place. A form, where a route takes one, is short
enough, and the route checks the JSON in it. An upload, where a route takes one, is not read here.

Source: RFC 8259 (JSON), RFC 7493 section 2 (I-JSON); BSON 1.1 (int64, no NUL in names).
"""

import itertools
import re
from collections.abc import Iterator, Sequence

import orjson
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from shared.errors import BadRequest, FieldError, InvalidInput, TooLarge, UnsupportedMediaType
from shared.web.problems import MAX_ERRORS, pointer

_MAX_DEPTH = 32
# Our deepest document has 6; Python's own parser gives up at 1,000.
_MAX_NUMBER = 2**63
_JSON = re.compile(r"application/(?:[\w.!#$&^-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_FORM = re.compile(r"application/x-www-form-urlencoded\s*(?:;.*)?", re.IGNORECASE)
_SUSPICIOUS = re.compile(rb"\\u0000|[0-9]{19}|[0-9][eE]")
# Without these bytes a valid JSON text holds no NUL and no number beyond int64.

_Place = tuple[tuple[str | int, ...], object]


async def checked_receive(
    scope: Scope, receive: Receive, max_bytes: int, *, form: bool = False
) -> Receive:
    """Read and check the body, and return a `receive` that hands it on as one message.

    With `form` a URL-encoded form passes too; its route checks the JSON in it by `check_json`.

    Raises:
        TooLarge: 413 `body_too_large`, before more than `max_bytes` were read.
        UnsupportedMediaType: 415 `media_type_unsupported`.
        BadRequest: 400 `request_malformed`: not JSON.
        InvalidInput: 422 `input_invalid`: JSON with a value that we can't store.
    """
    _refuse_nul_in_url(scope)
    headers = Headers(scope=scope)
    length = headers.get("content-length")
    if length in (None, "0") and "transfer-encoding" not in headers:
        return receive
    if length is not None and length.isdecimal() and int(length) > max_bytes:
        raise _too_large(max_bytes)
    body, disconnect = await _read(receive, max_bytes)
    content_type = headers.get("content-type", "")
    if body and disconnect is None and not (form and _FORM.fullmatch(content_type)):
        if not _JSON.fullmatch(content_type):
            raise UnsupportedMediaType
        check_json(body)
    return _replay(disconnect or {"type": "http.request", "body": body}, receive)


def limited_receive(scope: Scope, receive: Receive, max_bytes: int) -> Receive:
    """Return a `receive` that hands an upload on as it comes, and stops one that is too long.

    Its route reads the parts one by one, so that none of it is kept, and checks what they are.

    Raises:
        TooLarge: 413 `body_too_large`, at once or from the `receive`.
    """
    _refuse_nul_in_url(scope)
    length = Headers(scope=scope).get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(max_bytes)
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > max_bytes:
            raise _too_large(max_bytes)
        return message

    return limited


def check_json(body: bytes) -> None:
    """Let pass a JSON text that our parsers agree on and the database can hold.

    Raises:
        BadRequest: 400 `request_malformed`.
        InvalidInput: 422 `input_invalid`.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is not valid JSON (near character {error.pos}).") from error
    deep = body.count(b"[") + body.count(b"{") > _MAX_DEPTH
    if not deep and _SUSPICIOUS.search(body) is None:
        return
    faults = (
        FieldError(pointer(("body", *place)), code, message)
        for place, value in _values(document)
        for code, message in _faults(place, value)
    )
    errors = list(itertools.islice(faults, MAX_ERRORS))
    if errors:
        raise InvalidInput(errors=errors)


def _refuse_nul_in_url(scope: Scope) -> None:
    if b"%00" in scope["query_string"] or "\x00" in scope["path"]:
        raise BadRequest("A NUL character can't be part of an address.")


def _too_large(max_bytes: int) -> TooLarge:
    # No `Connection: close`: a reset while the sender still sends would swallow the answer.
    return TooLarge(f"The body may have at most {max_bytes} bytes.")


async def _read(receive: Receive, max_bytes: int) -> tuple[bytes, Message | None]:
    chunks: list[bytes] = []
    total = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"", message
        chunk = message.get("body", b"")
        total += len(chunk)
        if total > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks), None


def _replay(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _values(document: object) -> Iterator[_Place]:
    """Yield every value with its place; no recursion, since the depth is the caller's choice."""
    waiting: list[_Place] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        yield place, value
        if len(place) >= _MAX_DEPTH:
            continue
        if isinstance(value, dict):
            waiting.extend(((*place, name), part) for name, part in value.items())
        elif isinstance(value, list):
            waiting.extend(((*place, number), part) for number, part in enumerate(value))


def _faults(place: Sequence[str | int], value: object) -> Iterator[tuple[str, str]]:
    if len(place) >= _MAX_DEPTH and isinstance(value, (dict, list)):
        yield "nesting_too_deep", f"may be nested at most {_MAX_DEPTH} deep"
    if isinstance(value, str) and "\x00" in value:
        yield "nul_character", "must not contain the character NUL"
    if place and isinstance(place[-1], str) and "\x00" in place[-1]:
        yield "nul_character", "a name must not contain the character NUL"
    too_wide = isinstance(value, int) and not -_MAX_NUMBER <= value < _MAX_NUMBER
    if too_wide or (isinstance(value, float) and abs(value) >= _MAX_NUMBER):
        yield "number_too_large", "must fit into 64 bits"
