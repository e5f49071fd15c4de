"""Imports: a file of cities that is taken into the register row by row, and how far it is.

Promises: a tally counts each row once; only a running import goes on; what has ended stays so.
A dry run passes the same states and counts the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NewType

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.domain.cities import Statement, Status
from services.registry.errors import ImportContentEmpty, ImportStatusUnfit
from services.registry.places import Place
from shared.ids import CityId

ImportId = NewType("ImportId", str)
ImportFormat = Literal["csv", "jsonl", "geojson"]
ImportStatus = Literal["awaiting_content", "ready", "running", "done", "cancelled", "failed"]

MOST_FAULTS = 10_000
"""Faults that are kept of one import: nobody mends more rows by hand; all are counted."""

MOST_TRIES = 5
"""Workers that may give up at one place: one that kills them all would go on for ever."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows so far. `read` is the sum of the others; `faults` counts what is kept of `rejected`."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    faults: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Add the rows of a batch."""
        return Tally(
            self.read + other.read,
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            self.faults + other.faults,
        )


@dataclass(frozen=True, slots=True)
class Content:
    """The file: under which upload its chunks are kept, and how many there are."""

    upload: str
    chunks: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `version` counts changes of its status, not its progress."""

    id: ImportId
    format: ImportFormat
    dry_run: bool
    audit: Audit
    status: ImportStatus = "awaiting_content"
    content: Content | None = None
    tally: Tally = field(default_factory=Tally)
    failure: str | None = None
    """Why the file can't be read on, in words."""
    started_by: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1
    tries: int = 0
    """How often a worker has begun since the last batch was taken."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row states of one city. `place` and `keys` are what follows from it, worked out early.

    `number` counts from 1 as a spreadsheet shows it: the header of a CSV file is row 1.
    """

    number: int
    statement: Statement
    id: CityId | None = None
    status: Status | None = None
    place: Place | None = None
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was not taken: the column, a code, what is wrong, and what to do about it."""

    row: int
    column: str | None
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be understood."""

    number: int
    faults: tuple[Fault, ...]


AnyRow = Row | Unread


def begin(id_: ImportId, format_: ImportFormat, author: Author, *, dry_run: bool) -> Import:
    """Announce an import; its file comes next."""
    return Import(id_, format_, dry_run, started(author))


def receive(job: Import, content: Content, author: Author) -> Import:
    """Take the file, in place of an earlier one.

    Raises:
        ImportStatusUnfit: it has been started (409 `import_status_unfit`).
        ImportContentEmpty: 422 `import_content_empty`.
    """
    _require(job, "awaiting_content", "ready")
    if content.size == 0:
        raise ImportContentEmpty
    return _moved(replace(job, content=content), "ready", author)


def start(job: Import, author: Author) -> Import:
    """Let the rows be taken in the name of the author.

    Raises:
        ImportStatusUnfit: there is no file, or it has been started (409 `import_status_unfit`).
    """
    _require(job, "ready")
    told = replace(job, started_by=author.subject, started_at=author.at)
    return _moved(told, "running", author)


def cancel(job: Import, author: Author) -> Import:
    """Stop; the rows that were taken stay.

    Raises:
        ImportStatusUnfit: it has ended (409 `import_status_unfit`).
    """
    _require(job, "awaiting_content", "ready", "running")
    return replace(_moved(job, "cancelled", author), ended_at=author.at)


def advance(job: Import, batch: Tally) -> Import:
    """Count the rows of a batch."""
    return replace(job, tally=job.tally.plus(batch), tries=0)


def attempt(job: Import, author: Author) -> Import:
    """Begin at the place where it is; where too many workers gave up, it fails instead."""
    if job.tries < MOST_TRIES:
        return replace(job, tries=job.tries + 1)
    text = f"{MOST_TRIES} workers gave up behind {job.tally.read} rows: ask the operators."
    return end(job, author, text)


def end(job: Import, author: Author, failure: str | None = None) -> Import:
    """Say that there are no more rows, or why they can't be read."""
    ended = replace(job, failure=failure, ended_at=author.at)
    return _moved(ended, "failed" if failure else "done", author)


def _moved(job: Import, status: ImportStatus, author: Author) -> Import:
    audit = continued(job.audit, author)
    return replace(job, status=status, audit=audit, version=job.version + 1)


def _require(job: Import, *wanted: ImportStatus) -> None:
    if job.status not in wanted:
        raise ImportStatusUnfit(f"{job.id} is {job.status}, not {_words(wanted)}.")


def _words(statuses: Sequence[str]) -> str:
    return " or ".join(statuses)
