"""What the registry keeps, and the listings it answers.

Promises: each listing is served by the index that names it, in an order that ends in `_id`; pages
go on behind their cursor whatever was added or removed meanwhile.

Queries are equalities and at most one range, `$gt`, `$gte` or `$lt`, on the field that follows them
in the index: SecantusDB scans for anything else, and its `$lte` loses equal keys in a compound
index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registry.domain.cities import City, Kind, Status
from services.registry.domain.contacts import Contact
from services.registry.domain.interests import MAX_LEVEL, Interest
from services.registry.domain.topics import Topic
from services.registry.places import fold_name
from shared.collection import Collection, Index, StateT
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


@dataclass(frozen=True, slots=True)
class Range:
    """One read of a listing: a query that an index serves without `$or`, and its order."""

    query: Query
    order: tuple[tuple[str, int], ...]


_BY_ID: Final = (("_id", 1),)
_BY_NAME: Final = (("folded_name", 1), ("_id", 1))

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
        Index((("topic", 1), ("strength", 1), ("_id", 1)), "interests in a topic"),
        Index((("topic", 1), ("levels.seeks", 1), ("_id", 1)), "who seeks help with a topic"),
        Index((("topic", 1), ("levels.offers", 1), ("_id", 1)), "who has experience to give"),
        Index(
            (("topic", 1), ("levels.seeks", 1), ("levels.offers", 1), ("_id", 1)),
            "who both seeks and offers",
        ),
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


async def list_cities(
    mongo: Mongo, which: CityFilter, after: tuple[str, str] | None, limit: int
) -> list[City]:
    """Give cities by folded name and id; `after` is the folded name and id of the last one."""
    return await _page(mongo, CITIES, city_queries(which, after), limit)


def city_queries(which: CityFilter, after: tuple[str, str] | None) -> tuple[Range, ...]:
    """Give the ranges that `list_cities` reads, one after the other."""
    filters: Query = {"status": which.status}
    if which.country is not None:
        filters["facts.country"] = which.country
    if which.kind is not None:
        filters["facts.kind"] = which.kind
    prefix = fold_name(which.name)
    names: Query = {"$gte": prefix, "$lt": prefix + _LAST_CHARACTER} if prefix else {}
    if after is None:
        return (Range(filters | ({"folded_name": names} if names else {}), _BY_NAME),)
    name, id_ = after
    behind = {each: bound for each, bound in names.items() if each != "$gte"} | {"$gt": name}
    return (
        Range(filters | {"folded_name": name, "_id": {"$gt": id_}}, _BY_ID),
        Range(filters | {"folded_name": behind}, _BY_NAME),
    )


async def list_topics(
    mongo: Mongo, parent: TopicCode | None, after: str | None, limit: int
) -> list[Topic]:
    """Give topics by code: all, or those right below `parent`."""
    return await mongo.find(TOPICS, topic_query(parent, after), sort=_BY_ID, limit=limit)


def topic_query(parent: TopicCode | None, after: str | None) -> Query:
    """Give the query behind `list_topics`."""
    query: Query = {} if parent is None else {"meaning.parent": parent}
    return query | _behind(after)


async def list_interests(
    mongo: Mongo, which: InterestFilter, after: tuple[int, str] | None, limit: int
) -> list[Interest]:
    """Give interests in a topic, strongest first; `after` is group and id of the last one."""
    return await _page(mongo, INTERESTS, interest_queries(which, after), limit)


def interest_queries(which: InterestFilter, after: tuple[int, str] | None) -> tuple[Range, ...]:
    """Give the ranges that `list_interests` reads, one after the other."""
    topic: Query = {"topic": which.topic}
    first, id_ = after or (0, "")
    return tuple(
        Range(topic | group | (_behind(id_) if after and not place else {}), _BY_ID)
        for place, group in enumerate(which.groups()[max(0, first) :])
    )


def place_query(geonames_id: int) -> Query:
    """Give the query for the city of a place."""
    return {"facts.geonames_id": geonames_id}


def groups_query(members: Sequence[CityId]) -> Query:
    """Give the query for the groups that have one of these members."""
    return {"facts.members": {"$in": list(members)}}


def profile_query(city_id: CityId) -> Query:
    """Give the query for all that a city has ever said; as much as the taxonomy has topics."""
    return {"city_id": city_id}


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
    """Give all that a city has ever said, by topic."""
    return await mongo.find(INTERESTS, profile_query(city_id), sort=(("topic", 1),))


async def interest_in(mongo: Mongo, city_id: CityId, topic: TopicCode) -> Interest | None:
    """Give what a city has said of a topic."""
    found = await mongo.find(INTERESTS, {"city_id": city_id, "topic": topic}, limit=1)
    return found[0] if found else None


async def list_contacts(
    mongo: Mongo, city_id: CityId, after: str | None, limit: int
) -> list[Contact]:
    """Give the contacts of a city, in the order of their appointment."""
    query = contact_query(city_id, after)
    return await mongo.find(CONTACTS, query, sort=_BY_ID, limit=limit)


def contact_query(city_id: CityId, after: str | None) -> Query:
    """Give the query behind `list_contacts`."""
    return {"city_id": city_id, "erased": False} | _behind(after)


def _behind(after: str | None) -> Query:
    return {} if after is None else {"_id": {"$gt": after}}


async def _page(
    mongo: Mongo, collection: Collection[StateT], ranges: tuple[Range, ...], limit: int
) -> list[StateT]:
    """Read ranges until there is enough: what ties with the cursor first, then what is behind."""
    rows: list[StateT] = []
    for each in ranges:
        if len(rows) < limit:
            missing = limit - len(rows)
            rows += await mongo.find(collection, each.query, sort=each.order, limit=missing)
    return rows
