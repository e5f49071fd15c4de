"""Searching over HTTP: filters, pages, facets, and what is refused."""

from typing import Any

import pytest

from tests.services.registry.callers import code
from tests.services.registry.search.conftest import Searching

PATH = "/v1/search/cities"
BERGEN, OSLO = (60.39299, 5.32415), (59.91273, 10.74609)


@pytest.fixture(scope="module", autouse=True)
async def _cities(searching: Searching) -> None:
    """Norwegian cities, of which one is a region."""
    for name, (latitude, longitude) in {"Bergen": BERGEN, "Oslo": OSLO}.items():
        position = {"latitude": latitude, "longitude": longitude}
        await searching.callers.city(name, country="NO", position=position, population=len(name))
    await searching.callers.city("Bergenhus", country="NO", kind="region", population=10)
    await searching.await_found(["Bergen", "Bergenhus", "Oslo"], country="NO")


async def test_hit_shows_what_a_list_needs(searching: Searching) -> None:
    answer = await searching.callers.partner.get(PATH, near="60.39299,5.32415", sort="distance")

    (hit,) = answer.json()["items"]
    assert (hit["name"], hit["distance_km"], hit["likeness"]) == ("Bergen", 0, 1)
    assert hit["position"] == {"latitude": BERGEN[0], "longitude": BERGEN[1]}
    assert answer.json()["total"] is None


async def test_order_follows_from_what_is_asked(searching: Searching) -> None:
    near = f"{OSLO[0]},{OSLO[1]}"

    assert await searching.found(q="berg", country="NO") == ["Bergenhus", "Bergen"]
    assert await searching.found(near=near, within_km=400) == ["Oslo", "Bergen"]
    assert await searching.found(near=near, within_km=400, sort="name") == ["Bergen", "Oslo"]
    assert await searching.found(country="NO", sort="population") == ["Bergenhus", "Bergen", "Oslo"]
    assert await searching.found(country="NO", kind="region") == ["Bergenhus"]
    assert await searching.found(country="NO", min_population=5, max_population=6) == ["Bergen"]


async def test_pages_follow_each_other_and_facets_count_all(searching: Searching) -> None:
    get = searching.callers.partner.get
    query: dict[str, str | int] = {"country": "NO", "facets": "kind", "limit": 2}

    first = (await get(PATH, **query)).json()
    second = (await get(PATH, **query, cursor=first["next"])).json()

    assert [each["name"] for each in first["items"]] == ["Bergen", "Bergenhus"]
    assert [each["name"] for each in second["items"]] == ["Oslo"]
    assert second["next"] is None
    assert (first["total"], first["facets"]) == (3, {"kind": {"city": 2, "region": 1}})


async def test_cursor_of_another_order_is_refused(searching: Searching) -> None:
    page = (await searching.callers.partner.get(PATH, country="NO", limit=1)).json()

    answer = await searching.callers.partner.get(PATH, sort="population", cursor=page["next"])

    assert (answer.status_code, code(answer)) == (422, "cursor_invalid")


@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ({"near": "60"}, "near", "input_invalid"),
        ({"near": "91,0"}, "near", "input_invalid"),
        ({"within_km": 5}, "within_km", "search_circle_missing"),
        ({"sort": "distance"}, "sort", "search_circle_missing"),
        ({"near": "60,5", "within_km": 1001}, "within_km", "input_invalid"),
        ({"facets": "mayor"}, "facets", "input_invalid"),
        ({"min_seeks": 6}, "min_seeks", "input_invalid"),
        ({"q": "x" * 201}, "q", "input_invalid"),
        ({"status": "draft"}, "status", "input_invalid"),
        ({"name": "Oslo"}, "name", "input_invalid"),
    ],
)
async def test_what_cannot_be_searched_for_is_named(
    searching: Searching, query: dict[str, Any], field: str, problem: str
) -> None:
    answer = await searching.callers.partner.get(PATH, **query)

    assert (answer.status_code, code(answer)) == (422, problem)
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_draft_is_not_found_before_it_is_verified(searching: Searching) -> None:
    author = searching.callers.coordinator()
    made = await author.create("/v1/city-drafts", {"name": "Hiddenvik", "country": "NO"})
    await searching.callers.city("Seenvik", country="SJ")

    await searching.await_found(["Seenvik"], country="SJ")

    assert made.status_code == 201
    assert await searching.found(q="hiddenvik", country="NO") == []


async def test_index_tells_officers_how_it_is(searching: Searching) -> None:
    status = (await searching.callers.officer.get("/v1/search/status")).json()

    for each in (status["cities"], status["practices"]):
        assert (each["ready"], each["following"], each["building"]) == (True, True, False)
    assert status["cities"]["documents"] >= 3
