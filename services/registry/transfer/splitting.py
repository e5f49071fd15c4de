"""Files cut into records while they come in, part by part, whatever the parts' borders.

Promises: no more is held than a part and one record; a record is given with the number by which its
owner finds it again; records come out the same however the file is cut into parts.

Source: RFC 4180 (CSV), jsonlines.org, RFC 7946 section 3.3 (GeoJSON feature collections).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

MAX_RECORD_BYTES: Final = 1024 * 1024
"""Ten times a city with a hundred names; what is longer has lost a quotation mark."""

_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_NOTHING: Final = b" ,;\t"
"""Alone in a row of CSV: spreadsheets leave such rows behind."""

_BOM: Final = b"\xef\xbb\xbf"


class ContentUnreadableError(Exception):
    """The file can't be read on; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Record:
    """The bytes of one row; `number` counts from 1, the header of a CSV file included."""

    number: int
    raw: bytes


class Splitter(Protocol):
    """Cuts a file."""

    def feed(self, part: bytes) -> Iterator[Record]:
        """Take the next part and give the records that end in it."""
        ...

    def finish(self) -> Iterator[Record]:
        """Give what is left at the end of the file."""
        ...


@dataclass(slots=True)
class Lines:
    """Records that end with a line; between quotation marks a line may end, if so told."""

    quotes: bool
    _held: bytearray = field(default_factory=bytearray)
    _looked: int = 0
    """Up to where no record ends."""
    _open: bool = False
    """Whether a quotation is open there."""
    _number: int = 0

    def feed(self, part: bytes) -> Iterator[Record]:
        """Take the next part and give the records that end in it.

        Raises:
            ContentUnreadableError: a record is too long.
        """
        self._held += part
        begin = 0
        while (end := self._held.find(b"\n", self._looked)) != -1:
            if self.quotes and self._held.count(b'"', self._looked, end) % 2:
                self._open = not self._open
            self._looked = end + 1
            if not self._open:
                yield from self._record(bytes(self._held[begin:end]))
                begin = end + 1
        del self._held[:begin]
        self._looked -= begin
        if len(self._held) > MAX_RECORD_BYTES:
            raise _too_long(self._number + 1)

    def finish(self) -> Iterator[Record]:
        """Give the last record, which need not end with a line."""
        rest, self._held = bytes(self._held), bytearray()
        yield from self._record(rest)

    def _record(self, raw: bytes) -> Iterator[Record]:
        self._number += 1
        text = raw.removeprefix(_BOM) if self._number == 1 else raw
        text = text.removesuffix(b"\r")
        if text.strip(_NOTHING if self.quotes else None):
            yield Record(self._number, text)


@dataclass(slots=True)
class Features:
    """The objects in the array `features` of a JSON object."""

    _held: bytes = b""
    _looked: int = 0
    _depth: int = 0
    _begin: int | None = None
    """Where the object begins that is being read."""
    _named: bytes = b""
    """The last string in the outermost object."""
    _inside: bool = False
    _seen: bool = False
    _number: int = 0

    def feed(self, part: bytes) -> Iterator[Record]:
        """Take the next part and give the objects that end in it.

        Raises:
            ContentUnreadableError: an object is too long.
        """
        self._held += part
        while found := _TOKEN.search(self._held, self._looked):
            quote = self._held.find(b'"', self._looked, found.start())
            if quote != -1:  # a string before it, that has not ended yet
                break
            self._looked = found.end()
            record = self._taken(found[0], found.start())
            if record is not None:
                yield record
        self._forget()
        if len(self._held) > MAX_RECORD_BYTES + len(part):
            raise _too_long(self._number + 1)

    def finish(self) -> Iterator[Record]:
        """Check that the file was whole.

        Raises:
            ContentUnreadableError: it was not, or has no features.
        """
        yield from ()
        if not self._seen:
            raise ContentUnreadableError("The file is no FeatureCollection: it has no features.")
        if self._depth:
            text = f"The file ends in the middle, behind feature {self._number}."
            raise ContentUnreadableError(text)

    def _taken(self, token: bytes, start: int) -> Record | None:
        if token[:1] == b'"':
            if self._depth == 1:
                self._named = token
            return None
        if token in b"{[":
            self._depth += 1
            if token == b"[" and self._depth == 2 and self._named == b'"features"':  # noqa: PLR2004
                self._inside = self._seen = True
            if token == b"{" and self._depth == 3 and self._inside:  # noqa: PLR2004
                self._begin = start
            return None
        self._depth -= 1
        if self._depth == 1:
            self._inside = False
        if self._depth != 2 or self._begin is None:  # noqa: PLR2004
            return None
        self._number += 1
        raw, self._begin = self._held[self._begin : start + 1], None
        return Record(self._number, raw)

    def _forget(self) -> None:
        """Let go of what has been looked at and is in no object that goes on."""
        done = self._looked if self._begin is None else self._begin
        self._held = self._held[done:]
        self._looked -= done
        self._begin = None if self._begin is None else 0


def _too_long(number: int) -> ContentUnreadableError:
    text = f"Row {number} is longer than {MAX_RECORD_BYTES:,} bytes: is a quotation mark missing?"
    return ContentUnreadableError(text)
