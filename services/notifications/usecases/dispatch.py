"""Claiming deliveries and recording what came of them; between the two a process may die.

A claimed row is due again when its lease ends, so nothing needs cleaning up after a kill -9. A
result counts only while the claim is still the caller's.
"""

from collections.abc import Collection as Names
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.notifications.domain import deliveries, endpoints
from services.notifications.domain.deliveries import GONE, Attempt, Delivery, DeliveryStatus
from services.notifications.domain.endpoints import Endpoint, Reason, Stamp
from services.notifications.domain.feed import FeedRow
from services.notifications.store.feed import (
    DELIVERIES,
    FEED,
    due_deliveries,
    took_something_since,
)
from services.notifications.store.partners import ENDPOINTS
from services.notifications.usecases.routing import in_turn, reroute
from shared.auth.principal import SYSTEM
from shared.unit_of_work import Tx

PER_ENDPOINT = 16
"""Deliveries of one endpoint in one claim. They are sent one after the other; those of a slow
endpoint that don't fit into the lease are left, and are due again when it ends."""

LOOKED_AT = 256
"""Due rows read for one claim."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Deliveries of one endpoint to send in this order; ``rows`` has the messages by event id."""

    endpoint: Endpoint | None
    deliveries: tuple[Delivery, ...]
    rows: dict[str, FeedRow]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims, for how long, and for how many endpoints beside those that are busy."""

    name: str
    lease: timedelta
    room: int
    busy: Names[str]


async def claim_due(tx: Tx, claim: Claim) -> list[Claimed]:
    """Take what is due, by endpoint, each endpoint's in the order of the feed."""
    due = await due_deliveries(tx, tx.now, claim.busy, LOOKED_AT)
    lanes: dict[str, list[Delivery]] = {}
    for delivery in due:
        lane = lanes.get(delivery.endpoint_id)
        if lane is None and len(lanes) < claim.room:
            lane = lanes[delivery.endpoint_id] = []
        if lane is not None and len(lane) < PER_ENDPOINT:
            lane.append(delivery)
    await tx.prefetch(ENDPOINTS, lanes)
    await tx.prefetch(FEED, [each.event_id for lane in lanes.values() for each in lane])
    return [await _take(tx, claim, lane) for lane in lanes.values()]


async def record(
    tx: Tx, delivery: Delivery, attempt: Attempt, plan: tuple[Sequence[float], float]
) -> DeliveryStatus | None:
    """Keep an attempt and what follows from it; None when the claim was lost meanwhile.

    ``plan`` is the retry schedule in seconds and this attempt's jitter. An endpoint that says 410,
    or that took nothing while a delivery went through its whole schedule, is disabled.
    """
    current = await tx.get(DELIVERIES, delivery.id)
    if current is None or current.claim != delivery.claim:
        return None
    result = deliveries.attempted(current, attempt, *plan)
    tx.put(DELIVERIES, result)
    if result.status is DeliveryStatus.FAILED:
        await _judge(tx, result, attempt)
    return result.status


async def call_off(tx: Tx, delivery: Delivery) -> None:
    """Give up a delivery whose endpoint is disabled, or whose event the feed has forgotten."""
    current = await tx.get(DELIVERIES, delivery.id)
    if current is not None and current.claim == delivery.claim:
        tx.put(DELIVERIES, deliveries.cancelled(current, tx.now))


async def release(tx: Tx, claims: Iterable[Delivery]) -> None:
    """Let others have claimed deliveries at once: the process is about to stop."""
    for claim in claims:
        current = await tx.get(DELIVERIES, claim.id)
        if current is not None and current.claim == claim.claim:
            tx.put(DELIVERIES, deliveries.claimed(current, "", tx.now))


async def _take(tx: Tx, claim: Claim, lane: list[Delivery]) -> Claimed:
    taken = tuple(
        deliveries.claimed(each, claim.name, tx.now + claim.lease)
        for each in sorted(lane, key=lambda each: each.position)
    )
    rows: dict[str, FeedRow] = {}
    for delivery in taken:
        tx.put(DELIVERIES, delivery)
        row = delivery.message or await tx.get(FEED, delivery.event_id)
        if row is not None:
            rows[delivery.event_id] = row
    return Claimed(await tx.get(ENDPOINTS, taken[0].endpoint_id), taken, rows)


async def _judge(tx: Tx, delivery: Delivery, attempt: Attempt) -> None:
    endpoint = await tx.get(ENDPOINTS, delivery.endpoint_id)
    if endpoint is None:
        return
    reason: Reason = "gone" if attempt.status_code == GONE else "failing"
    since = delivery.attempts[0].at
    if reason == "failing" and await took_something_since(tx, endpoint.id, since):
        return
    await in_turn(tx, endpoint.subscriber_id)
    disabled, events = endpoints.disable(endpoint, reason, Stamp(SYSTEM.subject, tx.now))
    await reroute(tx, endpoint, disabled)
    tx.save(ENDPOINTS, disabled, *events)
