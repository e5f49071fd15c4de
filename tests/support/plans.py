"""The plans of all queries that services send while their tests run, and the places that ask.

Promises that no query is missed: the driver itself tells of every command that it sends (so no
wrapper can be gone around), and the code is read for every place that asks, so that a place which
no test reaches shows as well.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.mongo import Mongo
from shared.unit_of_work import Tx

PROJECT: Final = Path(__file__).parents[2]
SERVICES: Final = ("registry", "matching", "events", "notifications")
_TESTS: Final = str(PROJECT / "tests")

_OWN_READS: Final = ReadConcern("local")
_OWN_WRITES: Final = WriteConcern(w=1)
"""What tests ask for by themselves says so explicitly what is the default, to be told apart."""

Filter = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of one collection: all that matters to the choice of an index."""

    database: str
    collection: str
    filter: Filter
    sort: Mapping[str, int] = field(default_factory=dict)
    limit: int = 0

    @property
    def shape(self) -> str:
        """Give what equal plans have in common, for people too."""
        sort = f" sort {', '.join(self.sort)}" if self.sort else ""
        return f"{self.collection} {_shape(self.filter)}{sort}{' limit' if self.limit else ''}"

    @property
    def names_ids(self) -> bool:
        """Whether it asks for ids, one or several, and perhaps more of those.

        MongoDB goes by the index of `_id`, whatever else is asked; SecantusDB says COLLSCAN as soon
        as something else is.
        """
        wanted = self.filter.get("_id")
        return wanted is not None and (not isinstance(wanted, dict) or "$in" in wanted)

    @property
    def goes_by_id(self) -> bool:
        """Whether it goes along ids and nothing else, from one on or from the first.

        MongoDB walks the index of `_id`; SecantusDB has a COLLSCAN for it, in the same order.
        """
        along = not self.sort or next(iter(self.sort)) == "_id"
        return along and (set(self.filter) == {"_id"} or (not self.filter and self.limit > 0))


@dataclass(slots=True)
class Recorder(CommandListener):
    """Every different query of the services, and every line of theirs that asked."""

    queries: dict[str, Query] = field(default_factory=dict)
    lines: set[tuple[str, int]] = field(default_factory=set)

    def started(self, event: CommandStartedEvent) -> None:
        """Keep what a command asks, if a service sent it.

        A database that has just a service's name belongs to a whole platform, whose services are
        other processes: only tests that look through everything ask it from here.
        """
        name = event.database_name
        if not name.startswith(SERVICES) or name in SERVICES:
            return
        if not _is_tests_own(event.command):
            for query in queries_of(event.database_name, event.command):
                self.queries.setdefault(query.shape, query)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to do."""

    def note_callers(self, patch: pytest.MonkeyPatch) -> None:
        """Note the line of every call that asks; tests' own questions say whose they are."""
        for owner, name in (
            (Mongo, "find"),
            (Mongo, "select"),
            (Mongo, "count"),
            (Mongo, "stream"),
            (Tx, "find"),
        ):
            patch.setattr(owner, name, self._noting(getattr(owner, name)))
        for driver in (AsyncIOMotorDatabase, AsyncDatabase):
            patch.setattr(driver, "__getitem__", self._told_apart(driver.__getitem__))

    def _noting(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any method's
            self._note(sys._getframe(1).f_code.co_filename, sys._getframe(1).f_lineno)
            return method(*arguments, **named)

        return noted

    def _told_apart(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def opened(database: Any, name: str) -> Any:  # noqa: ANN401 - of either driver
            caller = sys._getframe(1)
            if caller.f_code.co_filename.startswith(_TESTS):
                return database.get_collection(
                    name, read_concern=_OWN_READS, write_concern=_OWN_WRITES
                )
            self._note(caller.f_code.co_filename, caller.f_lineno)
            return method(database, name)

        return opened

    def _note(self, file: str, line: int) -> None:
        self.lines.add((file, line))


def queries_of(database: str, command: Mapping[str, Any]) -> Iterator[Query]:
    """Give what a command looks for; nothing of one that looks for nothing."""
    name = next(iter(command))
    collection = command[name]
    if name == "find":
        sort = dict(command.get("sort") or {})
        yield Query(database, collection, command["filter"], sort, command.get("limit", 0))
    elif name == "aggregate":
        first = command["pipeline"][0] if command["pipeline"] else {}
        yield Query(database, collection, first.get("$match", {}))
    elif name in ("update", "delete"):
        for one in command[f"{name}s"]:
            yield Query(database, collection, one["q"])
    elif name == "count" and not command.get("query"):
        return  # an estimate, from what the database knows of the collection anyway
    elif name in ("count", "distinct", "findAndModify"):
        yield Query(database, collection, command.get("query") or {})
    elif name == "bulkWrite":
        spaces = [each["ns"].partition(".")[2] for each in command["nsInfo"]]
        for one in command["ops"]:
            if "filter" in one:
                yield Query(database, spaces[one[next(iter(one))]], one["filter"])


def scans(url: str, queries: Iterable[Query]) -> list[str]:
    """Give the shapes of those queries for which the database says that it reads everything."""
    with MongoClient[dict[str, Any]](url) as client:
        asked = (each for each in queries if not each.names_ids and not each.goes_by_id)
        return sorted(each.shape for each in asked if _scans(client, each))


def places(folders: Iterable[Path]) -> list[tuple[Path, int, int]]:
    """Give every place in the code that asks the database: file, first and last line."""
    return [
        (file, node.lineno, node.end_lineno or node.lineno)
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.expr) and _asks(node)
    ]


def _asks(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "database"
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    receiver = ast.unparse(node.func.value).rpartition(".")[2].lstrip("_")
    return receiver in ("mongo", "tx") and node.func.attr in ("find", "select", "count", "stream")


def _scans(client: "MongoClient[dict[str, Any]]", query: Query) -> bool:
    find: dict[str, Any] = {"find": query.collection, "filter": query.filter}
    if query.sort:
        find["sort"] = query.sort
    try:
        plan = client[query.database].command({"explain": find, "verbosity": "queryPlanner"})
    except OperationFailure as error:
        raise AssertionError(f"cannot explain {query.shape}") from error
    return "COLLSCAN" in str(plan["queryPlanner"]["winningPlan"])


def _is_tests_own(command: Mapping[str, Any]) -> bool:
    reads, writes = command.get("readConcern", {}), command.get("writeConcern", {})
    own = reads.get("level") == _OWN_READS.level or writes == _OWN_WRITES.document
    return own and "txnNumber" not in command


def _shape(value: Any, name: str = "") -> str:  # noqa: ANN401 - any BSON value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shape(each, key)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        kinds = dict.fromkeys(_shape(each) for each in value)
        return "[" + ", ".join(list(kinds) if name in ("$or", "$and") else list(kinds)[:1]) + "]"
    if name == "status" or isinstance(value, bool):
        return str(value)
    return "?"
