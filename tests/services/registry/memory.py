"""A register in memory that runs the registry's real use cases, thousands of them a second.

Promises what `shared.unit_of_work.Tx` promises: all of a unit or nothing of it; a query sees what
was committed, and gives what the unit has changed as changed. Not simulated: two units at once.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import bson
from bson.codec_options import CodecOptions

from shared.clock import FixedClock
from shared.collection import Collection
from shared.contracts.event import Event
from shared.ids import EventIds
from shared.unit_of_work import Tx

ResultT = TypeVar("ResultT")
StateT = TypeVar("StateT")
Key = tuple[str, str]
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(slots=True)
class Register:
    """All states by collection and id, and all events so far."""

    states: dict[Key, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    units: int = 0
    skipped: timedelta = timedelta()
    """Time that has passed beside the minute of each unit."""
    inserted: tuple[Collection[Any], ...] = ()
    """Collections into which use cases insert whole documents."""

    def run(self, work: Callable[[Tx], Awaitable[ResultT]]) -> ResultT:
        """Run a use case in a unit of its own; what it raises leaves everything as it was."""
        tx = MemoryTx(self, START + self.skipped + timedelta(minutes=self.units))
        result = _finished(work(cast("Tx", tx)))
        self.states |= tx.staged
        for key in tx.gone:
            self.states.pop(key, None)
        self.events += tx.told
        self.units += 1
        return result

    def all(self, collection: Collection[StateT]) -> list[StateT]:  # type: ignore[type-var]
        """Give the states of a collection by id."""
        return [each for (name, _), each in sorted(self.states.items()) if name == collection.name]

    def fork(self) -> "Register":
        """Give another register with the same states, for trying something out."""
        other = copy(self)
        other.states, other.events = dict(self.states), list(self.events)
        return other


class MemoryTx:
    """One unit of work on a register in memory."""

    def __init__(self, register: Register, now: datetime) -> None:
        self.now, self.attempt = now, 1
        self.event_id = EventIds(FixedClock(now)).next
        self.staged: dict[Key, Any] = {}
        self.told: list[Event] = []
        self.gone: set[Key] = set()
        self._register = register

    def give_way(self) -> None:
        """Nobody else is here."""

    async def breathe(self) -> None:
        """Nobody else is here."""

    async def prefetch(self, collection: Collection[Any], ids: Iterable[str]) -> None:
        """Nothing is far away here."""

    async def get(self, collection: Collection[Any], id_: str) -> Any:  # noqa: ANN401 - any state
        key = (collection.name, id_)
        if key in self.gone:
            return None
        return self.staged.get(key, self._register.states.get(key))

    async def find(
        self,
        collection: Collection[Any],
        query: Mapping[str, Any],
        *,
        sort: tuple[tuple[str, int], ...] = (),
        limit: int = 0,
    ) -> list[Any]:
        assert all(direction == 1 for _, direction in sort)
        found = [
            self.staged.get((collection.name, each.id), each)
            for each in self._register.all(collection)
            if (collection.name, each.id) not in self.gone
            and _matches(collection.document(each), query)
        ]
        return found[:limit] if limit else found

    def save(self, collection: Collection[Any], state: Any, *events: Event) -> Any:  # noqa: ANN401
        if not events:
            return state
        key = (collection.name, state.id)
        before = self.staged.get(key, self._register.states.get(key))
        version = (before.version if before else 0) + len(events)
        assert all(each.subject == state.id for each in events)
        self.told += events
        self.staged[key] = replace(state, version=version)
        return self.staged[key]

    def tell(self, event: Event, _version: int, after: str | None = None) -> str:
        self.told.append(event)
        return self.event_id(after)

    def put(self, collection: Collection[Any], state: Any) -> None:  # noqa: ANN401 - any state
        self.staged[collection.name, state.id] = state
        self.gone.discard((collection.name, state.id))

    def insert_row(self, name: str, row: Mapping[str, Any]) -> None:
        """Keep a document that a use case inserts as it is; rows of the trail are not kept here."""
        for collection in self._register.inserted:
            if collection.name == name:
                self.put(collection, collection.read(row))

    def insert_encoded(self, name: str, document: bytes) -> None:
        """Keep a document that comes as BSON."""
        self.insert_row(name, bson.decode(document, CodecOptions(tz_aware=True)))

    def delete(self, collection: Collection[Any], id_: str) -> None:
        self.staged.pop((collection.name, id_), None)
        self.gone.add((collection.name, id_))


def repeated(values: Iterable[object]) -> list[object]:
    """Give those values that come more than once; None may."""
    counted = Counter(each for each in values if each is not None)
    return [each for each, times in counted.items() if times > 1]


def _finished(work: Awaitable[ResultT]) -> ResultT:
    """Run what never waits for anything but, now and then, lets others have their turn."""
    steps = work.__await__()
    while True:
        try:
            waited_for = next(steps)
        except StopIteration as stop:
            return cast("ResultT", stop.value)
        assert waited_for is None, "a use case waited for something outside of its unit"


def _matches(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    return all(_meets(_at(document, path), wanted) for path, wanted in query.items())


def _at(document: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any value
    value: Any = document
    for step in path.split("."):
        value = value[step] if isinstance(value, Mapping) else None
    return value


def _meets(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - any value
    several = isinstance(value, list | tuple)
    if not isinstance(wanted, Mapping):
        return wanted in value if several else bool(value == wanted)
    (operator, bound), *more = wanted.items()
    assert not more, wanted
    if operator == "$in":
        return any(each in bound for each in (value if several else (value,)))
    assert operator == "$gt", wanted
    return bool(value > bound)
