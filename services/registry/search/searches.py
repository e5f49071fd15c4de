"""All that one API process can find: its indexes, each with its keeper."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from services.registry.places import Places
from services.registry.search.cities.contents import cities_subject
from services.registry.search.cities.documents import Document
from services.registry.search.keeper import SearchKeeper
from services.registry.search.practices.contents import PRACTICES_SUBJECT
from services.registry.search.practices.documents import PracticeDocument
from shared.mongo import Mongo

CityKeeper = SearchKeeper[Document]
PracticeKeeper = SearchKeeper[PracticeDocument]


@dataclass(frozen=True, slots=True)
class Searches:
    """The keepers of one process."""

    cities: CityKeeper
    practices: PracticeKeeper

    async def run(self) -> None:
        """Look after all indexes until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.cities.run(), name="search-cities")
            group.create_task(self.practices.run(), name="search-practices")


def searches_of(
    mongo: Mongo, bootstrap_servers: str, load_places: Callable[[], Places]
) -> Searches:
    """Give the keepers, without indexes yet; `load_places` is called in a thread."""
    return Searches(
        SearchKeeper(mongo, bootstrap_servers, cities_subject(load_places)),
        SearchKeeper(mongo, bootstrap_servers, PRACTICES_SUBJECT),
    )
