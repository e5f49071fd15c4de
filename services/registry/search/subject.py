"""What an index is about: how one of its documents is made, found again, and heard of.

Cities and good practices are two subjects; everything else here is the same for both.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, Self, TypeVar

import tantivy

from services.registry.search.orders import Order
from shared.consumer.reading import Placed
from shared.mongo import Mongo


class Findable(Protocol):
    """What an index holds: an aggregate as it can be found and shown."""

    @property
    def id(self) -> str:
        """The aggregate's id: 36 characters."""
        ...

    def digest(self) -> bytes:
        """Give 16 bytes that differ for documents that differ."""
        ...

    def shown(self) -> Self:
        """Give it without what is only for finding."""
        ...


MAX_IDS: Final = 200
"""Ids per query: the database compares each of them with what it finds."""

DocumentT = TypeVar("DocumentT", bound=Findable)

Words = Iterable[tuple[Sequence[str], Iterable[str]]]
"""Languages, BCP 47, and the words of a text in one of them or in any."""


@dataclass(frozen=True, slots=True)
class Form(Generic[DocumentT]):
    """How a document stands in the index."""

    schema: Callable[[], tantivy.Schema]
    """The same object for all, since queries are made with it too. It has `id` and `slot`."""
    made: Callable[[DocumentT, int], tantivy.Document]
    """Make the index's document with this slot."""
    orders: Mapping[str, Order]
    words: Callable[[DocumentT], Words]
    """Words of prose, by which forms of one word and slips of the pen find each other."""


@dataclass(frozen=True, slots=True)
class Hint:
    """That something changed: the documents whose `field` has this `value` are to be read again.

    `copy` and its `version` name a copy that the registry keeps of another service's aggregate:
    what the hint is about can be read only when it is that new.
    """

    field: str
    value: str
    copy: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Subject(Generic[DocumentT]):
    """One kind of thing to find, and where it comes from."""

    name: str
    form: Form[DocumentT]
    topics: tuple[str, ...]
    """Whose events say that something changed, from now on."""
    copied: tuple[str, ...]
    """The same, from their beginning: the registry takes them when its consumer comes to it."""
    hints: Callable[[Placed], Iterable[Hint]]
    """What a record says to read again; ValidationError: build everything anew."""
    late: Callable[[Mongo, set[Hint]], Awaitable[set[Hint]]]
    """Which of these hints name a copy that is not that new yet."""
    stream: Callable[[Mongo], AsyncIterator[list[DocumentT]]]
    """All documents in batches, in no order."""
    read: Callable[[Mongo, Sequence[str]], Awaitable[tuple[list[DocumentT], list[str]]]]
    """The documents of these ids, at most `MAX_IDS`, and the ids that have none."""


async def none_late(_mongo: Mongo, _hints: set[Hint]) -> set[Hint]:
    """Say that every hint can be followed: for a subject without copies."""
    return set()
