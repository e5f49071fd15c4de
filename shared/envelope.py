"""CloudEvents 1.0 to Kafka record and back, in binary content mode.

Promises that what was written is read back equal, that any CloudEvents SDK can read it, and that a
record which is not an event raises ``Poison`` with a stable code instead of some parser's error.

Source: CloudEvents 1.0.2 core, Kafka protocol binding 1.0.2 section 3.2, and the extensions
partitioning, sequence and distributed tracing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import ValidationError

from shared.contracts.event import Event

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"

SEQUENCE_DIGITS = 10
"""Zero-padded because the sequence extension asks for a string whose lexical order is the order."""

_EventT = TypeVar("_EventT", bound=Event)


class Poison(Exception):  # noqa: N818 - the design's word for a record that no retry can mend
    """A record that can never be handled; ``code`` says why, in the dead letter too."""

    def __init__(self, code: str, detail: str) -> None:
        """Keep the code apart from the text for people."""
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event on its way: CloudEvents attributes around the JSON of its payload.

    ``data`` is None for a tombstone. ``sequence``: the aggregate's version after it, from 1.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    data: bytes | None
    traceparent: str | None = None
    correlationid: str | None = None
    causationid: str | None = None


@dataclass(frozen=True, slots=True)
class Message(Generic[_EventT]):
    """What a handler is given: the decoded event with the envelope it came in."""

    event: _EventT
    envelope: Envelope

    @property
    def sequence(self) -> int:
        """The aggregate's version after the event."""
        return self.envelope.sequence


def headers_of(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Give the record headers: every attribute as ``ce_…`` in UTF-8, and the content type."""
    attributes = {
        "specversion": SPEC_VERSION,
        "id": envelope.id,
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "time": envelope.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "partitionkey": envelope.subject,
        "sequence": f"{envelope.sequence:0{SEQUENCE_DIGITS}d}",
        "traceparent": envelope.traceparent,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
    }
    named = [(f"ce_{name}", value.encode()) for name, value in attributes.items() if value]
    return [*named, ("content-type", CONTENT_TYPE.encode())]


def read_envelope(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """Read a record's headers and value.

    Raises:
        Poison: ``envelope_invalid`` when a required attribute is missing or not of its form.
    """
    try:
        named = {name: raw.decode() for name, raw in headers if raw is not None}
        if named["ce_specversion"] != SPEC_VERSION:
            raise Poison("envelope_invalid", "specversion is not 1.0")
        return Envelope(
            id=named["ce_id"],
            type=named["ce_type"],
            source=named["ce_source"],
            subject=named["ce_subject"],
            time=_aware(named["ce_time"]),
            sequence=int(named["ce_sequence"]),
            data=value,
            traceparent=named.get("ce_traceparent"),
            correlationid=named.get("ce_correlationid"),
            causationid=named.get("ce_causationid"),
        )
    except (KeyError, ValueError) as error:  # UnicodeDecodeError is a ValueError
        raise Poison("envelope_invalid", f"{type(error).__name__}: {error}") from error


def read_message(envelope: Envelope, types: Mapping[str, type[Event]]) -> Message[Event]:
    """Decode the payload into the contract's class.

    Raises:
        Poison: ``type_unknown`` when no contract has the type, ``payload_invalid`` when the payload
            does not fit its contract, ``subject_mismatch`` when it speaks of another aggregate.
    """
    contract = types.get(envelope.type)
    if contract is None:
        raise Poison("type_unknown", f"no contract for {envelope.type}")
    try:
        event = (
            contract.model_validate({"state": {"id": envelope.subject}})
            if envelope.data is None and contract.TOMBSTONE
            else contract.model_validate_json(envelope.data or b"")
        )
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors()[:5])
        raise Poison("payload_invalid", f"{error.error_count()} fields: {fields}") from error
    if event.subject != envelope.subject:
        raise Poison("subject_mismatch", "the payload's state is another aggregate's")
    return Message(event, envelope)


def _aware(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("time has no zone")
    return time
