"""The topics that are kept, and their listing."""

from collections.abc import Iterable

from services.registry.domain.manners import TOPIC
from services.registry.domain.topics import Topic
from services.registry.store.changes import trail_of
from services.registry.store.ranges import BY_ID, Query, behind
from shared.collection import Collection, Index
from shared.ids import TopicCode
from shared.mongo import Mongo

TOPICS = Collection(
    "topics",
    Topic,
    (Index((("meaning.parent", 1), ("_id", 1)), "the topics below a topic"),),
    trail=trail_of(TOPIC),
)


async def list_topics(
    mongo: Mongo, parent: TopicCode | None, after: str | None, limit: int
) -> list[Topic]:
    """Give topics by code: all, or those right below `parent`."""
    return await mongo.find(TOPICS, topic_query(parent, after), sort=BY_ID, limit=limit)


def topic_query(parent: TopicCode | None, after: str | None) -> Query:
    """Give the query behind `list_topics`."""
    query: Query = {} if parent is None else {"meaning.parent": parent}
    return query | behind(after)


async def replacements_of(
    mongo: Mongo, codes: Iterable[TopicCode]
) -> dict[TopicCode, tuple[TopicCode, ...]]:
    """Give what replaces those of these topics that are deprecated."""
    topics = await mongo.find(TOPICS, topics_query(codes))
    return {each.id: each.replaced_by for each in topics if each.replaced_by}


def topics_query(codes: Iterable[TopicCode]) -> Query:
    """Give the query for these topics."""
    return {"_id": {"$in": sorted(set(codes))}}


async def topic_of(mongo: Mongo, code: TopicCode) -> Topic | None:
    """Give one topic."""
    return await mongo.get(TOPICS, code)
