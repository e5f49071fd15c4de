"""How a transaction ends: committed, and again while nobody knows whether it was, or given up.

Promises that every wait ends, and that a refused commit leaves nothing open in the database.
"""

import asyncio
import contextlib

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError

from shared.database_failures import (
    TRANSACT_DEADLINE_SECONDS,
    UNKNOWN_COMMIT,
    backoff_seconds,
    has_label,
)
from shared.telemetry import TRANSACTION_RETRIES

MAX_COMMITS = 20
"""Tries of one commit; with the pauses between them about four seconds."""


async def commit(session: AsyncClientSession) -> None:
    """Commit, and again as long as the result is unknown, within the deadline.

    Raises:
        PyMongoError: the transaction did not commit, or nobody can say whether it did.
    """
    async with asyncio.timeout(TRANSACT_DEADLINE_SECONDS):
        tries = 0
        while True:
            try:
                await session.commit_transaction()
            except PyMongoError as error:
                if not has_label(error, UNKNOWN_COMMIT) or tries >= MAX_COMMITS:
                    await _end(session)
                    raise
                TRANSACTION_RETRIES.labels("commit").inc()
                await asyncio.sleep(backoff_seconds(tries))
                tries += 1
            else:
                return


async def _end(session: AsyncClientSession) -> None:
    """End what a refused commit may have left open: no driver aborts after a commit."""
    with contextlib.suppress(PyMongoError):
        await session.client.admin.command("killSessions", [session.session_id])


async def abort(session: AsyncClientSession) -> None:
    """Give the transaction up; the server does so by itself when it can't be reached."""
    try:
        await session.abort_transaction()
    except PyMongoError:
        return
