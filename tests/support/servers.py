"""Real servers for tests: Kafka and the database, on free ports, with data in temporary folders.

The session's own servers (fixtures `kafka` and `mongo_url` in tests/conftest.py) start when a
test first asks for them and must be left running. A fault test that kills takes private ones from
here, which end with the block. EMBEDDED_DATABASE names the database's server, as for `make up`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.kafka import Kafka, start_kafka
from deploy.local.mongo import Database, server_named, start_database
from deploy.local.process import Child


@contextmanager
def private_kafka(data: Path, *, nodes: int = 1) -> Iterator[Kafka]:
    """A Kafka that the test may kill and start: `.nodes[i].kill()`, `.start_node(i)`."""
    kafka = start_kafka(data, nodes=nodes)
    with _ended(*kafka.nodes):
        yield kafka


@contextmanager
def private_database(data: Path, *, test_commands: bool = True) -> Iterator[Database]:
    """A database that the test may kill and start: `.process.kill()`, `.start()`."""
    server = server_named(os.environ)
    database = start_database(data, test_commands=test_commands, server=server)
    with _ended(database.process):
        yield database


@contextmanager
def _ended(*children: Child) -> Iterator[None]:
    try:
        yield
    finally:
        # At once: the data is thrown away.
        for child in children:
            child.kill()
