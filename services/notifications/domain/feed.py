"""The feed: every event that partners may see, in one order, each at its own position.

Promises: positions are 1, 2, 3 … without gaps, and what is visible at a position stays there. What
one partner integration is told never says anything of another, so the events of subscribers and
endpoints are not in it, and personal data is not either.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.catalogue import PARTNER_TYPES, TYPES
from shared.contracts.notifications import ENDPOINTS, SUBSCRIBERS
from shared.envelope import Envelope

FEED_TYPES: frozenset[str] = frozenset(
    name for name in PARTNER_TYPES if TYPES[name].TOPIC not in (SUBSCRIBERS, ENDPOINTS)
)
"""The event types that partners get."""

TEST_TYPE = "eu.worldcities.notifications.endpoint.tested.v1"
"""Of the message that `POST /v1/endpoints/{id}/test` sends; it is in no feed."""

COUNTER = "feed"


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that rises: of the feed, the last position given out.

    Whoever changes a counter conflicts with everybody else who does, which puts them into one
    order; that is the other thing that counters are for.
    """

    id: str
    value: int = 0


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One event at its position; ``data`` is the payload's JSON as it came."""

    id: str
    position: int
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    data: str
    recorded_at: datetime


def feed_row(envelope: Envelope, position: int, now: datetime) -> FeedRow:
    """Give the row of an event at the next position."""
    return FeedRow(
        id=envelope.id,
        position=position,
        type=envelope.type,
        source=envelope.source,
        subject=envelope.subject,
        time=envelope.time,
        sequence=envelope.sequence,
        data=(envelope.data or b"null").decode(),
        recorded_at=now,
    )


def cloud_event(row: FeedRow, data: object) -> dict[str, Any]:
    """Give the event in CloudEvents' JSON format; ``data`` is the row's, decoded.

    ``position`` is an extension of ours: where in the feed to go on from.

    Source: CloudEvents 1.0.2, JSON event format section 3.
    """
    return {
        "specversion": "1.0",
        "id": row.id,
        "type": row.type,
        "source": row.source,
        "subject": row.subject,
        "time": row.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": f"{row.sequence:010d}",
        "partitionkey": row.subject,
        "position": row.position,
        "data": data,
    }


def test_row(endpoint_id: str, event_id: str, now: datetime) -> FeedRow:
    """Give the message that tries an endpoint out; its position is 0, since it is in no feed."""
    return FeedRow(
        id=event_id,
        position=0,
        type=TEST_TYPE,
        source="/services/notifications",
        subject=endpoint_id,
        time=now,
        sequence=0,
        data='{"state":{"id":"' + endpoint_id + '"}}',
        recorded_at=now,
    )
