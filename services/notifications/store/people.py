"""Copies of other services' things, the cities' rosters, and the e-mails."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.copies import (
    ActivityCopy,
    CityCopy,
    ContactCopy,
    DelegationCopy,
    Roster,
)
from services.notifications.domain.notices import Email, EmailStatus
from services.notifications.store.feed import MILLISECOND, Listing, newest_first
from shared.collection import Collection, Index
from shared.mongo import Mongo
from shared.paging import cut
from shared.unit_of_work import Tx

EMAIL_RETENTION_SECONDS = 2 * 365 * 24 * 3600
"""Two years: the length of a pairing. Who was told what is asked while it lives, not after."""

CONTACT_COPIES = Collection("contact_copies", ContactCopy)
CITY_COPIES = Collection("city_copies", CityCopy)
ACTIVITY_COPIES = Collection("activity_copies", ActivityCopy)
DELEGATION_COPIES = Collection(
    "delegation_copies",
    DelegationCopy,
    (Index((("activity_id", 1), ("status", 1), ("_id", 1)), "an activity's delegations"),),
)
ROSTERS = Collection("rosters", Roster)
EMAILS = Collection(
    "emails",
    Email,
    (
        Index(
            (("status", 1), ("next_attempt_at", 1)),
            "e-mails that are due, in order",
            partial={"status": "pending"},
        ),
        Index((("created_at", -1), ("_id", -1)), "all e-mails, newest first"),
        Index((("status", 1), ("created_at", -1), ("_id", -1)), "e-mails in one state"),
        Index((("contact_id", 1), ("created_at", -1), ("_id", -1)), "a person's e-mails"),
        Index((("about", 1), ("created_at", -1), ("_id", -1)), "e-mails about one thing"),
        Index((("created_at", 1),), "end of retention", expire_seconds=EMAIL_RETENTION_SECONDS),
    ),
)


@dataclass(frozen=True, slots=True)
class EmailFilter:
    """Which e-mails a list shows: at most one of these is set."""

    status: EmailStatus | None = None
    contact_id: str | None = None
    about: str | None = None


async def due_emails(tx: Tx, now: datetime, limit: int) -> list[Email]:
    """Give e-mails whose time has come, the most overdue first."""
    query = {"status": "pending", "next_attempt_at": {"$lt": now + MILLISECOND}}
    sort = (("status", 1), ("next_attempt_at", 1))
    return await tx.find(EMAILS, query, sort=sort, limit=limit)


async def emails_to(tx: Tx, contact_id: str) -> list[Email]:
    """Give everything written to a contact."""
    return await tx.find(EMAILS, {"contact_id": contact_id})


async def confirmed_delegations(tx: Tx, activity_id: str) -> list[DelegationCopy]:
    """Give the delegations that will come to an activity."""
    query = {"activity_id": activity_id, "status": "confirmed"}
    return await tx.find(DELEGATION_COPIES, query, sort=(("_id", 1),))


async def list_emails(
    mongo: Mongo, wanted: EmailFilter, limit: int, cursor: str | None
) -> tuple[list[Email], str | None]:
    """Give one page of e-mails, newest first, and the next page's cursor."""
    given = {
        "contact_id": wanted.contact_id,
        "about": wanted.about,
        "status": wanted.status.value if wanted.status else None,
    }
    query: dict[str, object] = {name: value for name, value in given.items() if value}
    keys = [*((name, 1) for name in query), ("created_at", -1), ("_id", -1)]
    rows = await newest_first(mongo, EMAILS, Listing(query, keys, cursor), limit + 1)
    return cut(rows, limit, lambda row: (row.created_at, row.id))
