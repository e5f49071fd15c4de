"""The inbox: which events a consumer group has taken effect of, kept beside those effects.

Promises that an event takes effect once per group: its row and its effect are one transaction, and
of two transactions with the same row only one commits.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.collection import Document
from shared.unit_of_work import Tx

INBOX = "inbox"

INBOX_TTL_SECONDS = 100 * 24 * 3600
"""Longer than the 90 days for which a topic keeps every event: rewinding a group to the start of a
topic does nothing twice. Shorter, and such a rewind would repeat e-mails."""


async def unseen(tx: Tx, group: str, event_ids: Sequence[str]) -> set[str]:
    """Give those of the events that this group has not yet taken effect of."""
    rows = await tx.find_rows(INBOX, [_row_id(group, each) for each in event_ids])
    seen = {row["_id"] for row in rows}
    return {each for each in event_ids if _row_id(group, each) not in seen}


def remember(tx: Tx, group: str, event_ids: Iterable[str], now: datetime) -> None:
    """Write down that the group takes effect of these events in this transaction."""
    for each in event_ids:
        tx.insert_row(INBOX, _row(group, each, now))


def _row_id(group: str, event_id: str) -> str:
    return f"{group}:{event_id}"


def _row(group: str, event_id: str, now: datetime) -> Document:
    return {"_id": _row_id(group, event_id), "at": now}
