"""Private servers for a benchmark run, and the topics on them."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka import start_kafka
from deploy.local.mongo import start_database
from deploy.local.process import stop_all
from shared.topics import apply

BENCH_GROUPS = ("bench",)


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the run's broker and database are."""

    kafka: str
    mongo_url: str


@contextmanager
def servers() -> Iterator[Servers]:
    """Start Apache Kafka and the embedded database on free ports; stop and forget them after."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        kafka = start_kafka(Path(folder) / "kafka")
        database = start_database(Path(folder) / "mongo")
        try:
            asyncio.run(apply(kafka.bootstrap, groups=BENCH_GROUPS))
            yield Servers(kafka.bootstrap, database.url)
        finally:
            stop_all((*kafka.nodes, database.process))
