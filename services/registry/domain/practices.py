"""The life of a good practice: described by a city, checked by two officers, looked at again.

    draft -> submitted -> formally_checked -> published
    submitted | formally_checked | published -> returned (with a comment) -> submitted
    any but withdrawn -> withdrawn, for good

Promises: nothing is published that two different officers have not checked since it was last
changed, and its text reaches the other services only while it is published.
"""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from typing import Final

from services.registry.domain.changes import Author, continued, started
from services.registry.domain.practice_states import (
    Check,
    Comment,
    Content,
    ContentChanges,
    Lineage,
    Practice,
    Status,
    public,
)
from services.registry.errors import (
    PracticeCheckerSame,
    PracticeCommentsFull,
    PracticeRecheckPast,
    PracticeStatusUnfit,
)
from shared.contracts.registry import (
    PracticeCheckedV1,
    PracticeCommentedV1,
    PracticeDraftedV1,
    PracticeMovedV1,
    PracticePublishedV1,
    PracticeRecheckedV1,
    PracticeReturnedV1,
    PracticeRevisedV1,
    PracticeSubmittedV1,
    PracticeWithdrawnV1,
)
from shared.ids import CityId, PracticeId

RECHECK_MONTHS: Final = 24
"""Until a published practice is looked at again: figures and people are out of date by then."""

MAX_COMMENTS: Final = 200
"""On one practice: ten rounds of twenty; keeps the document far below the database's limit."""

_EDITABLE: Final[tuple[Status, ...]] = ("draft", "returned")
_RETURNABLE: Final[tuple[Status, ...]] = ("submitted", "formally_checked", "published")
_ALIVE: Final[tuple[Status, ...]] = (*_EDITABLE, *_RETURNABLE)


def draft(
    key: tuple[PracticeId, CityId], content: Content, lineage: Lineage | None, author: Author
) -> tuple[Practice, PracticeDraftedV1]:
    """Begin to describe a practice; `key` is its id and its city."""
    practice = Practice(*key, content, started(author), lineage=lineage)
    return practice, PracticeDraftedV1(state=public(practice))


def revise(
    practice: Practice, changes: ContentChanges, author: Author
) -> tuple[Practice, tuple[PracticeRevisedV1, ...]]:
    """Change the description; what is the same already gives no event.

    Raises:
        PracticeStatusUnfit: it is being checked, published or gone (409 `practice_status_unfit`).
    """
    _require(practice, _EDITABLE)
    content = replace(practice.content, **changes)
    if content == practice.content:
        return practice, ()
    after = replace(practice, content=content, audit=continued(practice.audit, author))
    return after, (PracticeRevisedV1(state=public(after), changed=("content",)),)


def submit(practice: Practice, author: Author) -> tuple[Practice, PracticeSubmittedV1]:
    """Hand it in to be checked, for the first time or after a return.

    Raises:
        PracticeStatusUnfit: 409 `practice_status_unfit`.
    """
    _require(practice, _EDITABLE)
    after = _step(practice, "submitted", author)
    return after, PracticeSubmittedV1(state=public(after), changed=("status",))


def check(practice: Practice, author: Author) -> tuple[Practice, PracticeCheckedV1]:
    """Find it formally complete: the first check.

    Raises:
        PracticeStatusUnfit: 409 `practice_status_unfit`.
    """
    _require(practice, ("submitted",))
    after = _step(practice, "formally_checked", author)
    after = replace(after, formal_check=Check(author.subject, author.at))
    return after, PracticeCheckedV1(state=public(after), changed=("status",))


def publish(practice: Practice, author: Author) -> tuple[Practice, PracticePublishedV1]:
    """Find it good and publish it: the second check, by another officer than the first.

    Raises:
        PracticeStatusUnfit: 409 `practice_status_unfit`.
        PracticeCheckerSame: 409 `practice_checker_same`.
    """
    _require(practice, ("formally_checked",))
    if practice.formal_check is not None and practice.formal_check.by == author.subject:
        raise PracticeCheckerSame
    after = replace(
        _step(practice, "published", author),
        thematic_check=Check(author.subject, author.at),
        published_at=practice.published_at or author.at,
        recheck_on=months_later(author.at.date(), RECHECK_MONTHS),
    )
    changed = ("status", "content", "recheck_on")
    return after, PracticePublishedV1(state=public(after), changed=changed)


def give_back(
    practice: Practice, comment: str, author: Author
) -> tuple[Practice, PracticeReturnedV1]:
    """Give it back to its city with a comment; both checks start anew.

    Raises:
        PracticeStatusUnfit: 409 `practice_status_unfit`.
        PracticeCommentsFull: 409 `practice_comments_full`.
    """
    _require(practice, _RETURNABLE)
    after = _commented(_step(practice, "returned", author), comment, author)
    after = replace(after, formal_check=None, thematic_check=None, recheck_on=None)
    return after, PracticeReturnedV1(
        state=public(after), changed=("status", "content", "recheck_on")
    )


def recheck(
    practice: Practice, next_on: date | None, author: Author
) -> tuple[Practice, PracticeRecheckedV1]:
    """Find a published practice still good; the next check is `next_on` or in 24 months.

    Raises:
        PracticeStatusUnfit: 409 `practice_status_unfit`.
        PracticeRecheckPast: 422 `practice_recheck_past`.
    """
    _require(practice, ("published",))
    today = author.at.date()
    next_on = next_on or months_later(today, RECHECK_MONTHS)
    if next_on <= today:
        raise PracticeRecheckPast
    after = replace(practice, recheck_on=next_on, audit=continued(practice.audit, author))
    after = replace(after, thematic_check=Check(author.subject, author.at))
    return after, PracticeRecheckedV1(state=public(after), changed=("recheck_on",))


def withdraw(
    practice: Practice, reason: str, author: Author
) -> tuple[Practice, PracticeWithdrawnV1]:
    """Take it back for good; what was adapted from it stays.

    Raises:
        PracticeStatusUnfit: 409 `practice_status_unfit`.
    """
    _require(practice, _ALIVE)
    after = replace(_step(practice, "withdrawn", author), withdrawn_reason=reason, recheck_on=None)
    return after, PracticeWithdrawnV1(
        state=public(after), changed=("status", "content", "recheck_on")
    )


def comment(practice: Practice, text: str, author: Author) -> tuple[Practice, PracticeCommentedV1]:
    """Say something of it; officers and its city read that.

    Raises:
        PracticeStatusUnfit: it is withdrawn (409 `practice_status_unfit`).
        PracticeCommentsFull: 409 `practice_comments_full`.
    """
    _require(practice, _ALIVE)
    after = replace(practice, audit=continued(practice.audit, author))
    after = _commented(after, text, author)
    return after, PracticeCommentedV1(state=public(after))


def move(practice: Practice, city_id: CityId, author: Author) -> tuple[Practice, PracticeMovedV1]:
    """Let a practice be of another record of the same city; of any status, its checks stay."""
    after = replace(practice, city_id=city_id, audit=continued(practice.audit, author))
    return after, PracticeMovedV1(state=public(after), changed=("city_id",))


def months_later(day: date, months: int) -> date:
    """Give the same day some months later, or that month's last day if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _require(practice: Practice, allowed: tuple[Status, ...]) -> None:
    if practice.status not in allowed:
        raise PracticeStatusUnfit(practice.status, allowed)


def _step(practice: Practice, status: Status, author: Author) -> Practice:
    return replace(practice, status=status, audit=continued(practice.audit, author))


def _commented(practice: Practice, text: str, author: Author) -> Practice:
    if len(practice.comments) >= MAX_COMMENTS:
        raise PracticeCommentsFull
    said = Comment(author.subject, author.at, text)
    return replace(practice, comments=(*practice.comments, said))
