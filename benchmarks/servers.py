"""Private servers for a benchmark run, and the topics on them."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka import start_kafka
from deploy.local.mongo import Server, start_database
from deploy.local.process import Child, Command, stop_all
from shared.topics import apply

BENCH_GROUPS = ("bench",)


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the run's broker and database are."""

    kafka: str
    mongo_url: str


@contextmanager
def servers(server: Server = "secantusd-py") -> Iterator[Servers]:
    """Start Apache Kafka and the embedded database on free ports; stop and forget them after."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        kafka = start_kafka(Path(folder) / "kafka")
        database = start_database(Path(folder) / "mongo", server=server)
        try:
            asyncio.run(apply(kafka.bootstrap, groups=BENCH_GROUPS))
            yield Servers(kafka.bootstrap, database.url)
        finally:
            stop_all((*kafka.nodes, database.process))


def python(name: str, arguments: list[str], folder: Path, environment: Mapping[str, str]) -> Child:
    """Make a child that runs one of our modules; its log is a file in ``folder``."""
    command = [sys.executable, "-m", *arguments]
    return Child(Command(name, command, folder / f"{name}.log", environment))
