"""The interests that are kept, and their listings."""

from dataclasses import dataclass

from services.registry.domain.interests import MAX_LEVEL, Interest
from services.registry.domain.manners import INTEREST
from services.registry.store.changes import trail_of
from services.registry.store.ranges import BY_ID, Query, Range, behind, read_page
from shared.collection import Collection, Index
from shared.ids import CityId, TopicCode
from shared.mongo import Mongo

INTERESTS = Collection(
    "interests",
    Interest,
    (
        Index((("city_id", 1), ("topic", 1)), "the profile of a city", unique=True),
        Index((("topic", 1), ("strength", 1), ("_id", 1)), "interests in a topic"),
        Index((("topic", 1), ("levels.seeks", 1), ("_id", 1)), "who seeks help with a topic"),
        Index((("topic", 1), ("levels.offers", 1), ("_id", 1)), "who has experience to give"),
        Index(
            (("topic", 1), ("levels.seeks", 1), ("levels.offers", 1), ("_id", 1)),
            "who both seeks and offers",
        ),
    ),
    trail=trail_of(INTEREST),
)


@dataclass(frozen=True, slots=True)
class InterestFilter:
    """Which interests in a topic: those at these levels and above; 0 asks nothing of a level.

    Levels are few, so a listing reads one group of equal levels after the other, strongest first:
    by `seeks` then `offers` where both are asked for, by the one that is, else by the higher one.
    """

    topic: TopicCode
    min_seeks: int = 0
    min_offers: int = 0

    def groups(self) -> tuple[Query, ...]:
        """Give a query per group, in order."""
        seeks = [{"levels.seeks": level} for level in _down_to(self.min_seeks)]
        offers = [{"levels.offers": level} for level in _down_to(self.min_offers)]
        if self.min_seeks and self.min_offers:
            return tuple(one | other for one in seeks for other in offers)
        if self.min_seeks or self.min_offers:
            return tuple(seeks if self.min_seeks else offers)
        return tuple({"strength": level} for level in _down_to(1))

    def group_of(self, interest: Interest) -> int:
        """Give the position of an interest's group."""
        levels = interest.levels
        if self.min_seeks and self.min_offers:
            below = MAX_LEVEL - self.min_offers + 1
            return (MAX_LEVEL - levels.seeks) * below + MAX_LEVEL - levels.offers
        if self.min_seeks or self.min_offers:
            return MAX_LEVEL - (levels.seeks if self.min_seeks else levels.offers)
        return MAX_LEVEL - interest.strength


def _down_to(lowest: int) -> range:
    return range(MAX_LEVEL, lowest - 1, -1)


async def list_interests(
    mongo: Mongo, which: InterestFilter, after: tuple[int, str] | None, limit: int
) -> list[Interest]:
    """Give interests in a topic, strongest first; `after` is group and id of the last one."""
    return await read_page(mongo, INTERESTS, interest_queries(which, after), limit)


def interest_queries(which: InterestFilter, after: tuple[int, str] | None) -> tuple[Range, ...]:
    """Give the ranges that `list_interests` reads, one after the other."""
    topic: Query = {"topic": which.topic}
    first, id_ = after or (0, "")
    return tuple(
        Range(topic | group | (behind(id_) if after and not place else {}), BY_ID)
        for place, group in enumerate(which.groups()[max(0, first) :])
    )


def profile_query(city_id: CityId) -> Query:
    """Give the query for all that a city has ever said; as much as the taxonomy has topics."""
    return {"city_id": city_id}


def declared_query(topic: TopicCode) -> Query:
    """Give the query for what cities say of a topic now."""
    return {"topic": topic, "strength": {"$gt": 0}}


async def profile_of(mongo: Mongo, city_id: CityId) -> list[Interest]:
    """Give all that a city has ever said, by topic."""
    return await mongo.find(INTERESTS, profile_query(city_id), sort=(("topic", 1),))


async def interest_in(mongo: Mongo, city_id: CityId, topic: TopicCode) -> Interest | None:
    """Give what a city has said of a topic."""
    found = await mongo.find(INTERESTS, {"city_id": city_id, "topic": topic}, limit=1)
    return found[0] if found else None
