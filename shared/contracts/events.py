"""What the events service tells: activities, delegations, action items. Never a person's name."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.contracts.event import Event, Part, State, Topic

ACTIVITIES = Topic("events.activity.v1")
DELEGATIONS = Topic("events.delegation.v1")
ACTION_ITEMS = Topic("events.action_item.v1")


class AgendaSession(Part):
    """One timed item of an activity."""

    id: str = ""
    """Stays the same when the session moves."""
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str | None = None


class Attention(Part):
    """Why the programme team should look at an activity."""

    pairing_id: str
    reason: str


class ActivityState(State):
    """A working meeting, study visit, conference or webinar."""

    kind: Literal["working_meeting", "study_visit", "conference", "webinar"]
    title: str
    status: Literal["planned", "cancelled"]
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    """IANA name of the place: the civil times are these instants in it."""
    all_day: bool = False
    """It has dates only: the instants are midnights in the zone, the end is exclusive."""
    host_city_ids: tuple[str, ...]
    pairing_ids: tuple[str, ...] = ()
    place: str | None = None
    agenda: tuple[AgendaSession, ...] = ()
    calendar: str = ""
    """The activity as iCalendar text (RFC 5545) without attendees, ready to attach to a mail."""
    attention: tuple[Attention, ...] = ()
    """What happened to its pairings; nothing is cancelled by that."""
    cancelled_reason: str | None = None
    illustrative: bool = False


class ActivityEvent(Event):
    """Any event of an activity."""

    TOPIC: ClassVar[Topic] = ACTIVITIES
    state: ActivityState


class ActivityPlannedV1(ActivityEvent):
    """An activity has hosts and dates."""

    TYPE: ClassVar[str] = "eu.worldcities.events.activity.planned.v1"


class ActivityUpdatedV1(ActivityEvent):
    """Dates, place, hosts or agenda of an activity changed."""

    TYPE: ClassVar[str] = "eu.worldcities.events.activity.updated.v1"


class ActivityCancelledV1(ActivityEvent):
    """An activity will not take place."""

    TYPE: ClassVar[str] = "eu.worldcities.events.activity.cancelled.v1"


class Delegate(Part):
    """One member of a delegation, by ids only."""

    id: str
    contact_id: str | None = None
    """None for a person of a third organisation, whose name stays with the events service."""
    funded: bool = True


class DelegationState(State):
    """A city's group at an activity."""

    activity_id: str
    city_id: str
    status: Literal["invited", "confirmed", "cancelled"]
    delegates: tuple[Delegate, ...] = ()


class DelegationEvent(Event):
    """Any event of a delegation."""

    TOPIC: ClassVar[Topic] = DELEGATIONS
    state: DelegationState


class DelegationInvitedV1(DelegationEvent):
    """A city was asked to send a delegation."""

    TYPE: ClassVar[str] = "eu.worldcities.events.delegation.invited.v1"


class DelegationUpdatedV1(DelegationEvent):
    """Delegates were named, replaced or removed."""

    TYPE: ClassVar[str] = "eu.worldcities.events.delegation.updated.v1"


class DelegationConfirmedV1(DelegationEvent):
    """The city confirmed its delegation: its delegates are told."""

    TYPE: ClassVar[str] = "eu.worldcities.events.delegation.confirmed.v1"


class DelegationCancelledV1(DelegationEvent):
    """The city sends no delegation after all."""

    TYPE: ClassVar[str] = "eu.worldcities.events.delegation.cancelled.v1"


class ActionItemState(State):
    """What an activity agreed that a city of a pairing will do; its progress is the pairing's."""

    activity_id: str
    pairing_id: str
    owner_city_id: str
    title: str
    topic: str | None = None
    due_on: date | None = None
    status: Literal["recorded", "withdrawn"]


class ActionItemEvent(Event):
    """Any event of an action item."""

    TOPIC: ClassVar[Topic] = ACTION_ITEMS
    state: ActionItemState


class ActionItemRecordedV1(ActionItemEvent):
    """An activity agreed on an action item."""

    TYPE: ClassVar[str] = "eu.worldcities.events.action_item.recorded.v1"


class ActionItemRevisedV1(ActionItemEvent):
    """What, who or when of an action item was corrected."""

    TYPE: ClassVar[str] = "eu.worldcities.events.action_item.revised.v1"


class ActionItemWithdrawnV1(ActionItemEvent):
    """An action item was taken back, for instance because it was noted twice."""

    TYPE: ClassVar[str] = "eu.worldcities.events.action_item.withdrawn.v1"


EVENTS: tuple[type[Event], ...] = (
    ActivityPlannedV1,
    ActivityUpdatedV1,
    ActivityCancelledV1,
    DelegationInvitedV1,
    DelegationUpdatedV1,
    DelegationConfirmedV1,
    DelegationCancelledV1,
    ActionItemRecordedV1,
    ActionItemRevisedV1,
    ActionItemWithdrawnV1,
)
