"""The embedded database: SecantusDB, which speaks MongoDB's wire protocol, as a process of its own.

Promises: what it acknowledged survives a kill -9 (`--sync-on-commit`); it can be started again on
its data and port. Production and docker-compose.yml run MongoDB 8 instead: what holds here rests
on the wire protocol they share. SecantusDB is GPL: it runs beside our processes and is never
imported. There are two servers: `secantusd-py`, which `.venv` has, and `secantusd-rs`, which is
many times as fast and has to be built (see fast_database.py). Data stay with the server that made
them: the topics and offsets of a platform tell of one database.
"""

import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local import fast_database
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Child, Command, ProcessError

READY_SECONDS = 30.0
"""It needs 1 s; more when it recovers a long log on a busy machine."""

PROBE_MILLISECONDS = 500
"""A probe that gets no answer in this time is asked again."""

OPLOG_RETENTION_SECONDS = 60
"""Nobody reads the oplog (no change streams, one node), and it keeps every document that was ever
written, those of erased people too. Long enough for whoever looks into it for a fault."""

Server = Literal["secantusd-py", "secantusd-rs"]
FOLDERS: Mapping[Server, str] = {"secantusd-py": "db", "secantusd-rs": "db-rs"}
"""Where each keeps its data, below the database's folder; there is only ever one of them."""


SERVER_VARIABLE = "EMBEDDED_DATABASE"
"""Names the server: `secantusd-py` unless it says otherwise."""


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
    data: Path,
    port: int | None = None,
    *,
    test_commands: bool = False,
    server: Server = "secantusd-py",
) -> Database:
    """Give a database on `data`, not yet started; on a free port when none is named.

    `test_commands` lets clients arm fail points, as fault tests do.

    Raises:
        ProcessError: the server is not installed, or the data are another's.
    """
    chosen = free_port() if port is None else port
    directory = data.absolute()
    _require_own_data(directory, server)
    arguments = [str(_program(server)), "--host", LOOPBACK, "--port", str(chosen)]
    arguments += [
        "--storage-path",
        str(directory / FOLDERS[server]),
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


def start_database(
    data: Path,
    port: int | None = None,
    *,
    test_commands: bool = False,
    server: Server = "secantusd-py",
) -> Database:
    """Start a database on `data` and wait until it answers.

    Raises:
        ProcessError: it did not come up; the text ends with its log.
    """
    database = prepare_database(data, port, test_commands=test_commands, server=server)
    database.start()
    return database


def server_named(environment: Mapping[str, str]) -> Server:
    """Give the server that the environment asks for.

    Raises:
        ProcessError: there is none of this name.
    """
    name = environment.get(SERVER_VARIABLE, "secantusd-py")
    for server in FOLDERS:
        if server == name:
            return server
    known = " or ".join(FOLDERS)
    raise ProcessError(f"{SERVER_VARIABLE} is {name!r}: it must be {known}.")


def _require_own_data(directory: Path, server: Server) -> None:
    for other, folder in FOLDERS.items():
        if other != server and (directory / folder).exists():
            raise ProcessError(
                f"{directory} was made by {other}, and {server} is asked for: go on with {other} "
                f"({SERVER_VARIABLE}={other}), or `make reset` and begin anew."
            )


def _program(server: Server) -> Path:
    if server == "secantusd-py":
        return Path(sysconfig.get_path("scripts")) / "secantusd-py"
    built = fast_database.installed()
    if built is None:
        raise ProcessError("secantusd-rs is not built yet: `make up FAST=1` builds it.")
    return built


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
