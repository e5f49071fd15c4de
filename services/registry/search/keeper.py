"""The keeper of the index: builds it, keeps it current from the service's own topics, mends it.

Promises: an event is a hint only: what changed is read from the collection, so records that come
twice, late or in another order do no harm. A change is found within a second. While an index is
built anew the one before it goes on answering and goes on being kept current.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic

import structlog
from pydantic import ValidationError

from services.registry.errors import SearchRebuilding
from services.registry.search.index import SearchIndex
from services.registry.search.subject import MAX_IDS, DocumentT, Hint, Subject
from services.registry.search.view import IndexBrokenError
from shared.consumer.reading import READING_FAILURES, Placed, follow_topics
from shared.errors import Unavailable
from shared.mongo import Mongo

BATCH_SECONDS: Final = 0.1
"""Changes of so long go into one commit of the index: a tenth of the second that is promised."""

LATE_SECONDS: Final = 0.3
"""How long until a copy is looked for again that the consumer had not come to."""

_READY_SECONDS: Final = 30.0
"""Finding the ends of a few topics takes milliseconds; a broker that can't is away."""
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 60.0
"""Each new beginning reads the whole collection: a broker that flaps must not make that a load."""

_FAILURES: Final = (*READING_FAILURES, Unavailable, IndexBrokenError)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Build:
    """One building of the index."""

    at: datetime
    documents: int
    seconds: float


class SearchKeeper(Generic[DocumentT]):
    """The index of one subject in one process, and the loop that looks after it."""

    def __init__(self, mongo: Mongo, bootstrap_servers: str, subject: Subject[DocumentT]) -> None:
        """Begin without an index; `run` builds it."""
        self._mongo = mongo
        self._servers = bootstrap_servers
        self.subject = subject
        self._index: SearchIndex[DocumentT] | None = None
        self._changed: set[Hint] = set()
        self._noted_while_building: set[Hint] | None = None
        self._wake = asyncio.Event()
        self._rebuild = asyncio.Event()
        self.last_build: Build | None = None
        self.following = False

    @property
    def index(self) -> SearchIndex[DocumentT]:
        """The index that answers now.

        Raises:
            SearchRebuilding: there is none yet (503 `search_rebuilding`).
        """
        if self._index is None:
            raise SearchRebuilding
        return self._index

    @property
    def building(self) -> bool:
        """Whether an index is being built."""
        return self._noted_while_building is not None

    def rebuild(self) -> None:
        """Ask for a new index, after a failure or a difference; asking twice is asking once."""
        self._rebuild.set()

    async def run(self) -> None:
        """Look after the index until cancelled; begin anew after every failure."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            begun = time.monotonic()
            try:
                await self._look_after()
            except* _FAILURES as failed:
                _log.warning(
                    "search_interrupted", subject=self.subject.name, reasons=_names(failed)
                )
            self.following = False
            if self._index is None:
                await self._build_unfollowed()
            lasted = time.monotonic() - begun > _LONGEST_PAUSE_SECONDS
            pause = _FIRST_PAUSE_SECONDS if lasted else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def read(self, ids: Iterable[str]) -> None:
        """Read these from the collection into the index.

        Raises:
            Unavailable: the database is away. IndexBrokenError: build it anew.
        """
        some = sorted(ids)
        for start in range(0, len(some), MAX_IDS):
            batch = some[start : start + MAX_IDS]
            documents, gone = await self.subject.read(self._mongo, batch)
            await asyncio.to_thread(self.index.change, documents, gone)

    async def _look_after(self) -> None:
        """Follow first, then build: what changes while the collection is read is heard of."""
        ready = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(ready), name="search-follow")
            async with asyncio.timeout(_READY_SECONDS):
                await ready.wait()
            self.following = True
            await self._build()
            group.create_task(self._apply(), name="search-apply")
            group.create_task(self._build_when_asked(), name="search-build")

    async def _follow(self, ready: asyncio.Event) -> None:
        subject = self.subject
        async for placed in follow_topics(self._servers, subject.topics, ready, subject.copied):
            self._note(placed)

    def _note(self, placed: Placed) -> None:
        try:
            hints = set(self.subject.hints(placed))
        except ValidationError:
            self.rebuild()  # of a version to come: what it is about can't be told
            return
        self._changed |= hints
        if self._noted_while_building is not None:
            self._noted_while_building |= hints
        self._wake.set()

    async def _apply(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LATE_SECONDS if self._changed else None):
                    await self._wake.wait()
            await asyncio.sleep(BATCH_SECONDS)
            self._wake.clear()
            hints, self._changed = self._changed, set()
            late = await self.subject.late(self._mongo, hints)
            self._changed |= late
            try:
                await self.read(await asyncio.to_thread(self._touched, hints - late))
            except IndexBrokenError as error:
                _log.warning("search_index_broken", subject=self.subject.name, reason=str(error))
                self.rebuild()

    def _touched(self, hints: set[Hint]) -> set[str]:
        """Give the ids of the documents that these hints are about."""
        named: dict[str, set[str]] = {}
        for hint in hints:
            named.setdefault(hint.field, set()).add(hint.value)
        ids = named.pop("id", set())
        for field, values in named.items():
            ids |= self.index.view().ids_where(field, sorted(values))
        return ids

    async def _build_when_asked(self) -> None:
        while True:
            await self._rebuild.wait()
            self._rebuild.clear()
            seconds = await self._build()
            await asyncio.sleep(seconds)  # so that building takes half of the time at most

    async def _build_unfollowed(self) -> None:
        """Without a broker the search answers from the collection as it is now."""
        try:
            await self._build()
        except _FAILURES as error:
            _log.warning("search_not_built", subject=self.subject.name, reason=type(error).__name__)

    async def _build(self) -> float:
        self._noted_while_building = set()
        begun = time.monotonic()
        try:
            index = await asyncio.to_thread(SearchIndex, self.subject.form)
            async for batch in self.subject.stream(self._mongo):
                await asyncio.to_thread(index.fill, batch)
            await asyncio.to_thread(index.change, ())
            self._index = index
            self._changed |= self._noted_while_building
            self._wake.set()
        finally:
            self._noted_while_building = None
        seconds = round(time.monotonic() - begun, 2)
        self.last_build = Build(self._mongo.clock.now(), len(index), seconds)
        _log.info(
            "search_index_built", subject=self.subject.name, documents=len(index), seconds=seconds
        )
        return seconds


def _names(group: BaseExceptionGroup) -> list[str]:
    return sorted({type(each).__name__ for each in group.exceptions})
