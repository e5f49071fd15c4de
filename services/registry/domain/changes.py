"""Who changed something and when, kept on every aggregate of the registry."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, and when: the subject of their token and an aware UTC time."""

    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Audit:
    """First and last author of a state."""

    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


def started(author: Author) -> Audit:
    """Give the audit of something new."""
    return Audit(author.subject, author.at, author.subject, author.at)


def continued(audit: Audit, author: Author) -> Audit:
    """Give the audit after a change."""
    return Audit(audit.created_by, audit.created_at, author.subject, author.at)
