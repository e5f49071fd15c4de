"""The embedded database: SecantusDB, which speaks MongoDB's wire protocol, as a process of its own.

Promises: what it acknowledged survives a kill -9 (`--sync-on-commit`); it can be started again on
its data and port. Production and docker-compose.yml run MongoDB 8 instead: what holds here rests
on the wire protocol they share. SecantusDB is GPL: it runs beside our processes and is never
imported.
"""

import sysconfig
from dataclasses import dataclass
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Child, Command

READY_SECONDS = 30.0
"""It needs 1 s; more when it recovers a long log on a busy machine."""

PROBE_MILLISECONDS = 500
"""A probe that gets no answer in this time is asked again."""

OPLOG_RETENTION_SECONDS = 60
"""Nobody reads the oplog (no change streams, one node), and it keeps every document that was ever
written, those of erased people too. Long enough for whoever looks into it for a fault."""

PROGRAM = Path(sysconfig.get_path("scripts")) / "secantusd-py"


@dataclass(frozen=True, slots=True)
class Database:
    """A running database, which may be killed and started again, and its address."""

    process: Child
    port: int
    url: str

    def start(self) -> None:
        """Start it on its data and port, and wait until it answers.

        Raises:
            ProcessError: it did not come up; the text ends with its log.
        """
        self.process.start()
        self.process.wait_ready(lambda: answers(self.url), READY_SECONDS)

    def stop(self) -> None:
        """Stop it cleanly. Harmless when it ended."""
        self.process.stop()


def prepare_database(
    data: Path, port: int | None = None, *, test_commands: bool = False
) -> Database:
    """Give a database on `data`, not yet started; on a free port when none is named.

    `test_commands` lets clients arm fail points, as fault tests do.
    """
    chosen = free_port() if port is None else port
    directory = data.absolute()
    arguments = [str(PROGRAM), "--host", LOOPBACK, "--port", str(chosen)]
    arguments += [
        "--storage-path",
        str(directory / "db"),
        "--sync-on-commit",
        "--oplog-retention-seconds",
        str(OPLOG_RETENTION_SECONDS),
        "--log-level",
        "WARNING",
    ]
    if test_commands:
        arguments.append("--enable-test-commands")
    directory.mkdir(parents=True, exist_ok=True)
    command = Command("mongo", arguments, directory / "mongo.log", directory=directory)
    return Database(Child(command), chosen, database_url(chosen))


def start_database(data: Path, port: int | None = None, *, test_commands: bool = False) -> Database:
    """Start a database on `data` and wait until it answers.

    Raises:
        ProcessError: it did not come up; the text ends with its log.
    """
    database = prepare_database(data, port, test_commands=test_commands)
    database.start()
    return database


def database_url(port: int) -> str:
    """Give the address of a database on this port. It has one node: nothing is to be discovered."""
    return f"mongodb://{LOOPBACK}:{port}/?directConnection=true"


def answers(url: str) -> bool:
    """Tell whether a database answers a ping at this address and takes writes."""
    client: MongoClient[dict[str, object]] = MongoClient(
        url, serverSelectionTimeoutMS=PROBE_MILLISECONDS
    )
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False
    finally:
        client.close()
