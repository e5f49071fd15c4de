"""What notifications tells the others: subscribers and their endpoints."""

from typing import ClassVar, Literal

from shared.contracts.event import Event, State, Topic

SUBSCRIBERS = Topic("notifications.subscriber.v1")
ENDPOINTS = Topic("notifications.endpoint.v1")


class SubscriberState(State):
    """A partner integration."""

    name: str
    status: Literal["active", "suspended"]


class SubscriberEvent(Event):
    """Any event of a subscriber."""

    TOPIC: ClassVar[Topic] = SUBSCRIBERS
    state: SubscriberState


class SubscriberRegisteredV1(SubscriberEvent):
    """A partner integration was let in."""

    TYPE: ClassVar[str] = "eu.worldcities.notifications.subscriber.registered.v1"


class SubscriberSuspendedV1(SubscriberEvent):
    """A partner integration was shut out; its keys no longer work."""

    TYPE: ClassVar[str] = "eu.worldcities.notifications.subscriber.suspended.v1"


class EndpointState(State):
    """Where a subscriber is called; its URL and secret stay with notifications."""

    subscriber_id: str
    status: Literal["enabled", "disabled"]
    event_types: tuple[str, ...] = ()
    """Empty means every type."""
    disabled_reason: str | None = None


class EndpointEvent(Event):
    """Any event of an endpoint."""

    TOPIC: ClassVar[Topic] = ENDPOINTS
    state: EndpointState


class EndpointRegisteredV1(EndpointEvent):
    """A subscriber asked to be called."""

    TYPE: ClassVar[str] = "eu.worldcities.notifications.endpoint.registered.v1"


class EndpointUpdatedV1(EndpointEvent):
    """An endpoint's choice of types or its state changed."""

    TYPE: ClassVar[str] = "eu.worldcities.notifications.endpoint.updated.v1"


EVENTS: tuple[type[Event], ...] = (
    SubscriberRegisteredV1,
    SubscriberSuspendedV1,
    EndpointRegisteredV1,
    EndpointUpdatedV1,
)
