"""Reading what belongs into the index: the whole collection as a stream, or a few cities.

Promises: constant memory but for the interests, which are numbers; a city that is read is as last
committed, so that reading it again never goes back.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Final

from services.registry.domain.cities import City
from services.registry.domain.interests import Interest
from services.registry.places import Places
from services.registry.search.documents import Document, document_of
from services.registry.store import CITIES, INTERESTS, Query
from shared.mongo import Mongo

BATCH_CITIES: Final = 500
"""Cities per step: some 20 ms of work, after which others have their turn."""

MAX_IDS: Final = 200
"""Ids per query: the database compares each of them with what it finds."""


async def stream_documents(mongo: Mongo, places: Places) -> AsyncIterator[list[Document]]:
    """Give all documents in batches, in no order."""
    interests: dict[str, list[Interest]] = defaultdict(list)
    async for interest in mongo.stream(INTERESTS, whole_query()):
        if interest.strength > 0:
            interests[interest.city_id].append(interest)
    waiting: list[City] = []
    async for city in mongo.stream(CITIES, whole_query()):
        waiting.append(city)
        if len(waiting) == BATCH_CITIES:
            yield await _documents(waiting, interests, places)
            waiting = []
    yield await _documents(waiting, interests, places)


async def read_documents(
    mongo: Mongo, places: Places, ids: Sequence[str]
) -> tuple[list[Document], list[str]]:
    """Give the documents of these cities, at most `MAX_IDS`, and the ids that have none."""
    cities = await mongo.find(CITIES, cities_query(ids))
    interests: dict[str, list[Interest]] = defaultdict(list)
    for interest in await mongo.find(INTERESTS, profiles_query(ids)):
        interests[interest.city_id].append(interest)
    documents = await _documents(cities, interests, places)
    return documents, sorted(set(ids) - {each.id for each in documents})


def whole_query() -> Query:
    """Give the query for a whole collection, along its ids."""
    return {"_id": {"$gt": ""}}


def cities_query(ids: Sequence[str]) -> Query:
    """Give the query for these cities."""
    return {"_id": {"$in": list(ids)}}


def profiles_query(ids: Sequence[str]) -> Query:
    """Give the query for all that these cities have said."""
    return {"city_id": {"$in": list(ids)}}


async def _documents(
    cities: list[City], interests: dict[str, list[Interest]], places: Places
) -> list[Document]:
    def make() -> list[Document]:
        made = (document_of(city, interests.get(city.id, ()), places) for city in cities)
        return [each for each in made if each is not None]

    return await asyncio.to_thread(make)
