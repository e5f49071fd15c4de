"""What every event is: a fact about one aggregate, with that aggregate's state after it.

Promises that a record alone is enough to bring a copy of the aggregate up to date, and that unknown
fields are ignored, so that a producer may add some.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

PARTITIONS = 12
"""Per topic: the most consumers that can share the work of one group. Changing it later would break
the order per key, because a key's partition is its hash modulo this number."""

MIN_COMPACTION_LAG_SECONDS = 90 * 24 * 3600
"""90 days in which every single event can be read; after that only each aggregate's last state."""

ERASURE_LAG_SECONDS = 24 * 3600
"""Longest time for which personal data may outlive its erasure on a topic."""

PERSONAL_SEGMENT_SECONDS = ERASURE_LAG_SECONDS // 2
"""How long the broker writes to one segment of a personal topic, and waits before it compacts it.
It ends a segment only when a record comes after this time, and never compacts the one it writes to:
so on a quiet partition a tombstone has to be said again, once, after this time.
Source: Apache Kafka 4.3, `max.compaction.lag.ms`; measured: without it data stays for ever."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic: the events of one aggregate, keyed by the aggregate's id.

    ``personal`` marks a topic that carries personal data: it has its own access list, is never
    shown to partners and is compacted within half a day, so that a tombstone, said once more after
    that, really ends the data within the whole one.
    """

    name: str
    personal: bool = False

    def config(self) -> dict[str, str]:
        """Give the topic's settings in Kafka's own names.

        Source: Kafka documentation, topic configs.
        """
        if not self.personal:
            return {
                "cleanup.policy": "compact",
                "min.compaction.lag.ms": str(MIN_COMPACTION_LAG_SECONDS * 1000),
            }
        return {
            "cleanup.policy": "compact",
            "max.compaction.lag.ms": str(PERSONAL_SEGMENT_SECONDS * 1000),
            "delete.retention.ms": str(ERASURE_LAG_SECONDS * 1000),
        }


class State(BaseModel):
    """The public state of one aggregate, as other services may copy it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str


class Part(BaseModel):
    """A piece of a public state that has no identity of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """One thing that happened to one aggregate.

    Subclasses set ``TOPIC`` (per aggregate) and ``TYPE`` (per event and version), and narrow
    ``state``. ``changed`` names the fields of ``state`` that this event changed; empty means all.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    TOPIC: ClassVar[Topic]
    TYPE: ClassVar[str] = ""
    TOMBSTONE: ClassVar[bool] = False
    """A tombstone is published with a null value, which makes compaction forget the key."""

    state: State
    changed: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The aggregate's id: CloudEvents ``subject`` and Kafka key."""
        return self.state.id
