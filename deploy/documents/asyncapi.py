"""docs/asyncapi.yaml: every topic, every event and who sends or takes it, from the contracts.

Promises: a payload's schema accepts what consumers accept, old records that lack a later field
included; a topic with personal data is marked, and so are its messages.

Source: AsyncAPI 3.0.0; its Kafka bindings 0.5.0; CloudEvents 1.0.2, Kafka binding section 3.2.
"""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from deploy.documents.services import SERVICES, groups_of
from deploy.documents.yaml import to_yaml
from shared.consumer.batches import Group
from shared.contracts.catalogue import TOPICS, TYPES
from shared.contracts.event import PARTITIONS, Event, Topic
from shared.envelope import CONTENT_TYPE, SEQUENCE_DIGITS, SPEC_VERSION
from shared.settings import KafkaSettings

Json = dict[str, Any]

BINDING_VERSION = "0.5.0"
PERSONAL = "x-personal-data"
"""Extension on topics and messages that carry personal data: true."""

_SCHEMAS = "#/components/schemas/"
_HEADERS = "CloudEventHeaders"
_DESCRIPTION = """\
Everything that happens on the platform, as CloudEvents in binary mode: attributes are record
headers, the payload is the record's value, and the key is the aggregate's id, so that the events
of one aggregate keep their order. Every payload holds the aggregate's public state after the change
and the names of the fields that changed (none: all). Ignore fields that you don't know.
"""


def asyncapi_yaml() -> str:
    """Return the document; it reads back as `asyncapi_document()`."""
    return to_yaml(asyncapi_document())


def asyncapi_document() -> Json:
    """Return the document as data."""
    references, schemas = models_json_schema(
        [(event, "validation") for event in TYPES.values()], ref_template=_SCHEMAS + "{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "World Cities: events", "version": "1.0", "description": _DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "kafka": {
                "host": KafkaSettings().bootstrap_servers,
                "protocol": "kafka",
                "description": "Apache Kafka; `make up` prints where it listens.",
            }
        },
        "channels": {name: _channel(topic) for name, topic in TOPICS.items()},
        "operations": dict(_operations()),
        "components": {
            "messages": {
                event.__name__: _message(event, references[(event, "validation")])
                for event in TYPES.values()
            },
            "schemas": {_HEADERS: _headers()} | dict(sorted(schemas["$defs"].items())),
        },
    }


def _channel(topic: Topic) -> Json:
    config = {name: _config_value(name, value) for name, value in topic.config().items()}
    events = _events_of(topic)
    mark = {PERSONAL: True} if topic.personal else {}
    access = "Personal data: never shown to partners, own access list. " if topic.personal else ""
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{access}{_first_line(events[0].__mro__[1])}",
        "messages": {event.__name__: {"$ref": _message_ref(event)} for event in events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": PARTITIONS,
                "topicConfiguration": config,
                "bindingVersion": BINDING_VERSION,
            }
        },
        **mark,
    }


def _config_value(name: str, value: str) -> list[str] | int:
    """Give a topic's setting in the type that the binding wants."""
    return value.split(",") if name == "cleanup.policy" else int(value)


def _message(event: type[Event], payload: Json) -> Json:
    mark = {PERSONAL: True} if event.TOPIC.personal else {}
    tombstone = {"description": "A tombstone: the value is null, the key says whom to forget."}
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": _first_line(event),
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "headers": {
            "allOf": [
                {"$ref": _SCHEMAS + _HEADERS},
                {"type": "object", "properties": {"ce_type": {"const": event.TYPE}}},
            ]
        },
        "payload": {"type": "null"} | tombstone if event.TOMBSTONE else payload,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The aggregate's id."},
                "bindingVersion": BINDING_VERSION,
            }
        },
        **mark,
    }


def _headers() -> Json:
    texts = {
        "ce_specversion": {"const": SPEC_VERSION},
        "ce_id": {"type": "string", "description": "UUIDv7; the same again is the same event."},
        "ce_type": {"type": "string", "description": "Which event, and in which version."},
        "ce_source": {"type": "string", "description": "`/services/{service}`."},
        "ce_subject": {"type": "string", "description": "The aggregate's id, as the key."},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_partitionkey": {"type": "string", "description": "The aggregate's id, as the key."},
        "ce_sequence": {
            "type": "string",
            "pattern": f"^[0-9]{{{SEQUENCE_DIGITS},}}$",
            "description": "The aggregate's version after the event, from 1: take only newer ones.",
        },
        "content-type": {"const": CONTENT_TYPE},
        "ce_traceparent": {"type": "string", "description": "W3C Trace Context."},
        "ce_correlationid": {"type": "string", "description": "What belongs to one request."},
        "ce_causationid": {"type": "string", "description": "The event that led to this one."},
    }
    optional = ("ce_traceparent", "ce_correlationid", "ce_causationid")
    required = [name for name in texts if name not in optional]
    return {"type": "object", "required": required, "properties": texts}


def _operations() -> Iterator[tuple[str, Json]]:
    for service in SERVICES:
        for topic in TOPICS.values():
            if topic.name.split(".")[0] == service:
                yield f"{service}.send.{topic.name}", _operation("send", topic, _events_of(topic))
        for group in groups_of(service):
            for topic in TOPICS.values():
                taken = [event for event in _events_of(topic) if _takes(group, event)]
                if taken:
                    name = f"{group.name}.receive.{topic.name}"
                    yield name, _operation("receive", topic, taken, group.name)


def _takes(group: Group, event: type[Event]) -> bool:
    return any(issubclass(event, kind) for kind in group.handlers)


def _operation(action: str, topic: Topic, events: Sequence[type[Event]], group: str = "") -> Json:
    service = (group or topic.name).split(".", maxsplit=1)[0]
    binding: Json = {"bindingVersion": BINDING_VERSION}
    if group:
        binding = {"groupId": {"type": "string", "enum": [group]}, **binding}
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "summary": f"{service} {action}s {topic.name}",
        "tags": [{"name": service}],
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"} for event in events],
        "bindings": {"kafka": binding},
    }


def _events_of(topic: Topic) -> list[type[Event]]:
    return [event for event in TYPES.values() if topic == event.TOPIC]


def _message_ref(event: type[Event]) -> str:
    return f"#/components/messages/{event.__name__}"


def _first_line(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").split("\n", 1)[0]
