"""The index follows the collection, and mends itself."""

from typing import Any

import pytest

from services.registry.reference import shipped_places
from services.registry.search.cities.contents import cities_subject, ids_query, profiles_query
from services.registry.search.keeper import Build, SearchKeeper
from services.registry.search.searches import CityKeeper
from services.registry.search.view import IndexBrokenError
from services.registry.store import CITIES, INTERESTS, PARTICIPATION_COPIES
from shared.collection import Collection
from shared.mongo import Mongo
from tests.services.registry.callers import code
from tests.services.registry.search.conftest import Searching
from tests.support.waiting import eventually, running


async def test_registered_city_is_found_by_a_name_of_its_place(searching: Searching) -> None:
    await searching.callers.city("Wien", country="AT", geonames_id=2761369)

    await searching.await_found(["Wien"], q="vienna")


async def test_changes_of_city_and_interests_are_found(searching: Searching) -> None:
    city = await searching.callers.city("Oldname", country="SE")
    path = f"/v1/cities/{city['id']}"
    await searching.callers.topic("find-waste")
    await searching.await_found(["Oldname"], country="SE")

    await searching.callers.officer.change("PATCH", path, {"name": "Newname"}, 1)
    interest = {"seeks": 4, "offers": 0}
    await searching.callers.officer.change("PUT", f"{path}/interests/find-waste", interest)

    await searching.await_found(["Newname"], topic="find-waste", min_seeks=4, q="newn")
    assert await searching.found(q="oldname", country="SE") == []


async def test_withdrawn_city_is_found_by_its_status_only(searching: Searching) -> None:
    city = await searching.callers.city("Leaver", country="FI")
    await searching.await_found(["Leaver"], country="FI")

    await searching.callers.officer.change(
        "POST", f"/v1/cities/{city['id']}/withdraw", {"reason": "no funding"}, 1
    )

    await searching.await_found([], country="FI")
    assert await searching.found(country="FI", status="withdrawn") == ["Leaver"]


async def test_check_finds_a_difference_and_the_index_mends_itself(searching: Searching) -> None:
    city = await searching.callers.city("Lost", country="IS")
    await searching.await_found(["Lost"], country="IS")
    searching.keeper.index.change([], [city["id"]])

    found = (await searching.callers.operator.get("/v1/search/check")).json()

    assert (found["ok"], found["cities"]["missing"]) == (False, [city["id"]])
    await searching.await_found(["Lost"], country="IS")
    assert (await searching.callers.operator.get("/v1/search/check")).json()["ok"] is True


async def test_broken_index_is_built_anew(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    await searching.callers.city("Phoenix", country="GR")
    await searching.await_found(["Phoenix"], country="GR")
    built = searching.keeper.last_build

    def fail() -> None:
        raise IndexBrokenError("planted")

    monkeypatch.setattr(searching.keeper.index, "view", fail)
    answer = await searching.callers.partner.get("/v1/search/cities", country="GR")

    assert (answer.status_code, code(answer)) == (503, "search_rebuilding")
    await eventually(lambda: _built_after(searching.keeper, built))
    assert await searching.found(country="GR") == ["Phoenix"]


async def _built_after(keeper: CityKeeper, before: Build | None) -> bool:
    return keeper.last_build is not before


async def test_search_says_when_to_come_back_until_it_is_built(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching.keeper, "_index", None)

    answer = await searching.callers.partner.get("/v1/search/cities")

    assert (answer.status_code, code(answer)) == (503, "search_rebuilding")
    assert answer.headers["retry-after"] == "2"
    assert (await searching.callers.partner.get("/v1/cities")).status_code == 200


async def test_without_a_broker_the_search_answers_from_the_collection(
    searching: Searching,
) -> None:
    await searching.callers.city("Lonely", country="MT")
    keeper = SearchKeeper(searching.mongo, "127.0.0.1:1", cities_subject(shipped_places))

    async with running(keeper.run()):
        await eventually(lambda: _cities(keeper))

    assert not keeper.following


async def _cities(keeper: CityKeeper) -> bool:
    return keeper.last_build is not None and len(keeper.index) > 0


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        (CITIES, ids_query(["cty_1", "cty_2"])),
        (INTERESTS, profiles_query(["cty_1", "cty_2"])),
        (PARTICIPATION_COPIES, profiles_query(["cty_1", "cty_2"])),
    ],
)
async def test_reading_what_changed_scans_no_collection(
    mongo: Mongo, collection: Collection[Any], query: dict[str, Any]
) -> None:
    plan = await mongo.database.command("explain", {"find": collection.name, "filter": query})

    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
