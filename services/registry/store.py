"""What the registry keeps, and the listings it answers.

Promises: each listing is served by the index that names it, in an order that ends in `_id`; pages
go on behind their cursor whatever was added or removed meanwhile.
"""

from dataclasses import dataclass
from typing import Any, Final

from services.registry.domain.cities import City, Kind, Status
from services.registry.domain.contacts import Contact
from services.registry.domain.interests import Interest
from services.registry.domain.topics import Topic
from services.registry.places import fold_name
from shared.collection import Collection, Index
from shared.ids import CityId, ContactId, TopicCode
from shared.mongo import Mongo

_LAST_CHARACTER: Final = "\U0010ffff"
"""Sorts behind every other character, so that a prefix and it bound a range of names."""

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turnstile:
    """A document that transactions pass one at a time, when what they must keep spans several.

    Two transactions that read the same documents and write different ones would both commit
    (write skew); here the second finds the first one's write and runs again. `passed` counts.
    """

    id: str
    passed: int = 0


CITIES = Collection(
    "cities",
    City,
    (
        Index((("status", 1), ("folded_name", 1), ("_id", 1)), "cities by status"),
        Index(
            (("status", 1), ("facts.country", 1), ("folded_name", 1), ("_id", 1)),
            "cities by status and country",
        ),
        Index(
            (("status", 1), ("facts.kind", 1), ("folded_name", 1), ("_id", 1)),
            "cities by status and kind",
        ),
        Index(
            (
                ("status", 1),
                ("facts.country", 1),
                ("facts.kind", 1),
                ("folded_name", 1),
                ("_id", 1),
            ),
            "cities by status, country and kind",
        ),
        Index(
            (("facts.geonames_id", 1),),
            "the city of a place, which is one",
            unique=True,
            partial={"facts.geonames_id": {"$gt": 0}},
        ),
        Index((("facts.members", 1),), "the groups of a city"),
    ),
)
TOPICS = Collection(
    "topics", Topic, (Index((("meaning.parent", 1), ("_id", 1)), "the topics below a topic"),)
)
INTERESTS = Collection(
    "interests",
    Interest,
    (
        Index((("city_id", 1), ("topic", 1)), "the profile of a city", unique=True),
        Index((("topic", 1), ("strength", -1), ("_id", 1)), "interests in a topic"),
        Index((("topic", 1), ("levels.seeks", -1), ("_id", 1)), "who seeks help with a topic"),
        Index((("topic", 1), ("levels.offers", -1), ("_id", 1)), "who has experience to give"),
    ),
)
CONTACTS = Collection(
    "contacts",
    Contact,
    (Index((("city_id", 1), ("erased", 1), ("_id", 1)), "the contacts of a city"),),
)
TURNSTILES = Collection("turnstiles", Turnstile)

COLLECTIONS: tuple[Collection[Any], ...] = (CITIES, TOPICS, INTERESTS, CONTACTS, TURNSTILES)


@dataclass(frozen=True, slots=True)
class CityFilter:
    """Which cities: all with this status, of this country and kind, whose name starts so."""

    status: Status = "registered"
    country: str | None = None
    kind: Kind | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class InterestFilter:
    """Which interests in a topic: those at these levels and above."""

    topic: TopicCode
    min_seeks: int = 0
    min_offers: int = 0

    @property
    def order(self) -> str:
        """The field that the listing sorts by, highest first."""
        if self.min_seeks:
            return "levels.seeks"
        return "levels.offers" if self.min_offers else "strength"

    def level_of(self, interest: Interest) -> int:
        """Give the level that the listing sorts by."""
        if self.min_seeks:
            return interest.levels.seeks
        return interest.levels.offers if self.min_offers else interest.strength


async def list_cities(
    mongo: Mongo, which: CityFilter, after: tuple[str, str] | None, limit: int
) -> list[City]:
    """Give cities by folded name and id; `after` is the folded name and id of the last one."""
    return await mongo.find(
        CITIES, city_query(which, after), sort=(("folded_name", 1), ("_id", 1)), limit=limit
    )


def city_query(which: CityFilter, after: tuple[str, str] | None) -> Query:
    """Give the query behind `list_cities`."""
    query: Query = {"status": which.status}
    if which.country is not None:
        query["facts.country"] = which.country
    if which.kind is not None:
        query["facts.kind"] = which.kind
    prefix = fold_name(which.name)
    names: Query = {"$gte": prefix, "$lt": prefix + _LAST_CHARACTER} if prefix else {}
    if after is not None:
        name, id_ = after
        names["$gte"] = name
        query["$or"] = [{"folded_name": {"$gt": name}}, {"_id": {"$gt": id_}}]
    return query | ({"folded_name": names} if names else {})


async def list_topics(
    mongo: Mongo, parent: TopicCode | None, after: str | None, limit: int
) -> list[Topic]:
    """Give topics by code: all, or those right below `parent`."""
    return await mongo.find(TOPICS, topic_query(parent, after), sort=(("_id", 1),), limit=limit)


def topic_query(parent: TopicCode | None, after: str | None) -> Query:
    """Give the query behind `list_topics`."""
    query: Query = {} if parent is None else {"meaning.parent": parent}
    return query | _behind(after)


async def list_interests(
    mongo: Mongo, which: InterestFilter, after: tuple[int, str] | None, limit: int
) -> list[Interest]:
    """Give interests in a topic, strongest first; `after` is level and id of the last one."""
    return await mongo.find(
        INTERESTS, interest_query(which, after), sort=((which.order, -1), ("_id", 1)), limit=limit
    )


def interest_query(which: InterestFilter, after: tuple[int, str] | None) -> Query:
    """Give the query behind `list_interests`; a withdrawn interest has no level above 0."""
    floors = {
        "levels.seeks": which.min_seeks,
        "levels.offers": which.min_offers,
        "strength": 1 if which.order == "strength" else 0,
    }
    query: Query = {"topic": which.topic}
    query |= {name: {"$gte": floor} for name, floor in floors.items() if floor}
    if after is not None:
        level, id_ = after
        query[which.order]["$lte"] = level
        query["$or"] = [{which.order: {"$lt": level}}, {"_id": {"$gt": id_}}]
    return query


async def city_of(mongo: Mongo, city_id: CityId) -> City | None:
    """Give one city."""
    return await mongo.get(CITIES, city_id)


async def topic_of(mongo: Mongo, code: TopicCode) -> Topic | None:
    """Give one topic."""
    return await mongo.get(TOPICS, code)


async def contact_of(mongo: Mongo, contact_id: ContactId) -> Contact | None:
    """Give one contact, erased or not."""
    return await mongo.get(CONTACTS, contact_id)


async def turns_of(mongo: Mongo, name: str) -> int:
    """Give how often a turnstile was passed."""
    last = await mongo.get(TURNSTILES, name)
    return last.passed if last else 0


async def profile_of(mongo: Mongo, city_id: CityId) -> list[Interest]:
    """Give all that a city has ever said, by topic; as many as the taxonomy has topics."""
    return await mongo.find(INTERESTS, {"city_id": city_id}, sort=(("topic", 1),))


async def interest_in(mongo: Mongo, city_id: CityId, topic: TopicCode) -> Interest | None:
    """Give what a city has said of a topic."""
    found = await mongo.find(INTERESTS, {"city_id": city_id, "topic": topic}, limit=1)
    return found[0] if found else None


async def list_contacts(
    mongo: Mongo, city_id: CityId, after: str | None, limit: int
) -> list[Contact]:
    """Give the contacts of a city, in the order of their appointment."""
    query = contact_query(city_id, after)
    return await mongo.find(CONTACTS, query, sort=(("_id", 1),), limit=limit)


def contact_query(city_id: CityId, after: str | None) -> Query:
    """Give the query behind `list_contacts`."""
    return {"city_id": city_id, "erased": False} | _behind(after)


def _behind(after: str | None) -> Query:
    return {} if after is None else {"_id": {"$gt": after}}
