"""Doing a POST once, however often it is sent: key, fingerprint of the request, stored answer.

The answer is stored in the transaction of the command itself, so that "done" and "answered" are one
fact. Promises: a key belongs to its caller; the same key and request give the same answer, the same
key and another request are refused (422 `idempotency_key_reused`).

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from shared.auth.guards import Authenticated
from shared.errors import BadRequest, FieldError, IdempotencyKeyReused

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
"""On an answer that was given before: `true`."""
_KEY_FORM = re.compile(r"[\x21-\x7e]{1,255}")
# Visible ASCII: what a header carries unharmed; 255 holds two UUIDs and a name.


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered the first time, byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """What the store needs to recognise a repeated request."""

    owner: str
    """The caller's subject: two callers may use the same key."""
    key: str
    fingerprint: str

    @property
    def row_id(self) -> str:
        """The key under which the answer is stored: never longer than an index entry may be."""
        return hashlib.sha256(f"{self.owner}\n{self.key}".encode()).hexdigest()


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return the SHA-256 in hex of everything that makes this request another one than the next."""
    head = f"{method} {path}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


def require_same(request: IdempotentRequest, stored_fingerprint: str) -> None:
    """Let pass a repetition of the request that was stored.

    Raises:
        IdempotencyKeyReused: 422 `idempotency_key_reused`.
    """
    if request.fingerprint != stored_fingerprint:
        raise IdempotencyKeyReused


async def idempotent_request(
    request: Request,
    principal: Authenticated,
    idempotency_key: Annotated[
        str,
        Header(
            alias=HEADER,
            description="A key of your choice, new for every new command; send it again to retry.",
        ),
    ],
) -> IdempotentRequest:
    """Read key and fingerprint of a POST that creates; without a key it never gets here (400).

    Raises:
        BadRequest: 400 `request_malformed`: the key is not 1 to 255 visible ASCII characters.
    """
    if not _KEY_FORM.fullmatch(idempotency_key):
        message = "must be 1 to 255 visible ASCII characters"
        raise BadRequest(errors=[FieldError(HEADER, "key_malformed", message)])
    path = request.url.path + ("?" + request.url.query if request.url.query else "")
    digest = fingerprint(request.method, path, await request.body())
    return IdempotentRequest(principal.subject, idempotency_key, digest)


IdempotencyKey = Annotated[IdempotentRequest, Depends(idempotent_request)]
"""A route that creates names it as a parameter: `command: IdempotencyKey`."""
