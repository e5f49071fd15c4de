"""The keeper of the index: builds it, keeps it current from the service's own topics, mends it.

Promises: an event is a hint only: what changed is read from the collection, so records that come
twice, late or in another order do no harm. A change is found within a second. While an index is
built anew the one before it goes on answering and goes on being kept current.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from pydantic import ValidationError

from services.registry.errors import SearchRebuilding
from services.registry.places import Places
from services.registry.search.contents import MAX_IDS, read_documents, stream_documents
from services.registry.search.index import CityIndex
from services.registry.search.view import IndexBrokenError
from shared.consumer.reading import READING_FAILURES, Placed, follow_topics
from shared.contracts.registry import CITIES, INTERESTS, InterestEvent
from shared.errors import Unavailable
from shared.mongo import Mongo

BATCH_SECONDS: Final = 0.1
"""Changes of so long go into one commit of the index: a tenth of the second that is promised."""

_READY_SECONDS: Final = 30.0
"""Finding the ends of two topics takes milliseconds; a broker that can't is away."""
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 60.0
"""Each new beginning reads the whole collection: a broker that flaps must not make that a load."""

_FAILURES: Final = (*READING_FAILURES, Unavailable, IndexBrokenError)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Build:
    """One building of the index."""

    at: datetime
    cities: int
    seconds: float


class SearchKeeper:
    """The index of one process, and the loop that looks after it."""

    def __init__(self, mongo: Mongo, bootstrap_servers: str, places: Callable[[], Places]) -> None:
        """Begin without an index; `run` builds it. `places` is called in a thread."""
        self._mongo = mongo
        self._servers = bootstrap_servers
        self._load_places = places
        self._index: CityIndex | None = None
        self._changed: set[str] = set()
        self._noted_while_building: set[str] | None = None
        self._wake = asyncio.Event()
        self._rebuild = asyncio.Event()
        self.last_build: Build | None = None
        self.following = False

    @property
    def index(self) -> CityIndex:
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
                _log.warning("search_interrupted", reasons=_names(failed))
            self.following = False
            if self._index is None:
                await self._build_unfollowed()
            lasted = time.monotonic() - begun > _LONGEST_PAUSE_SECONDS
            pause = _FIRST_PAUSE_SECONDS if lasted else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def read(self, ids: Iterable[str]) -> None:
        """Read these cities from the collection into the index.

        Raises:
            Unavailable: the database is away. IndexBrokenError: build it anew.
        """
        places = await asyncio.to_thread(self._load_places)
        some = sorted(ids)
        for start in range(0, len(some), MAX_IDS):
            batch = some[start : start + MAX_IDS]
            documents, gone = await read_documents(self._mongo, places, batch)
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
        async for placed in follow_topics(self._servers, [CITIES.name, INTERESTS.name], ready):
            self._note(placed)

    def _note(self, placed: Placed) -> None:
        city_id = placed.envelope.subject
        if placed.topic == INTERESTS.name:
            try:
                event = InterestEvent.model_validate_json(placed.envelope.data or b"")
            except ValidationError:
                self.rebuild()  # of a version to come: what it is about can't be told
                return
            city_id = event.state.city_id
        self._changed.add(city_id)
        if self._noted_while_building is not None:
            self._noted_while_building.add(city_id)
        self._wake.set()

    async def _apply(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(BATCH_SECONDS)
            self._wake.clear()
            ids, self._changed = self._changed, set()
            try:
                await self.read(ids)
            except IndexBrokenError as error:
                _log.warning("search_index_broken", reason=str(error))
                self.rebuild()

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
            _log.warning("search_not_built", reason=type(error).__name__)

    async def _build(self) -> float:
        self._noted_while_building = set()
        begun = time.monotonic()
        try:
            index = await asyncio.to_thread(CityIndex)
            places = await asyncio.to_thread(self._load_places)
            async for batch in stream_documents(self._mongo, places):
                await asyncio.to_thread(index.fill, batch)
            await asyncio.to_thread(index.change, ())
            self._index = index
            self._changed |= self._noted_while_building
            self._wake.set()
        finally:
            self._noted_while_building = None
        seconds = round(time.monotonic() - begun, 2)
        self.last_build = Build(self._mongo.clock.now(), len(index), seconds)
        _log.info("search_index_built", cities=len(index), seconds=seconds)
        return seconds


def _names(group: BaseExceptionGroup) -> list[str]:
    return sorted({type(each).__name__ for each in group.exceptions})
