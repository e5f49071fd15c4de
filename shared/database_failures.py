"""What a failure of the database means: try again, tell the caller, or let it be ours."""

import random

from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, PyMongoError

from shared.errors import Conflict, Unavailable

TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
"""Error labels. Source: MongoDB driver specification "Transactions", error labels."""

MAX_BACKOFF_SECONDS = 0.25
"""Between tries; jittered from 2 ms upwards, so that rivals for one document part ways."""

_DUPLICATE_KEY = 11000
_MAX_DUPLICATES = 5
"""A clash of ids is another transaction that was quicker: the next try sees its rows."""


def worth_another_try(error: PyMongoError, tries: int) -> bool:
    """Whether the whole transaction should run again after ``tries`` earlier repetitions."""
    if _is_duplicate(error):
        return tries < _MAX_DUPLICATES
    return error.has_error_label(TRANSIENT)


def problem_of(error: PyMongoError) -> Exception:
    """Translate at the edge what the caller can act on; the rest stays a failure of ours."""
    if _is_duplicate(error) or error.has_error_label(TRANSIENT):
        return Conflict("Somebody else changed the same thing at the same time; try again.")
    if isinstance(error, ConnectionFailure):
        return Unavailable("The database can't be reached; try again in a moment.")
    return error


def backoff_seconds(tries: int) -> float:
    """Give the pause before the next try, in seconds; ``tries`` were made before."""
    return random.uniform(0.002, min(MAX_BACKOFF_SECONDS, 0.004 * 2**tries))  # noqa: S311 - jitter


def _is_duplicate(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        failed = (error.details or {}).get("writeErrors", [])
        return any(each.get("code") == _DUPLICATE_KEY for each in failed)
    return isinstance(error, DuplicateKeyError)
