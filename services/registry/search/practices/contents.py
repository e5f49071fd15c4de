"""Reading the practices that belong into the index, with their cities and their topics' words.

Promises: constant memory but for the topics, of which there are hundreds; a practice that is read
is as last committed, so that reading it again never goes back.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Final

from services.registry.domain.practice_states import Practice
from services.registry.domain.topics import Topic
from services.registry.search.practices.documents import PracticeDocument, practice_document
from services.registry.search.practices.schema import FORM
from services.registry.search.subject import MAX_IDS, Hint, Subject, none_late
from services.registry.store import CITIES, PRACTICES, TOPICS, Query
from shared.consumer.reading import Placed
from shared.contracts.registry import CITIES as CITY_EVENTS
from shared.contracts.registry import PRACTICES as PRACTICE_EVENTS
from shared.contracts.registry import TOPICS as TOPIC_EVENTS
from shared.ids import TopicCode
from shared.mongo import Mongo

_FIELDS: Final = {
    PRACTICE_EVENTS.name: "id",
    CITY_EVENTS.name: "city_id",
    TOPIC_EVENTS.name: "topic",
}
"""What an event's subject is to the practices that it touches."""


async def stream_practices(mongo: Mongo) -> AsyncIterator[list[PracticeDocument]]:
    """Give all documents in batches, in no order."""
    topics = {topic.id: topic async for topic in mongo.stream(TOPICS, _whole_query())}
    waiting: list[Practice] = []
    async for practice in mongo.stream(PRACTICES, _whole_query()):
        waiting.append(practice)
        if len(waiting) == MAX_IDS:
            yield await _documents(mongo, waiting, topics)
            waiting = []
    yield await _documents(mongo, waiting, topics)


async def read_practices(
    mongo: Mongo, ids: Sequence[str]
) -> tuple[list[PracticeDocument], list[str]]:
    """Give the documents of these practices, at most `MAX_IDS`, and the ids that have none."""
    practices = await mongo.find(PRACTICES, ids_query(ids))
    codes = sorted({code for each in practices for code in each.content.topics})
    topics: dict[TopicCode, Topic] = {}
    for start in range(0, len(codes), MAX_IDS):
        some = await mongo.find(TOPICS, ids_query(codes[start : start + MAX_IDS]))
        topics |= {topic.id: topic for topic in some}
    documents = await _documents(mongo, practices, topics)
    return documents, sorted(set(ids) - {each.id for each in documents})


def ids_query(ids: Sequence[str]) -> Query:
    """Give the query for the documents of a collection with these ids."""
    return {"_id": {"$in": list(ids)}}


def _whole_query() -> Query:
    return {"_id": {"$gt": ""}}


def _hints(placed: Placed) -> Iterator[Hint]:
    yield Hint(_FIELDS[placed.topic], placed.envelope.subject)


async def _documents(
    mongo: Mongo, practices: list[Practice], topics: Mapping[TopicCode, Topic]
) -> list[PracticeDocument]:
    wanted = sorted({each.city_id for each in practices})
    found = await mongo.find(CITIES, ids_query(wanted)) if wanted else []
    cities = {city.id: city for city in found}

    def make() -> list[PracticeDocument]:
        return [practice_document(each, cities.get(each.city_id), topics) for each in practices]

    return await asyncio.to_thread(make)


PRACTICES_SUBJECT: Final = Subject(
    name="practices",
    form=FORM,
    topics=tuple(_FIELDS),
    copied=(),
    hints=_hints,
    late=none_late,
    stream=stream_practices,
    read=read_practices,
)
