"""Listings in pages, with a cursor that survives inserts and deletes.

Promises: a cursor holds the sort key of the last item of its page and is checked on its way back;
one that can't have come from this kind of listing is refused (422 `cursor_invalid`).
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar, overload

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared.clock import whole_milliseconds
from shared.errors import CursorInvalid

DEFAULT_LIMIT = 50
# A screenful and a half; one read of the database takes a few milliseconds.
MAX_LIMIT = 200
# Keeps one answer below a megabyte, and one reader from holding a worker.
_MAX_CURSOR_CHARS = 1000
# The longest sort key is a name of 200 characters and an id.
_MAX_NUMBER = 2**62
# No sort key is beyond, and the database takes no number of more than 64 bits with its sign.
_VERSION = 1
# Rises when the meaning of the parts changes: old cursors are then refused instead of misread.

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many items to return at most.")]
Cursor = Annotated[
    str,
    Field(
        max_length=_MAX_CURSOR_CHARS,
        description="The `next` of the page before; leave it out to start.",
    ),
]

CursorKey = str | int | datetime

T = TypeVar("T")
A = TypeVar("A", str, int, datetime)
B = TypeVar("B", str, int, datetime)
C = TypeVar("C", str, int, datetime)


class Page(BaseModel, Generic[T]):
    """One page of a listing; follow `next` until it is null."""

    model_config = ConfigDict(frozen=True)

    items: list[T]
    next: str | None = Field(default=None, description="The cursor of the next page, or null.")


def cut(
    rows: Sequence[T], limit: int, key: Callable[[T], tuple[CursorKey, ...]]
) -> tuple[list[T], str | None]:
    """Return the first `limit` of `rows` and the cursor of the next page, or None at the end.

    Ask the database for `limit + 1` rows: the one too many tells whether there is more.
    """
    if len(rows) <= limit:
        return list(rows), None
    items = list(rows[:limit])
    return items, encode_cursor(*key(items[-1]))


def encode_cursor(*keys: CursorKey) -> str:
    """Return the cursor right behind the item with these sort keys (most significant first)."""
    parts = [_VERSION, *(_packed(key) for key in keys)]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


@overload
def decode_cursor(cursor: str, first: type[A], /) -> tuple[A]: ...
@overload
def decode_cursor(cursor: str, first: type[A], second: type[B], /) -> tuple[A, B]: ...
@overload
def decode_cursor(
    cursor: str, first: type[A], second: type[B], third: type[C], /
) -> tuple[A, B, C]: ...
def decode_cursor(cursor: str, *kinds: type[object]) -> tuple[CursorKey, ...]:
    """Return the sort keys in `cursor`, which must be of these kinds in this order.

    Raises:
        CursorInvalid: 422 `cursor_invalid`: not a cursor, of another version or of another listing.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise CursorInvalid from error
    if not isinstance(parts, list) or len(parts) != len(kinds) + 1 or parts[0] != _VERSION:
        raise CursorInvalid
    return tuple(_unpacked(part, kind) for part, kind in zip(parts[1:], kinds, strict=True))


def _packed(key: CursorKey) -> str | int:
    if isinstance(key, datetime):
        return key.astimezone(UTC).isoformat(timespec="milliseconds")
    return key


def _unpacked(part: object, kind: type[object]) -> CursorKey:
    if kind is datetime and isinstance(part, str):
        try:
            return whole_milliseconds(datetime.fromisoformat(part))
        except (
            ValueError,
            OverflowError,
        ) as error:  # no time, no zone, or before the year 1 in UTC
            raise CursorInvalid from error
    if isinstance(part, bool) or not isinstance(part, (str, int)) or not isinstance(part, kind):
        raise CursorInvalid
    if isinstance(part, int) and abs(part) > _MAX_NUMBER:
        raise CursorInvalid
    return part
