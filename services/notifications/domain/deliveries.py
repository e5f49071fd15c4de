"""Deliveries of webhooks: one message for one endpoint, and each try to hand it over.

Life: pending → delivered, failed or cancelled; failed and delivered ones can be sent again. While a
process works on a delivery it is `pending` with a claim, and due again when the claim's lease ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.endpoints import delivery_id
from services.notifications.domain.feed import FeedRow
from services.notifications.errors import DeliveryPending
from shared.ids import DeliveryId, EndpointId, SubscriberId

ANSWER_CHARS = 1024
"""What is kept of an answer: enough to see an error message."""

KEPT_ATTEMPTS = 20
"""Two whole schedules; older attempts of a delivery that is repeated by hand again and again go."""

GONE = 410
"""The endpoint says that it wants no more. Source: Standard Webhooks 1.0."""

_OK = range(200, 300)


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    """Due at ``next_attempt_at``."""
    DELIVERED = "delivered"
    """The endpoint answered 2xx."""
    FAILED = "failed"
    """Given up."""
    CANCELLED = "cancelled"
    """Not sent, since the endpoint is disabled."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call and what came of it."""

    at: datetime
    latency_ms: int
    status_code: int | None = None
    """None when no answer came."""
    answer: str = ""
    """The first KiB of the answer's body."""
    error: str | None = None
    """Why no answer came, in a word: ``timeout``, ``connect``, ``address_refused`` …"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint."""

    id: DeliveryId
    endpoint_id: EndpointId
    subscriber_id: SubscriberId
    event_id: str
    event_type: str
    position: int
    created_at: datetime
    next_attempt_at: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    tries: int = 0
    """Attempts since it was made or sent again by hand: the place in the schedule."""
    claim: str = ""
    """Who works on it; a result by anybody else is not taken."""
    finished_at: datetime | None = None
    message: FeedRow | None = None
    """The message itself when it is in no feed: a test."""
    version: int = 1


def new_delivery(row: FeedRow, endpoint_id: str, subscriber_id: str, now: datetime) -> Delivery:
    """Give the delivery of an event to an endpoint, due at once."""
    return Delivery(
        id=DeliveryId(delivery_id(endpoint_id, row.id)),
        endpoint_id=EndpointId(endpoint_id),
        subscriber_id=SubscriberId(subscriber_id),
        event_id=row.id,
        event_type=row.type,
        position=row.position,
        created_at=now,
        next_attempt_at=now,
        message=row if row.position == 0 else None,
    )


def claimed(delivery: Delivery, claim: str, until: datetime) -> Delivery:
    """Take it for oneself until a moment; then it is due again for everybody."""
    return replace(delivery, claim=claim, next_attempt_at=until)


def attempted(
    delivery: Delivery, attempt: Attempt, schedule: Sequence[float], jitter: float
) -> Delivery:
    """Give what the delivery becomes by this attempt.

    ``schedule``: seconds before the second and later tries. ``jitter``: a factor around 1, so that
    what failed together does not come back together.
    """
    tries = delivery.tries + 1
    tried = replace(
        delivery,
        attempts=(*delivery.attempts, attempt)[-KEPT_ATTEMPTS:],
        tries=tries,
        claim="",
        version=delivery.version + 1,
    )
    if attempt.status_code in _OK:
        return replace(tried, status=DeliveryStatus.DELIVERED, finished_at=attempt.at)
    if attempt.status_code == GONE or tries > len(schedule):
        return replace(tried, status=DeliveryStatus.FAILED, finished_at=attempt.at)
    pause = timedelta(seconds=schedule[tries - 1] * jitter)
    return replace(tried, next_attempt_at=attempt.at + pause)


def cancelled(delivery: Delivery, now: datetime) -> Delivery:
    """Give up a delivery whose endpoint is disabled."""
    return replace(
        delivery,
        status=DeliveryStatus.CANCELLED,
        finished_at=now,
        claim="",
        version=delivery.version + 1,
    )


def again(delivery: Delivery, now: datetime) -> Delivery:
    """Send it again, with the whole schedule before it.

    Raises:
        DeliveryPending: it is under way (409).
    """
    if delivery.status is DeliveryStatus.PENDING:
        raise DeliveryPending
    return replace(
        delivery,
        status=DeliveryStatus.PENDING,
        tries=0,
        claim="",
        next_attempt_at=now,
        finished_at=None,
        version=delivery.version + 1,
    )
