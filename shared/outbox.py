"""The outbox: events waiting to be published, kept beside the state that they tell of.

A row exists exactly as long as its event is not known to be on Kafka: the relay deletes it in the
transaction in which it read it. Promises that rows of one aggregate sort by ``_id`` in the order of
its versions, whatever the clocks of the hosts that wrote them (see ``EventIds``).
"""

from dataclasses import dataclass
from datetime import datetime

from shared.collection import Document
from shared.contracts.event import Event
from shared.envelope import Envelope
from shared.ids import EventIds

OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought a change about; each part goes into the envelopes of the change's events."""

    traceparent: str | None = None
    correlationid: str | None = None
    causationid: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Who writes: the service's name, its time and its source of event ids."""

    name: str
    now: datetime
    event_ids: EventIds
    attempt: int = 1


def outbox_row(
    event: Event, source: str, stamp: tuple[str, int, datetime], cause: Cause
) -> Document:
    """Give the row of one event; ``stamp`` is its id, sequence (from 1) and time."""
    id_, sequence, time = stamp
    return {
        "_id": id_,
        "topic": event.TOPIC.name,
        "type": event.TYPE,
        "source": f"/services/{source}",
        "subject": event.subject,
        "time": time,
        "sequence": sequence,
        "data": None if event.TOMBSTONE else event.model_dump_json().encode(),
        "traceparent": cause.traceparent,
        "correlationid": cause.correlationid,
        "causationid": cause.causationid,
    }


def envelope_of(row: Document) -> Envelope:
    """Give the envelope that a row becomes on Kafka."""
    return Envelope(
        id=row["_id"],
        type=row["type"],
        source=row["source"],
        subject=row["subject"],
        time=row["time"],
        sequence=row["sequence"],
        data=row["data"],
        traceparent=row["traceparent"],
        correlationid=row["correlationid"],
        causationid=row["causationid"],
    )
