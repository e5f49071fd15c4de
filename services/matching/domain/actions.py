"""The action plan of a pairing: what its two cities agreed that one of them does, by when.

    open ── start ─▶ in_progress ── finish, with what came of it ─▶ done
      └───────┴── drop, with a reason ─▶ dropped        (done, dropped ── reopen ─▶ open)

Promises that what an activity decided is changed at the activity alone: the plan keeps how far it
is. A late or repeated word of an item changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from services.matching.domain.exchanges import LAST_MINUTE
from services.matching.domain.pairings import Pairing
from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    ActionCommentsFull,
    ActionEnded,
    ActionEvidenceMissing,
    ActionFixed,
    ActionOwnerUnfit,
    PairingNotActive,
)
from shared.contracts.matching import (
    ActionAgreedV1,
    ActionEvent,
    ActionInheritedV1,
    ActionMovedV1,
    ActionRemindedV1,
    ActionRevisedV1,
    ActionState,
)
from shared.ids import ActionId, ActionItemId, CityId, ExchangeId, PairingId, TopicCode

Status = Literal["open", "in_progress", "done", "dropped"]

MAX_ACTIONS = 200
"""Of one pairing: eight a month for two years; a longer list is no plan."""

MAX_COMMENTS = 100
"""Of one action; keeps it a small document."""

REMINDED_BEFORE = timedelta(days=7)
"""A week: what a city promised can still be done, or said to be late."""

_REVISABLE = ("title", "owner_city_id", "topic", "due_on")


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark that stays with the action; ``city_id`` is None where the programme team spoke."""

    text: str
    by: str
    at: datetime
    city_id: CityId | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What, who and when."""

    title: str
    owner_city_id: CityId
    topic: TopicCode | None = None
    due_on: date | None = None
    """A day in the exchange's time zone, to its end."""


@dataclass(frozen=True, slots=True)
class Item:
    """Where an action of an activity comes from, and which word of it was heard last."""

    id: ActionItemId
    sequence: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a pairing's plan."""

    id: ActionId
    pairing_id: PairingId
    exchange_id: ExchangeId
    content: Content
    due_at: datetime | None
    """23:59 of the due day in the exchange's zone, UTC."""
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    status: Status = "open"
    going: bool = True
    """Open or in progress: for the one index that finds what is overdue."""
    evidence: str | None = None
    """What came of it where it is done; why not where it is dropped."""
    ended_at: datetime | None = None
    next_at: datetime | None = None
    """When its owner is to be reminded; for the worker."""
    comments: tuple[Comment, ...] = ()
    item: Item | None = None
    reminded_at: datetime | None = None
    came_from: tuple[PairingId, ...] = ()
    """Pairings that it was part of before a partner was replaced, oldest first."""
    version: int = 0

    def overdue(self, now: datetime) -> bool:
        """Tell whether its day has passed and it is neither done nor dropped."""
        return self.going and self.due_at is not None and now >= self.due_at + LAST_MINUTE


def agree(action: Action, pairing: Pairing) -> tuple[Action, ActionEvent]:
    """Take an action into the plan of a cooperation under way.

    Raises:
        PairingNotActive: 409.
        ActionOwnerUnfit: 422.
    """
    if pairing.status not in {"active", "suspended"}:
        raise PairingNotActive(f"The pairing is {pairing.status}.")
    _require_owner(action.content, pairing)
    return action, ActionAgreedV1(state=public(action))


def revise(
    action: Action, pairing: Pairing, content: Content, due_at: datetime | None, stamp: Stamp
) -> tuple[Action, tuple[ActionEvent, ...]]:
    """Change what, who or when; changing nothing is no event.

    Raises:
        ActionFixed: an activity decides it (409).
        ActionEnded: 409.
        ActionOwnerUnfit: 422.
    """
    if action.item is not None:
        raise ActionFixed
    if not action.going:
        raise ActionEnded(f"The action is {action.status}.")
    _require_owner(content, pairing)
    return _with_content(action, content, due_at, stamp)


def goes_on(status: Status) -> bool:
    """Tell whether there is still something to do."""
    return status in {"open", "in_progress"}


def move(
    action: Action, status: Status, evidence: str | None, stamp: Stamp
) -> tuple[Action, tuple[ActionEvent, ...]]:
    """Say how far it is; the status that it has already, with nothing new to say, is no event.

    Raises:
        ActionEvidenceMissing: done or dropped without a word (422).
    """
    ended = not goes_on(status)
    evidence = evidence or (action.evidence if status == action.status else None)
    if ended and not evidence:
        raise ActionEvidenceMissing
    if (status, evidence) == (action.status, action.evidence):
        return action, ()
    moved = replace(
        action,
        status=status,
        going=not ended,
        evidence=evidence,
        ended_at=stamp.at if ended else None,
        next_at=None if ended else reminder(action.due_at, stamp.at),
    )
    moved = _stamped(moved, stamp)
    return moved, (ActionMovedV1(state=public(moved), changed=("status",)),)


def comment(action: Action, comment_: Comment) -> tuple[Action, ActionEvent]:
    """Add a remark; its words are for the two cities and the programme team, not for the topic.

    Raises:
        ActionCommentsFull: 409.
    """
    if len(action.comments) >= MAX_COMMENTS:
        raise ActionCommentsFull
    said = replace(action, comments=(*action.comments, comment_))
    return said, ActionRevisedV1(state=public(said), changed=("comments",))


def inherit(action: Action, old: Pairing, new: Pairing, stamp: Stamp) -> tuple[Action, ActionEvent]:
    """Hand an open action over to the pairing in the old one's place.

    A new city owns what the city before it owned.
    """
    owner = action.content.owner_city_id
    if owner not in new.city_ids:
        owner = new.eu_city_id if owner == old.eu_city_id else new.partner_city_id
    inherited = replace(
        action,
        pairing_id=new.id,
        content=replace(action.content, owner_city_id=owner),
        came_from=(*action.came_from, old.id),
    )
    inherited = _stamped(inherited, stamp)
    changed = ("pairing_id", "owner_city_id")
    return inherited, ActionInheritedV1(state=public(inherited), changed=changed)


def remind(action: Action, stamp: Stamp) -> tuple[Action, tuple[ActionEvent, ...]]:
    """Remind the owner that it is due soon, once; else nothing happens."""
    if action.next_at is None or stamp.at < action.next_at or not action.going:
        return action, ()
    reminded = replace(action, reminded_at=stamp.at, next_at=None)
    return reminded, (ActionRemindedV1(state=public(reminded), changed=("reminded_at",)),)


def reminder(due_at: datetime | None, now: datetime) -> datetime | None:
    """Give when the owner is to be reminded of an action; None where that has passed already."""
    if due_at is None or due_at - REMINDED_BEFORE <= now:
        return None
    return due_at - REMINDED_BEFORE


def record(action: Action, stamp: Stamp) -> tuple[Action, ActionEvent]:
    """Take an activity's item into the plan; one that is withdrawn already is dropped at once."""
    if action.item is not None and action.item.withdrawn:
        action = replace(
            action,
            status="dropped",
            going=False,
            evidence=WITHDRAWN,
            ended_at=stamp.at,
            next_at=None,
        )
    return action, ActionAgreedV1(state=public(action))


def hear_of_item(
    action: Action, word: tuple[Item, Content], due_at: datetime | None, stamp: Stamp
) -> tuple[Action, tuple[ActionEvent, ...]]:
    """Take over what an activity says of its item now; what is done or dropped stays so.

    An item that is withdrawn drops an action that nobody has ended.
    """
    item, content = word
    if action.item is not None and action.item.sequence >= item.sequence:
        return action, ()
    heard = replace(action, item=item)
    if item.withdrawn and heard.going:
        dropped, events = move(heard, "dropped", WITHDRAWN, stamp)
        return dropped, events
    after, events = _with_content(heard, content, due_at, stamp)
    return (after, events) if events else (heard, ())


WITHDRAWN = "The activity has withdrawn its action item."


def public(action: Action) -> ActionState:
    """Give the state that other services may copy: without evidence and comments."""
    content = action.content
    return ActionState(
        id=action.id,
        pairing_id=action.pairing_id,
        exchange_id=action.exchange_id,
        owner_city_id=content.owner_city_id,
        title=content.title,
        topic=content.topic,
        due_on=content.due_on,
        status=action.status,
        item_id=action.item.id if action.item else None,
    )


def _with_content(
    action: Action, content: Content, due_at: datetime | None, stamp: Stamp
) -> tuple[Action, tuple[ActionEvent, ...]]:
    changed = tuple(
        name for name in _REVISABLE if getattr(content, name) != getattr(action.content, name)
    )
    if not changed:
        return action, ()
    next_at = action.next_at if due_at == action.due_at else reminder(due_at, stamp.at)
    revised = replace(action, content=content, due_at=due_at, next_at=next_at)
    revised = _stamped(revised, stamp)
    return revised, (ActionRevisedV1(state=public(revised), changed=changed),)


def _require_owner(content: Content, pairing: Pairing) -> None:
    if content.owner_city_id not in pairing.city_ids:
        raise ActionOwnerUnfit


def _stamped(action: Action, stamp: Stamp) -> Action:
    return replace(action, changed_by=stamp.by, changed_at=stamp.at)
