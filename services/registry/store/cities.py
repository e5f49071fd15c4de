"""The cities that are kept, and their listings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.registry.domain.cities import City, Kind, Status
from services.registry.domain.manners import CITY
from services.registry.places import fold_name
from services.registry.store.changes import trail_of
from services.registry.store.ranges import BY_ID, LAST_CHARACTER, Query, Range, read_page
from shared.collection import Collection, Index
from shared.ids import CityId
from shared.mongo import Mongo

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
        Index(
            (("facts.geonames_id", 1), ("_id", 1)),
            "the cities of many places: SecantusDB scans for $in with a partial index",
        ),
        Index(
            (("facts.wikidata_id", 1),),
            "the city of a Wikidata item, which is one",
            unique=True,
            partial={"facts.wikidata_id": {"$gt": ""}},
        ),
        Index((("facts.members", 1),), "the groups of a city"),
    ),
    trail=trail_of(CITY),
)


@dataclass(frozen=True, slots=True)
class CityFilter:
    """Which cities: all with this status, of this country and kind, whose name starts so."""

    status: Status = "registered"
    country: str | None = None
    kind: Kind | None = None
    name: str = ""


async def list_cities(
    mongo: Mongo, which: CityFilter, after: tuple[str, str] | None, limit: int
) -> list[City]:
    """Give cities by folded name and id; `after` is the folded name and id of the last one."""
    return await read_page(mongo, CITIES, city_queries(which, after), limit)


def city_queries(which: CityFilter, after: tuple[str, str] | None) -> tuple[Range, ...]:
    """Give the ranges that `list_cities` reads, one after the other."""
    filters: Query = {"status": which.status}
    if which.country is not None:
        filters["facts.country"] = which.country
    if which.kind is not None:
        filters["facts.kind"] = which.kind
    prefix = fold_name(which.name)
    names: Query = {"$gte": prefix, "$lt": prefix + LAST_CHARACTER} if prefix else {}
    if after is None:
        return (Range(filters | ({"folded_name": names} if names else {}), _BY_NAME),)
    name, id_ = after
    behind = {each: bound for each, bound in names.items() if each != "$gte"} | {"$gt": name}
    return (
        Range(filters | {"folded_name": name, "_id": {"$gt": id_}}, BY_ID),
        Range(filters | {"folded_name": behind}, _BY_NAME),
    )


def place_query(geonames_id: int) -> Query:
    """Give the query for the city of a place."""
    return {"facts.geonames_id": geonames_id}


def wikidata_query(item: str) -> Query:
    """Give the query for the city of a Wikidata item."""
    return {"facts.wikidata_id": item}


def places_query(geonames_ids: Iterable[int]) -> Query:
    """Give the query for the cities of some places."""
    return {"facts.geonames_id": {"$in": sorted(geonames_ids)}}


def named_query(country: str, folded_names: Iterable[str]) -> Query:
    """Give the query for the registered bodies of a country with one of these names."""
    names = sorted(folded_names)
    return {"status": "registered", "facts.country": country, "folded_name": {"$in": names}}


def groups_query(members: Sequence[CityId]) -> Query:
    """Give the query for the groups that have one of these members."""
    return {"facts.members": {"$in": list(members)}}


async def city_of(mongo: Mongo, city_id: CityId) -> City | None:
    """Give one city."""
    return await mongo.get(CITIES, city_id)


async def standing_for(mongo: Mongo, city: City) -> City:
    """Give the record that stands for a city by now: itself, unless it was merged into another."""
    while city.merge is not None:
        survivor = await city_of(mongo, city.merge.into)
        if survivor is None:
            break
        city = survivor
    return city


async def standing_id(mongo: Mongo, city_id: CityId) -> CityId:
    """Give the id of the record that stands for a city by now; its own where nobody knows it."""
    city = await city_of(mongo, city_id)
    return city_id if city is None else (await standing_for(mongo, city)).id
