"""A MongoDB collection as the services see it: a name, the frozen state it holds, and its indexes.

Promises that a state written is read back equal: times are aware UTC in milliseconds, the field
``id`` is the document's ``_id``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from cattrs.preconf.bson import make_converter

ROWS_PER_BREATH = 10
"""Documents that are made into states at a stretch, before others have their turn.
A thousand at a stretch make all other requests wait for 60 ms."""

Document = dict[str, Any]
"""A BSON document; what is in it is the store's business, hence Any."""

_CONVERTER = make_converter(detailed_validation=False)
# What is stored was checked when it came: to name the place of an error in it takes twice the time.

Breathe = Callable[[], Awaitable[None]]
"""Lets others have their turn."""


async def turn() -> None:
    """Let whatever is ready run."""
    await asyncio.sleep(0)


@runtime_checkable
class Stored(Protocol):
    """A state that can be kept: it has an identity."""

    @property
    def id(self) -> str:
        """The aggregate's id."""
        ...


class Versioned(Stored, Protocol):
    """The state of an aggregate."""

    @property
    def version(self) -> int:
        """Number of the aggregate's events so far; 0 before the first."""
        ...


StateT = TypeVar("StateT", bound=Stored)
AggregateT = TypeVar("AggregateT", bound=Versioned)


@dataclass(frozen=True, slots=True)
class Index:
    """One index and the query it is for.

    ``keys`` as pymongo takes them: ``(("state", 1), ("_id", 1))``. ``serves`` names the query in
    words: an index that serves none is deleted. ``expire_seconds`` makes it a TTL index.
    """

    keys: tuple[tuple[str, int], ...]
    serves: str
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """What else is kept of every saved change of an aggregate, in the change's own transaction.

    ``rows`` is given the document before (empty: a new one), the document after, and the outbox
    rows of the events between them; what it makes of them is inserted into the collection ``name``.
    """

    name: str
    rows: Callable[[Document, Document, Sequence[Document]], list[Document]]


@dataclass(frozen=True, slots=True, eq=False)
class Collection(Generic[StateT]):
    """A collection of one kind of state.

    ``state`` is a frozen dataclass with ``id``; an aggregate's has ``version`` too (number of its
    events so far). ``required`` is the validator: fields every document must have.
    """

    name: str
    state: type[StateT]
    indexes: Sequence[Index] = field(default=())
    trail: Trail | None = None

    def document(self, state: StateT) -> Document:
        """Give the document that keeps this state."""
        document: Document = _CONVERTER.unstructure(state, self.state)
        document["_id"] = document.pop("id")
        return document

    async def read_many(
        self, documents: Iterable[Mapping[str, Any]], breathe: Breathe = turn
    ) -> list[StateT]:
        """Give the states that these documents keep; others have their turn in between."""
        states = []
        for place, document in enumerate(documents, start=1):
            states.append(self.read(document))
            if place % ROWS_PER_BREATH == 0:
                await breathe()
        return states

    def read(self, document: Mapping[str, Any]) -> StateT:
        """Give the state that this document keeps; unknown fields are ignored."""
        named = {**document, "id": document["_id"]}
        return _CONVERTER.structure(named, self.state)
