"""What a failure of the database means: try again, tell the caller, or let it be ours."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import (
    BulkWriteError,
    ClientBulkWriteException,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from shared.errors import Conflict, Unavailable

TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
"""Error labels. Source: MongoDB driver specification "Transactions", error labels."""

TRANSACT_DEADLINE_SECONDS = 30.0
"""After this a transaction that keeps conflicting is given up: HTTP clients are gone by then."""

OUTAGE_DEADLINE_SECONDS = 5.0
"""After this a database that can't be reached is called away: callers get 503 and decide."""

MAX_BACKOFF_SECONDS = 0.25
"""Between tries; jittered from 2 ms upwards, so that rivals for one document part ways."""

_WRITE_CONFLICT = 112
_DUPLICATE_KEY = 11000
_INTERRUPTED = 11601
_MAX_DUPLICATES = 5
"""A clash of ids is another transaction that was quicker: the next try sees its rows."""


def worth_another_try(error: PyMongoError, tries: int) -> bool:
    """Whether the whole transaction should run again after ``tries`` earlier repetitions."""
    if _is_duplicate(error):
        return tries < _MAX_DUPLICATES
    was_ended = isinstance(error, OperationFailure) and error.code == _INTERRUPTED
    return was_ended or _is_transient(error)


def has_label(error: PyMongoError, label: str) -> bool:
    """Whether the server put this label on the failure, or on the one that it wraps."""
    inner = error.error if isinstance(error, ClientBulkWriteException) else None
    labelled = isinstance(inner, PyMongoError) and inner.has_error_label(label)
    return labelled or error.has_error_label(label)


def problem_of(error: PyMongoError) -> Exception:
    """Translate at the edge what the caller can act on; the rest stays a failure of ours."""
    if isinstance(error, ConnectionFailure):  # in a transaction it is labelled transient too
        return Unavailable("The database can't be reached; try again in a moment.")
    if _is_duplicate(error) or _is_transient(error):
        return Conflict("Somebody else changed the same thing at the same time; try again.")
    return error


@contextmanager
def translated() -> Iterator[None]:
    """Let the database's failures leave the block as ``problem_of`` says."""
    try:
        yield
    except PyMongoError as error:
        raise problem_of(error) from error


def patience_seconds(error: PyMongoError) -> float:
    """Give how long to go on after such a failure, in seconds since the first try."""
    away = isinstance(error, ConnectionFailure)
    return OUTAGE_DEADLINE_SECONDS if away else TRANSACT_DEADLINE_SECONDS


def backoff_seconds(tries: int) -> float:
    """Give the pause before the next try, in seconds; ``tries`` were made before."""
    return random.uniform(0.002, min(MAX_BACKOFF_SECONDS, 0.004 * 2**tries))  # noqa: S311 - jitter


def _is_transient(error: PyMongoError) -> bool:
    """Whether it may be gone with the next try: the label says so, or another was quicker.

    A server may answer a conflict for the one document of a bulk write instead of for all of it;
    then nothing is labelled.
    """
    return has_label(error, TRANSIENT) or _WRITE_CONFLICT in _codes(error)


def _is_duplicate(error: PyMongoError) -> bool:
    return isinstance(error, DuplicateKeyError) or _DUPLICATE_KEY in _codes(error)


def _codes(error: PyMongoError) -> set[int]:
    """Give what went wrong with single documents of a bulk write."""
    if not isinstance(error, (BulkWriteError, ClientBulkWriteException)):
        return set()
    return {each.get("code", 0) for each in (error.details or {}).get("writeErrors", [])}
