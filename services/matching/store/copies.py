"""What matching copies from the registry: cities, their interests, the labels of topics."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from services.matching.store.reading import by_ids, chunks
from shared.collection import Collection
from shared.ids import CityId, InterestId, TopicCode
from shared.mongo import Mongo


@dataclass(frozen=True, slots=True)
class CityCopy:
    """What the registry says of a city; None is unknown."""

    id: CityId
    version: int
    name: str
    country: str
    status: Literal["registered", "withdrawn"]
    population: int | None
    time_zone: str | None
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterestCopy:
    """What the registry says of a city's interest in a topic; withdrawn, both levels are 0."""

    id: InterestId
    version: int
    topic: TopicCode
    seeks: int
    offers: int


@dataclass(frozen=True, slots=True)
class InterestCopies:
    """All interests of a city, by its id: a round reads one row per city instead of five."""

    id: CityId
    interests: tuple[InterestCopy, ...] = ()

    def declared(self) -> tuple[InterestCopy, ...]:
        """Give those in which the city seeks or offers something."""
        return tuple(each for each in self.interests if each.seeks or each.offers)

    def heard(self, copy: InterestCopy) -> "InterestCopies | None":
        """Take in what was heard of one interest; None if that, or newer, is known already."""
        others = tuple(each for each in self.interests if each.id != copy.id)
        known = next((each for each in self.interests if each.id == copy.id), None)
        if known is not None and known.version >= copy.version:
            return None
        return replace(self, interests=(*others, copy))


@dataclass(frozen=True, slots=True)
class TopicCopy:
    """What the registry calls a topic."""

    id: TopicCode
    version: int
    labels: dict[str, str]


CITY_COPIES = Collection("city_copies", CityCopy)
INTEREST_COPIES = Collection("city_interest_copies", InterestCopies)
TOPIC_COPIES = Collection("topic_copies", TopicCopy)


async def city_names(mongo: Mongo, ids: Iterable[str]) -> dict[str, str]:
    """Give the names of those cities that the registry has told of."""
    names: dict[str, str] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = await mongo.select(CITY_COPIES, {"_id": {"$in": chunk}}, "name")
        names |= {row["_id"]: row["name"] for row in rows}
    return names


async def topic_labels(mongo: Mongo, codes: Iterable[str]) -> dict[str, str]:
    """Give the English labels of those topics that the registry has told of."""
    topics = [each async for each in by_ids(mongo, TOPIC_COPIES, codes)]
    return {topic.id: topic.labels["en"] for topic in topics if "en" in topic.labels}
