"""What the embedded platform consists of, in start order, with its ports and settings.

Promises: a port that is in use is replaced by a free one and said so; with KAFKA_BOOTSTRAP_SERVERS
or MONGO_URL in the environment the platform uses those servers and starts none of its own.
"""

import base64
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2

from deploy.local import kafka, mongo
from deploy.local.jars import PROJECT
from deploy.local.ports import LOOPBACK, accepts_connections, preferred_or_free
from deploy.local.process import Child, Command
from deploy.local.state import AUDIENCE, DATA_VARIABLE
from deploy.local.supervisor import Part

SERVICES = ("registry", "matching", "events", "notifications")

KAFKA_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"
MONGO_VARIABLE = "MONGO_URL"

PREFERRED_PORTS: Mapping[str, int] = {
    "registry": 8001,
    "matching": 8002,
    "events": 8003,
    "notifications": 8004,
    "mailbox": 8025,
    "issuer": 8090,
    "smtp": 1025,
    "kafka": 9092,
    "kafka-controller": 9093,
    "mongo": 27017,
}
"""Where people look first: the usual ports of Kafka, MongoDB and local mailboxes."""

SERVICE_READY_SECONDS = 120.0
"""A service needs 2 s; the rest is for machines that do many things at once."""

JOB_SECONDS = 300.0
"""Loading the programme data takes seconds; a job that takes minutes hangs."""

PROBE_SECONDS = 1.0
"""A readiness probe that takes longer counts as no."""

KEY_BYTES = 32
"""For AES-256, as services/notifications wants it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts in stages, and what to tell people."""

    stages: tuple[tuple[Part, ...], ...]
    ports: Mapping[str, int]
    urls: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything of one platform is."""

    data: Path
    ports: Mapping[str, int]
    kafka: str
    mongo: str

    def url(self, name: str) -> str:
        """The address of a part that speaks HTTP."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def log(self, name: str) -> Path:
        """The log file of a part."""
        return self.data / "logs" / f"{name}.log"


def make_plan(data: Path, environment: Mapping[str, str] = os.environ) -> Plan:
    """Choose the ports, prepare Kafka's configuration and give everything in start order.

    Raises:
        JarError: Kafka cannot be installed.
        ProcessError: Kafka's storage cannot be formatted, or the database's server is not there.
    """
    ports = choose_ports(environment)
    own_kafka, own_mongo = KAFKA_VARIABLE not in environment, MONGO_VARIABLE not in environment
    broker, database = f"{LOOPBACK}:{ports['kafka']}", mongo.database_url(ports["mongo"])
    site = Site(
        data=data,
        ports=ports,
        kafka=broker if own_kafka else environment[KAFKA_VARIABLE],
        mongo=database if own_mongo else environment[MONGO_VARIABLE],
    )
    servers = [*_mail_and_tokens(site)]
    if own_kafka:
        servers += _kafka(site)
    if own_mongo:
        servers.append(_mongo(site, mongo.server_named(environment)))
    return Plan(
        stages=(
            tuple(servers),
            (_job(site, "topics", "deploy.cli.main", "topics", "apply"),),
            tuple(_service(site, name) for name in SERVICES),
            (_job(site, "seed", "deploy.cli.main", "seed", required=False),),
        ),
        ports=ports,
        urls=_urls(site),
        notes=tuple(_moved(ports)),
    )


def choose_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """Take each part's preferred port, or a free one when that is in use."""
    unused = {KAFKA_VARIABLE: ("kafka", "kafka-controller"), MONGO_VARIABLE: ("mongo",)}
    skipped = {
        name for variable, names in unused.items() if variable in environment for name in names
    }
    ports: dict[str, int] = {}
    for name, preferred in PREFERRED_PORTS.items():
        taken = ports.values()
        ports[name] = preferred if name in skipped else preferred_or_free(preferred, taken)
    return ports


def _moved(ports: Mapping[str, int]) -> Iterator[str]:
    for name, port in ports.items():
        if port != PREFERRED_PORTS[name]:
            yield f"port {PREFERRED_PORTS[name]} is in use: {name} listens on {port}"


def _urls(site: Site) -> dict[str, str]:
    speak_http = (*SERVICES, "mailbox", "issuer")
    return {
        **{name: site.url(name) for name in speak_http},
        "smtp": f"{LOOPBACK}:{site.ports['smtp']}",
        "kafka": site.kafka,
        "mongo": site.mongo,
    }


def _kafka(site: Site) -> list[Part]:
    ports = kafka.NodePorts(site.ports["kafka"], site.ports["kafka-controller"])
    prepared = kafka.prepare_kafka(site.data / "kafka", (ports,))
    is_ready = partial(kafka.answers, ports.broker)
    return [Part(node, kafka.READY_SECONDS, is_ready) for node in prepared.nodes]


def _mongo(site: Site, server: mongo.Server) -> Part:
    data, port = site.data / "mongo", site.ports["mongo"]
    database = mongo.prepare_database(data, port, server=server)
    return Part(database.process, mongo.READY_SECONDS, partial(mongo.answers, database.url))


def _mail_and_tokens(site: Site) -> Iterator[Part]:
    smtp = site.ports["smtp"]
    mailbox = ["--smtp-port", str(smtp), "--http-port", str(site.ports["mailbox"])]
    mailbox += ["--data", str(site.data / "mailbox")]
    yield Part(
        Child(_python(site, "mailbox", "deploy.local.mailbox", *mailbox)),
        SERVICE_READY_SECONDS,
        lambda: accepts_connections(smtp) and _says_ok(f"{site.url('mailbox')}/livez"),
    )
    issuer = ["--port", str(site.ports["issuer"]), "--data", str(site.data / "issuer")]
    yield Part(
        Child(_python(site, "issuer", "deploy.local.issuer", *issuer)),
        SERVICE_READY_SECONDS,
        partial(_says_ok, f"{site.url('issuer')}/livez"),
    )


def _service(site: Site, name: str) -> Part:
    command = _python(site, name, f"services.{name}.main")
    is_ready = partial(_says_ok, f"{site.url(name)}/readyz")
    return Part(Child(command), SERVICE_READY_SECONDS, is_ready)


def _job(site: Site, name: str, *command: str, required: bool = True) -> Part:
    return Part(Child(_python(site, name, *command)), JOB_SECONDS, required=required)


def _python(site: Site, name: str, module: str, *arguments: str) -> Command:
    return Command(
        name=name,
        arguments=(sys.executable, "-m", module, *arguments),
        log_file=site.log(name),
        environment={**_shared_settings(site), **_settings(site, name)},
        directory=PROJECT,
    )


def _shared_settings(site: Site) -> dict[str, str]:
    return {
        "ENVIRONMENT": "local",
        "PYTHONUNBUFFERED": "1",
        DATA_VARIABLE: str(site.data),
        KAFKA_VARIABLE: site.kafka,
        MONGO_VARIABLE: site.mongo,
    }


def _settings(site: Site, name: str) -> dict[str, str]:
    """A service's own settings, as docs/settings.md lists them."""
    if name not in SERVICES:
        return {}
    settings = {
        "HTTP__HOST": LOOPBACK,
        "HTTP__PORT": str(site.ports[name]),
        "CONSUMER__INSTANCE_ID": "local",  # one process each: a restart needs no new partitions
        "AUTH__ISSUER": site.url("issuer"),
        "AUTH__JWKS_URL": f"{site.url('issuer')}/jwks.json",
        "AUTH__AUDIENCE": AUDIENCE,
    }
    if name == "notifications":
        settings |= {
            "SMTP__HOST": LOOPBACK,
            "SMTP__PORT": str(site.ports["smtp"]),
            # A receiver under development listens on this machine.
            "WEBHOOKS__ALLOW_PRIVATE": "true",
            "SECRETS__KEY": _secret_key(site.data),
        }
    return {f"{name.upper()}_{setting}": value for setting, value in settings.items()}


def _secret_key(data: Path) -> str:
    """The key that subscribers' secrets are stored under: random, made the first time, kept."""
    file = data / "secrets" / "notifications.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        partial_file = file.with_suffix(".part")
        partial_file.touch(0o600)
        partial_file.write_bytes(base64.b64encode(os.urandom(KEY_BYTES)))
        partial_file.replace(file)
    return file.read_text("ascii")


def _says_ok(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=PROBE_SECONDS, trust_env=False).is_success
    except httpx2.HTTPError:
        return False
