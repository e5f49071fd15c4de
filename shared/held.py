"""One document in a unit of work: as it was read, and as it shall become."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from shared.collection import Document
from shared.flush import Change

MISSING: Document = {}
"""Marks a document that was looked for and is not there."""

AT_ONCE = 200
"""Documents that are forgotten at a stretch: a fraction of a millisecond."""


@dataclass(slots=True)
class Held:
    """One document that a unit has touched."""

    loaded: Document | None
    """None when it was not read: what is there is unknown."""
    staged: Document | None = None
    deleted: bool = False

    @property
    def current(self) -> Document:
        """The document as the unit sees it."""
        return MISSING if self.deleted else self.staged or self.loaded or MISSING


def is_new(held: Held) -> bool:
    """Whether to insert: it was looked for and not found, or it is an aggregate's first state."""
    if held.staged is None or held.deleted:
        return False
    return held.loaded == MISSING or (held.loaded is None and "event_id" in held.staged)


def change_of(id_: str, held: Held) -> Change | None:
    """Give the change of a document that is not new; None if there is none."""
    if held.deleted:
        return None if held.loaded == MISSING else Change(id_, None)
    if held.staged is None or is_new(held):
        return None
    return Change(id_, held.staged, upsert=held.loaded is None)


async def let_go(held: Iterable[dict[str, Held]], rows: Iterable[list[Document]]) -> None:
    """Empty these some documents at a time, and let others have their turn in between.

    Thousands that go with their unit, all at once, stop everything for some milliseconds.
    """
    for documents in held:
        while documents:
            for _ in range(min(AT_ONCE, len(documents))):
                documents.popitem()
            await asyncio.sleep(0)
    for some in rows:
        while some:
            del some[-AT_ONCE:]
            await asyncio.sleep(0)
