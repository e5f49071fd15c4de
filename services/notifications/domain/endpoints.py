"""Where a subscriber is called: URL, choice of types, signing secrets.

Life: enabled ⇄ disabled (by its owner, by an answer 410, after a delivery that failed for good, or
with its subscriber) → deleted. A secret that was replaced signs along for a day.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.notifications.domain.feed import FEED_TYPES
from services.notifications.errors import EndpointDisabled, EndpointTypeUnknown
from shared.contracts.notifications import EndpointRegisteredV1, EndpointState, EndpointUpdatedV1
from shared.errors import FieldError
from shared.ids import EndpointId, SubscriberId

SECRET_OVERLAP = timedelta(hours=24)
"""How long a replaced secret signs along: a day to deploy the new one. Source: Standard Webhooks
1.0, "zero downtime secret rotation"."""

MAX_ENDPOINTS = 20
"""Per subscriber: each event is delivered to each, so this bounds what one partner can cost."""

ALL_TYPES = "*"
"""The route of endpoints that chose no types and get all."""

Reason = Literal["by_owner", "gone", "failing", "subscriber_suspended", "deleted"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place to call; ``secret`` and ``old_secret`` are sealed."""

    id: EndpointId
    subscriber_id: SubscriberId
    url: str
    event_types: tuple[str, ...]
    secret: str
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    old_secret: str | None = None
    old_secret_until: datetime | None = None
    status: Literal["enabled", "disabled"] = "enabled"
    disabled_reason: Reason | None = None
    version: int = 0

    @property
    def deleted(self) -> bool:
        """Whether its owner took it away for good."""
        return self.disabled_reason == "deleted"


@dataclass(frozen=True, slots=True)
class Route:
    """The enabled endpoints that get one type (its ``id``), or all of them (``*``)."""

    id: str
    endpoints: tuple[str, ...] = ()
    """``endpoint id/subscriber id`` each: what a delivery needs, without reading the endpoint."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a PATCH asks for; None leaves a field."""

    url: str | None = None
    event_types: tuple[str, ...] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who changes something, and when."""

    by: str
    at: datetime


def register(endpoint: Endpoint) -> tuple[Endpoint, EndpointRegisteredV1]:
    """Begin to call a new endpoint.

    Raises:
        EndpointTypeUnknown: a type that partners don't get (422).
    """
    require_types(endpoint.event_types)
    endpoint = replace(endpoint, event_types=tuple(sorted(set(endpoint.event_types))))
    return endpoint, EndpointRegisteredV1(state=_public(endpoint))


def change(
    endpoint: Endpoint, wish: Change, stamp: Stamp
) -> tuple[Endpoint, tuple[EndpointUpdatedV1, ...]]:
    """Do what its owner asks; no event when nothing becomes different.

    Raises:
        EndpointTypeUnknown: a type that partners don't get (422).
    """
    types = endpoint.event_types
    if wish.event_types is not None:
        require_types(wish.event_types)
        types = tuple(sorted(set(wish.event_types)))
    wished = replace(endpoint, url=wish.url or endpoint.url, event_types=types)
    if wish.enabled is True:
        wished = replace(wished, status="enabled", disabled_reason=None)
    elif wish.enabled is False and endpoint.status == "enabled":
        wished = replace(wished, status="disabled", disabled_reason="by_owner")
    if wished == endpoint:
        return endpoint, ()
    return _updated(endpoint, wished, stamp)


def disable(
    endpoint: Endpoint, reason: Reason, stamp: Stamp
) -> tuple[Endpoint, tuple[EndpointUpdatedV1, ...]]:
    """Stop calling it; no event when it is disabled already and not to be deleted."""
    if endpoint.deleted or (endpoint.status == "disabled" and reason != "deleted"):
        return endpoint, ()
    wished = replace(endpoint, status="disabled", disabled_reason=reason)
    if reason == "deleted":
        wished = replace(wished, url="", secret="", old_secret=None, old_secret_until=None)
    return _updated(endpoint, wished, stamp)


def rotate(
    endpoint: Endpoint, sealed: str, stamp: Stamp
) -> tuple[Endpoint, tuple[EndpointUpdatedV1, ...]]:
    """Sign with a new secret, and with the old one too for a day."""
    until = stamp.at + SECRET_OVERLAP
    wished = replace(endpoint, secret=sealed, old_secret=endpoint.secret, old_secret_until=until)
    return _updated(endpoint, wished, stamp)


def require_enabled(endpoint: Endpoint) -> None:
    """Let pass an endpoint that is called.

    Raises:
        EndpointDisabled: it is not (409).
    """
    if endpoint.status == "disabled":
        raise EndpointDisabled


def require_types(types: Iterable[str]) -> None:
    """Let pass event types that partners get.

    Raises:
        EndpointTypeUnknown: 422, with an entry per unknown type.
    """
    unknown = [
        FieldError(f"/event_types/{place}", EndpointTypeUnknown.code, "is no type of the feed")
        for place, name in enumerate(types)
        if name not in FEED_TYPES
    ]
    if unknown:
        raise EndpointTypeUnknown(errors=unknown)


def routes_of(endpoint: Endpoint | None) -> frozenset[str]:
    """Give the ids of the routes that lead to it: none while it is disabled."""
    if endpoint is None or endpoint.status == "disabled":
        return frozenset()
    return frozenset(endpoint.event_types or (ALL_TYPES,))


def route_entry(endpoint: Endpoint) -> str:
    """Give what a route says of it."""
    return f"{endpoint.id}/{endpoint.subscriber_id}"


def delivery_id(endpoint_id: str, event_id: str) -> str:
    """Give the one id that a delivery of this event to this endpoint can have."""
    return f"dlv_{hashlib.sha256(f'{endpoint_id}/{event_id}'.encode()).hexdigest()[:32]}"


def _updated(
    before: Endpoint, after: Endpoint, stamp: Stamp
) -> tuple[Endpoint, tuple[EndpointUpdatedV1, ...]]:
    after = replace(after, changed_by=stamp.by, changed_at=stamp.at)
    was, becomes = _public(before), _public(after)
    changed = tuple(
        name for name in EndpointState.model_fields if getattr(was, name) != getattr(becomes, name)
    )
    return after, (EndpointUpdatedV1(state=becomes, changed=changed),)


def _public(endpoint: Endpoint) -> EndpointState:
    return EndpointState(
        id=endpoint.id,
        subscriber_id=endpoint.subscriber_id,
        status=endpoint.status,
        event_types=endpoint.event_types,
        disabled_reason=endpoint.disabled_reason,
    )
