"""The groups of settings that every service has: the operator's manual.

Promises: immutable after the start; a name that a group does not know is an error. Each field says
what it is for, in which unit and why its default is what it is.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


COMMA_LIST = BeforeValidator(_split)
ProcessRole = Literal["api", "consumer", "relay"]
Algorithm = Literal["RS256", "ES256", "EdDSA", "Ed25519"]
ALL_ROLES: frozenset[ProcessRole] = frozenset({"api", "consumer", "relay"})


class Group(BaseModel):
    """A group of settings: immutable, and a name that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class HttpSettings(Group):
    """Where the API listens and what it takes."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback, so that nothing is open by accident; containers widen it."""
    port: int = Field(default=0, ge=0, le=65535)
    """TCP port; 0 takes a free one and logs it."""
    max_body_bytes: int = Field(default=1_048_576, ge=1024)
    """Longest request body in bytes. 1 MiB is 50 times the longest application form."""
    shutdown_seconds: int = Field(default=10, ge=1)
    """How long open requests may go on after SIGTERM. Below the 30 s of orchestrators, so that
    consumers still have time to stop cleanly."""
    readiness_seconds: float = Field(default=2.0, gt=0)
    """How long one dependency may take to answer /readyz; slower counts as away."""


class AuthSettings(Group):
    """Whose access tokens are believed."""

    issuer: str = "http://127.0.0.1:8090"
    """The `iss` of the tokens, exactly; by default the development issuer."""
    jwks_url: str = "http://127.0.0.1:8090/jwks.json"
    """Where the issuer publishes its keys."""
    audience: str = "worldcities"
    """The `aud` that a token must name."""
    algorithms: Annotated[tuple[Algorithm, ...], NoDecode, COMMA_LIST] = (
        "RS256",
        "ES256",
        "EdDSA",
        "Ed25519",
    )
    """Signatures that are accepted, with commas. Only asymmetric ones exist here: with a shared
    secret every service could forge tokens (RFC 8725 section 3.1)."""
    leeway_seconds: int = Field(default=30, ge=0, le=300)
    """How far the issuer's clock may differ from ours."""
    jwks_timeout_seconds: float = Field(default=3.0, gt=0)
    """How long to wait for the issuer's keys; requests with a new key wait meanwhile."""
    jwks_refetch_seconds: float = Field(default=30.0, ge=0)
    """Shortest time between two fetches for a key we don't know, so that forged tokens can't
    make us a load on the issuer."""
    jwks_max_age_seconds: float = Field(default=600.0, gt=0)
    """Keys older than this are fetched again, so that a key the issuer withdrew stops working."""


class MongoSettings(Group):
    """The database of this service."""

    url: str = Field(default="mongodb://127.0.0.1:27017/?directConnection=true", repr=False)
    """Connection string, with this service's user in it. Shared name: MONGO_URL."""
    driver: Literal["auto", "motor", "pymongo"] = "auto"
    """Which driver speaks to it; auto is pymongo's own client from Python 3.12 on, motor before:
    there pymongo's loses cancellations, so that a process may have to be killed to be stopped
    (ADR 0007). Shared name: MONGO_DRIVER."""
    database: str = ""
    """Database name; the service's name unless said otherwise."""


class KafkaSettings(Group):
    """The broker that all services share."""

    bootstrap_servers: str = "127.0.0.1:9092"
    """`host:port`, several with commas. Shared name: KAFKA_BOOTSTRAP_SERVERS."""


class RelaySettings(Group):
    """The relay, which takes events from the outbox to Kafka."""

    poll_seconds: float = Field(default=0.05, gt=0)
    """Pause between two looks at the outbox when no commit of this process wakes the relay: the
    longest delay of an event whose API runs in another. 20 empty reads a second cost 1 % of a
    core."""
    batch_rows: int = Field(default=1000, ge=1, le=5000)
    """Most rows per read, Kafka transaction and delete; a process that answers requests takes fewer
    at a time. `secantusd-py` looks at the whole backlog for each read, so fewer and larger ones are
    quicker; above 1,000 a failure repeats too much."""
    lease_seconds: float = Field(default=5.0, gt=0)
    """How long a relay may be silent before another takes its place."""


class ConsumerSettings(Group):
    """The consumers, which take other services' events into this one's database."""

    batch_records: int = Field(default=100, ge=1, le=1000)
    """Records of one partition per transaction."""
    instance_id: str = ""
    """Name of this process that outlives its restarts (a StatefulSet's pod name). With it a quick
    restart gets its partitions back at once; without it the group waits 10 s for the dead one."""


class LogSettings(Group):
    """What is logged and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The lowest level that is written."""
    json_lines: bool | None = None
    """True: a JSON object per line. False: colours for people. Unset: JSON unless `local`."""


class TelemetrySettings(Group):
    """Traces; metrics are always at /metrics, and `traceparent` is passed on either way."""

    tracing: bool = False
    """Makes a span per request for the OpenTelemetry provider that the process was started with.
    Off, since it costs 15 % of a request even when nobody collects the spans."""
