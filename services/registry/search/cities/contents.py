"""Reading what belongs into the index: the whole collection as a stream, or a few cities.

Promises: constant memory but for interests and sides, which are numbers and words; a city that is
read is as last committed, so that reading it again never goes back.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from services.registry.domain.cities import City
from services.registry.domain.interests import Interest
from services.registry.places import Places
from services.registry.search.cities.documents import Document, document_of
from services.registry.search.cities.schema import FORM
from services.registry.search.subject import MAX_IDS, Hint, Subject
from services.registry.store import (
    CITIES,
    INTERESTS,
    PARTICIPATION_COPIES,
    Participation,
    Query,
)
from shared.consumer.reading import Placed
from shared.contracts.matching import APPLICATIONS, ApplicationEvent
from shared.contracts.registry import CITIES as CITY_EVENTS
from shared.contracts.registry import INTERESTS as INTEREST_EVENTS
from shared.contracts.registry import InterestEvent
from shared.mongo import Mongo

BATCH_CITIES: Final = 500
"""Cities per step: some 20 ms of work, after which others have their turn."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of cities besides themselves, by their ids."""

    interests: dict[str, list[Interest]] = field(default_factory=lambda: defaultdict(list))
    participations: dict[str, list[Participation]] = field(
        default_factory=lambda: defaultdict(list)
    )


def cities_subject(load_places: Callable[[], Places]) -> Subject[Document]:
    """Give the subject of cities; `load_places` is called in a thread."""
    return Subject(
        name="cities",
        form=FORM,
        topics=(CITY_EVENTS.name, INTEREST_EVENTS.name),
        copied=(APPLICATIONS.name,),
        hints=_hints,
        late=_late,
        stream=partial(_stream, load_places),
        read=partial(_read, load_places),
    )


def _hints(placed: Placed) -> Iterator[Hint]:
    envelope = placed.envelope
    if placed.topic == CITY_EVENTS.name:
        yield Hint("id", envelope.subject)
    elif placed.topic == INTEREST_EVENTS.name:
        interest = InterestEvent.model_validate_json(envelope.data or b"")
        yield Hint("id", interest.state.city_id)
    elif envelope.data:
        application = ApplicationEvent.model_validate_json(envelope.data)
        yield Hint("id", application.state.city_id, envelope.subject, envelope.sequence)


async def _late(mongo: Mongo, hints: set[Hint]) -> set[Hint]:
    """Give the hints of applications that the registry's consumer has not come to yet."""
    told = sorted({hint.copy for hint in hints} - {""})
    versions: dict[str, int] = {}
    for start in range(0, len(told), MAX_IDS):
        copies = await mongo.find(PARTICIPATION_COPIES, ids_query(told[start : start + MAX_IDS]))
        versions |= {copy.id: copy.version for copy in copies}
    return {hint for hint in hints if hint.version > versions.get(hint.copy, 0)}


async def _stream(load_places: Callable[[], Places], mongo: Mongo) -> AsyncIterator[list[Document]]:
    places, around = await asyncio.to_thread(load_places), _Around()
    async for interest in mongo.stream(INTERESTS, whole_query()):
        if interest.strength > 0:
            around.interests[interest.city_id].append(interest)
    async for each in mongo.stream(PARTICIPATION_COPIES, whole_query()):
        around.participations[each.city_id].append(each)
    waiting: list[City] = []
    async for city in mongo.stream(CITIES, whole_query()):
        waiting.append(city)
        if len(waiting) == BATCH_CITIES:
            yield await _documents(waiting, around, places)
            waiting = []
    yield await _documents(waiting, around, places)


async def _read(
    load_places: Callable[[], Places], mongo: Mongo, ids: Sequence[str]
) -> tuple[list[Document], list[str]]:
    places, around = await asyncio.to_thread(load_places), _Around()
    cities = await mongo.find(CITIES, ids_query(ids))
    for interest in await mongo.find(INTERESTS, profiles_query(ids)):
        around.interests[interest.city_id].append(interest)
    for each in await mongo.find(PARTICIPATION_COPIES, profiles_query(ids)):
        around.participations[each.city_id].append(each)
    documents = await _documents(cities, around, places)
    return documents, sorted(set(ids) - {each.id for each in documents})


def whole_query() -> Query:
    """Give the query for a whole collection, along its ids."""
    return {"_id": {"$gt": ""}}


def ids_query(ids: Sequence[str]) -> Query:
    """Give the query for the documents of a collection with these ids."""
    return {"_id": {"$in": list(ids)}}


def profiles_query(ids: Sequence[str]) -> Query:
    """Give the query for what these cities have said, and for what they take part in."""
    return {"city_id": {"$in": list(ids)}}


async def _documents(cities: list[City], around: _Around, places: Places) -> list[Document]:
    def make() -> list[Document]:
        made = (
            document_of(
                city,
                around.interests.get(city.id, ()),
                around.participations.get(city.id, ()),
                places,
            )
            for city in cities
        )
        return [each for each in made if each is not None]

    return await asyncio.to_thread(make)
