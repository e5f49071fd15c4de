"""Listings: complete, in order, page by page, and each served by an index."""

from typing import Any

import pytest

from services.registry.domain.cities import City
from services.registry.domain.interests import Interest
from services.registry.store import (
    CITIES,
    CONTACTS,
    INTERESTS,
    TOPICS,
    CityFilter,
    InterestFilter,
    Range,
    city_queries,
    contact_query,
    groups_query,
    interest_queries,
    list_cities,
    list_interests,
    place_query,
    profile_query,
    topic_query,
)
from shared.collection import Collection
from shared.ids import CityId, TopicCode
from shared.mongo import Mongo
from tests.services.registry.callers import Callers

BY_ID = (("_id", 1),)
WASTE = TopicCode("waste")


def _ranges() -> list[tuple[Collection[Any], Range]]:
    filters = [
        CityFilter(),
        CityFilter(country="DK"),
        CityFilter(kind="region"),
        CityFilter("withdrawn", "DK", "city", "Kø"),
    ]
    cities = [city_queries(each, after) for each in filters for after in (None, ("koge", "cty_1"))]
    levels = [(0, 0), (2, 0), (0, 2), (2, 3)]
    interests = [
        interest_queries(InterestFilter(WASTE, *level), after)
        for level in levels
        for after in (None, (4, "int_1"))
    ]
    return [
        *((CITIES, each) for ranges in cities for each in ranges),
        *((INTERESTS, each) for ranges in interests for each in ranges),
        (TOPICS, Range(topic_query(WASTE, "a"), BY_ID)),
        (CONTACTS, Range(contact_query(CityId("cty_1"), "con_1"), BY_ID)),
        (CITIES, Range(place_query(456172), BY_ID)),
        (CITIES, Range(groups_query([CityId("cty_1"), CityId("cty_2")]), BY_ID)),
        (INTERESTS, Range(profile_query(CityId("cty_1")), (("topic", 1),))),
    ]


@pytest.mark.parametrize(("collection", "range_"), _ranges())
async def test_no_listing_scans_a_collection(
    mongo: Mongo, collection: Collection[Any], range_: Range
) -> None:
    find = {"find": collection.name, "filter": range_.query, "sort": dict(range_.order)}

    plan = await mongo.database.command("explain", find)

    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_give_every_city_once_and_in_order(
    mongo: Mongo, callers: Callers, limit: int
) -> None:
    names = ["Aa", "aa", "Åa", "Ab", "Ba"]
    country = f"X{chr(ord('A') + limit % 26)}"
    made = [await callers.city(name, country=country) for name in names]

    seen = await _all_cities(mongo, CityFilter(country=country), limit)

    assert {each.id for each in seen} == {each["id"] for each in made}
    assert [each.folded_name for each in seen] == ["aa", "aa", "aa", "ab", "ba"]
    assert [each.id for each in seen[:3]] == sorted(each.id for each in seen[:3])


async def test_prefix_of_a_name_selects_whatever_its_accents(
    mongo: Mongo, callers: Callers
) -> None:
    wanted = [await callers.city(name, country="XX") for name in ("Łódź", "Lod", "lode")]
    await callers.city("Loe", country="XX")

    seen = await _all_cities(mongo, CityFilter(country="XX", name="LÓD"), 2)

    assert {each.id for each in seen} == {each["id"] for each in wanted}


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_interests_come_strongest_first_and_once(
    mongo: Mongo, callers: Callers, limit: int
) -> None:
    topic = TopicCode(f"noise-{limit}")
    await callers.topic(topic)
    for seeks, offers in [(1, 5), (4, 0), (4, 2), (5, 1), (0, 3), (4, 3)]:
        await _declare(callers, topic, seeks, offers)

    anything = await _all_interests(mongo, InterestFilter(topic), limit)
    seekers = await _all_interests(mongo, InterestFilter(topic, min_seeks=4), limit)
    both = await _all_interests(mongo, InterestFilter(topic, 1, 2), limit)

    assert [each.strength for each in anything] == [5, 5, 4, 4, 4, 3]
    assert [each.levels.seeks for each in seekers] == [5, 4, 4, 4]
    assert [(each.levels.seeks, each.levels.offers) for each in both] == [
        (4, 3),
        (4, 2),
        (1, 5),
    ]


async def _declare(callers: Callers, topic: str, seeks: int, offers: int) -> None:
    city = await callers.city()
    path = f"/v1/cities/{city['id']}/interests/{topic}"
    await callers.officer.change("PUT", path, {"seeks": seeks, "offers": offers})


async def _all_cities(mongo: Mongo, which: CityFilter, limit: int) -> list[City]:
    seen: list[City] = []
    while page := await list_cities(
        mongo, which, (seen[-1].folded_name, seen[-1].id) if seen else None, limit
    ):
        seen += page
    return seen


async def _all_interests(mongo: Mongo, which: InterestFilter, limit: int) -> list[Interest]:
    seen: list[Interest] = []
    while page := await list_interests(
        mongo, which, (which.group_of(seen[-1]), seen[-1].id) if seen else None, limit
    ):
        seen += page
    return seen
