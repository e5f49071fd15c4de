"""All event types and topics of the platform, from the producers' files."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import events, matching, notifications, registry
from shared.contracts.event import Event, Topic

TYPES: Mapping[str, type[Event]] = MappingProxyType(
    {
        event.TYPE: event
        for producer in (registry, matching, events, notifications)
        for event in producer.EVENTS
    }
)
"""Event class by CloudEvents type."""

TOPICS: Mapping[str, Topic] = MappingProxyType(
    {event.TOPIC.name: event.TOPIC for event in TYPES.values()}
)
"""Topic by name."""

PARTNER_TYPES: tuple[str, ...] = tuple(
    name for name, event in TYPES.items() if not event.TOPIC.personal
)
"""Types that partners may see: all but those with personal data."""
