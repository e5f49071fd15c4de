"""What goes in and out at `/v1/actions` and `/v1/pairings/{id}/actions`."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.matching.api.parts import Day
from services.matching.domain.actions import Action, Content, Status
from services.matching.domain.progress import Progress
from services.matching.store import ActionQuery
from shared.ids import (
    ActionId,
    CityId,
    CityRef,
    ExchangeId,
    ExchangeRef,
    PairingId,
    PairingRef,
    TopicRef,
)
from shared.paging import DEFAULT_LIMIT, Cursor, Limit
from shared.web import Input, Name, Output, Text, Version

MAX_EVIDENCE_CHARS = 4000
"""Two pages; longer evidence is a document, of which this says where it is."""


class ActionInput(Input):
    """An action to take into a plan."""

    title: Name
    owner_city_id: CityRef
    """One of the pairing's two cities."""
    topic: TopicRef | None = None
    due_on: Day | None = None
    """A day in the exchange's time zone, to its end."""

    def content(self) -> Content:
        """Give it as the domain has it."""
        return Content(self.title, self.owner_city_id, self.topic, self.due_on)


class ActionChanges(Input):
    """What to change; what is left out stays, a null topic or date goes."""

    title: Name | None = None
    owner_city_id: CityRef | None = None
    topic: TopicRef | None = None
    due_on: Day | None = None

    def revised(self, content: Content) -> Content:
        """Give the content with what is named here changed."""
        named = self.model_fields_set
        return Content(
            title=self.title or content.title,
            owner_city_id=self.owner_city_id or content.owner_city_id,
            topic=self.topic if "topic" in named else content.topic,
            due_on=self.due_on if "due_on" in named else content.due_on,
        )


class MoveInput(Input):
    """How far an action is."""

    status: Status
    evidence: Annotated[str, Field(min_length=1, max_length=MAX_EVIDENCE_CHARS)] | None = None
    """What came of it, where it is done; why not, where it is dropped."""


class CommentInput(Input):
    """A remark for the two cities and the programme team."""

    text: Text


class CommentOut(Output):
    """A remark."""

    text: str
    city_id: CityId | None
    """Whose coordinator said it; null: the programme team."""
    at: datetime


class ActionOut(Output):
    """One action of a pairing's plan."""

    id: ActionId
    pairing_id: PairingId
    exchange_id: ExchangeId
    title: str
    owner_city_id: CityId
    topic: str | None
    due_on: date | None
    due_at: datetime | None
    """23:59 of the due day in the exchange's time zone, in UTC."""
    status: Status
    overdue: bool
    evidence: str | None
    comments: tuple[CommentOut, ...]
    item_id: str | None
    """The action item of an activity that it comes from: change title, owner, topic, date there."""
    came_from: tuple[PairingId, ...]
    """Pairings that it was part of before a partner was replaced, oldest first."""
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    version: Version

    @classmethod
    def of(cls, action: Action, now: datetime) -> "ActionOut":
        """Show an action as it stands at a moment."""
        content = action.content
        return cls(
            id=action.id,
            pairing_id=action.pairing_id,
            exchange_id=action.exchange_id,
            title=content.title,
            owner_city_id=content.owner_city_id,
            topic=content.topic,
            due_on=content.due_on,
            due_at=action.due_at,
            status=action.status,
            overdue=action.overdue(now),
            evidence=action.evidence,
            comments=tuple(
                CommentOut(text=each.text, city_id=each.city_id, at=each.at)
                for each in action.comments
            ),
            item_id=action.item.id if action.item else None,
            came_from=action.came_from,
            created_at=action.created_at,
            changed_at=action.changed_at,
            ended_at=action.ended_at,
            version=action.version,
        )


class ActionFilter(BaseModel):
    """The query parameters of the list: one of a pairing, a city or an exchange is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    pairing_id: PairingRef | None = None
    city_id: CityRef | None = None
    """The city that owns them."""
    exchange_id: ExchangeRef | None = None
    status: Status | None = None
    overdue: Literal["true", "false"] = "false"
    """Only those whose day has passed and that are neither done nor dropped."""
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def query(self, now: datetime) -> ActionQuery:
        """Give it to the store, by the narrowest scope; the others are looked at row by row."""
        scopes = {
            "pairing_id": self.pairing_id,
            "content.owner_city_id": self.city_id,
            "exchange_id": self.exchange_id,
        }
        named = {field: value for field, value in scopes.items() if value is not None}
        return ActionQuery(named, self.status, now if self.overdue == "true" else None)


class CountOut(Output):
    """How many actions, by how far they are."""

    open: int
    in_progress: int
    done: int
    dropped: int
    overdue: int
    """Of those open or in progress."""


class ShareOut(Output):
    """The actions of one owner or one topic; `of` is null for those of no topic."""

    of: str | None
    actions: CountOut


class ProgressOut(Output):
    """How a cooperation goes, counted from its records at this moment, never typed."""

    pairing_id: PairingId
    at: datetime
    active_since: datetime | None
    """When the second city said yes."""
    suspended_days: int
    """Whole days of pauses, a present one included."""
    ended_at: datetime | None
    actions: CountOut
    done_in_time: int
    """Of the done ones: ended before their day was over, or without a day."""
    done_late: int
    by_owner: tuple[ShareOut, ...]
    by_topic: tuple[ShareOut, ...]
    from_activities: int
    """Actions that activities agreed on."""
    inherited: int
    """Actions taken over from a pairing whose partner was replaced."""

    @classmethod
    def of(cls, progress: Progress) -> "ProgressOut":
        """Show a report."""
        return cls.model_validate(progress, from_attributes=True)
