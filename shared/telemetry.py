"""What can be seen of a running process: a closed set of metrics, and the thread of a trace.

Metrics are named `{noun}_{unit}[_total]`; a new one is added here, with the question it answers.
Traces need no SDK: `traceparent` and the correlation id come in with a request or a record, live in
context variables, and leave with every event.

Promises: labels are bounded (route templates, topics, outcomes; never ids). A `traceparent` that is
not well formed is ignored, and a new trace begins.

Source: W3C Trace Context, level 1 (traceparent); Prometheus naming practices.
"""

import re
import secrets
from contextvars import ContextVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

_FAST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
# A bare command takes 3 ms, the goal from commit to effect is 100 ms, a client gives up after 10 s.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})"
)
_CORRELATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_SAMPLED = "01"

METRICS = CollectorRegistry()
"""The registry of the process; tests read it, `/metrics` prints it."""
ProcessCollector(registry=METRICS)
PlatformCollector(registry=METRICS)

# Is the API used, and does it answer?
HTTP_REQUESTS = Counter(
    "http_requests_total",
    "Requests answered, by route template and status.",
    ("method", "route", "status"),
    registry=METRICS,
)
HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the request's head to the last byte of its answer; streams are not counted.",
    ("method", "route"),
    buckets=_FAST_SECONDS,
    registry=METRICS,
)
HTTP_IN_FLIGHT = Gauge(
    "http_requests_in_flight", "Requests being answered, streams included.", registry=METRICS
)
IDEMPOTENT_REPLAYS = Counter(
    "idempotent_replays_total", "Answers given again for a repeated key.", registry=METRICS
)
CREDENTIALS_REFUSED = Counter(
    "credentials_refused_total", "Access tokens and API keys that were not valid.", registry=METRICS
)

# Does the database keep up?
TRANSACTION_SECONDS = Histogram(
    "transaction_duration_seconds",
    "Time of one try of a transaction.",
    buckets=_FAST_SECONDS,
    registry=METRICS,
)
TRANSACTION_RETRIES = Counter(
    "transaction_retries_total",
    "Attempts repeated, by what was repeated: the whole callback or only the commit.",
    ("part",),
    registry=METRICS,
)

# Do events leave?
OUTBOX_PENDING = Gauge(
    "outbox_pending_rows", "Events saved and not yet published.", registry=METRICS
)
OUTBOX_OLDEST_SECONDS = Gauge(
    "outbox_oldest_seconds", "Age of the oldest event not yet published.", registry=METRICS
)
EVENTS_PUBLISHED = Counter(
    "events_published_total", "Events acknowledged by the broker.", ("topic",), registry=METRICS
)
RELAY_BATCH_SECONDS = Histogram(
    "relay_batch_seconds",
    "Time to read, publish and mark one batch.",
    buckets=_FAST_SECONDS,
    registry=METRICS,
)
RELAY_LEADER = Gauge(
    "relay_leader_state", "1 while this process holds the relay's lease.", registry=METRICS
)

# Do events arrive?
EVENTS_CONSUMED = Counter(
    "events_consumed_total",
    "Events by group, topic and outcome: applied, repeated, ignored.",
    ("group", "topic", "outcome"),
    registry=METRICS,
)
CONSUMER_BATCH_SECONDS = Histogram(
    "consumer_batch_seconds",
    "Time of one batch from its first record to its commit.",
    ("group",),
    buckets=_FAST_SECONDS,
    registry=METRICS,
)
CONSUMER_LAG = Gauge(
    "consumer_lag_records",
    "Records behind the end of the partition.",
    ("group", "topic", "partition"),
    registry=METRICS,
)
CONSUMER_RETRIES = Counter(
    "consumer_retries_total", "Records tried again.", ("group", "topic"), registry=METRICS
)
DEAD_LETTERS = Counter(
    "dead_letters_total",
    "Records set aside, by the code of what was wrong.",
    ("group", "topic", "code"),
    registry=METRICS,
)
EFFECT_SECONDS = Histogram(
    "commit_to_effect_seconds",
    "Time from an event's own time to its effect here.",
    ("group",),
    buckets=_FAST_SECONDS,
    registry=METRICS,
)

# Does the world outside hear of it?
EMAILS = Counter("emails_total", "E-mails by outcome.", ("outcome",), registry=METRICS)
WEBHOOK_DELIVERIES = Counter(
    "webhook_deliveries_total", "Webhook attempts by outcome.", ("outcome",), registry=METRICS
)
WEBHOOK_SECONDS = Histogram(
    "webhook_duration_seconds",
    "Time of one attempt.",
    buckets=_FAST_SECONDS,
    registry=METRICS,
)
STREAMS_OPEN = Gauge("event_streams_open", "Open SSE streams.", registry=METRICS)

# Are matches found in time?
SOLVER_SECONDS = Histogram(
    "solver_duration_seconds",
    "Time of one matching run.",
    buckets=(0.01, 0.1, 1.0, 10.0, 60.0, 300.0),
    registry=METRICS,
)

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)


def exposition() -> bytes:
    """Return all metrics in the Prometheus text format 0.0.4."""
    return generate_latest(METRICS)


def follow(traceparent: str | None, correlation_id: str | None) -> None:
    """Begin a piece of work (a request, a record): a child of `traceparent`, or a new trace.

    Values that are not well formed count as missing. Holds in this task and those it starts.
    """
    _traceparent.set(child(traceparent))
    _correlation_id.set(correlation_id if is_correlation_id(correlation_id) else None)


def current_traceparent() -> str:
    """Return the traceparent of the work going on; outside of any, a new one each time."""
    return _traceparent.get() or new_traceparent()


def current_correlation_id() -> str | None:
    """Return what ties together everything that one outside request has caused, or None."""
    return _correlation_id.get()


def new_traceparent() -> str:
    """Return the traceparent of a new, sampled trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-{_SAMPLED}"


def child(traceparent: str | None) -> str:
    """Return the traceparent of a new span in the same trace; a new trace if it is malformed."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None:
        return new_traceparent()
    return f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}"


def is_traceparent(value: str | None) -> bool:
    """Tell whether `value` has the form of version 00, with neither id all zero."""
    return value is not None and _TRACEPARENT.fullmatch(value) is not None


def is_correlation_id(value: str | None) -> bool:
    """Tell whether `value` is 1 to 64 characters that are safe in a log, a header and a query."""
    return value is not None and _CORRELATION_ID.fullmatch(value) is not None
