"""Cities over HTTP: registering, correcting, groups, leaving and coming back."""

import asyncio

import pytest

from shared.contracts.registry import CityRegisteredV1, CityUpdatedV1
from shared.mongo import Mongo
from tests.services.registry.callers import LEIPZIG, RIGA, Callers, code


async def test_place_gives_the_facts_and_the_event_tells_them(
    callers: Callers, mongo: Mongo
) -> None:
    answer = await callers.officer.create("/v1/cities", {"geonames_id": RIGA})

    city = answer.json()
    row = await mongo.database["outbox"].find_one({"subject": city["id"]})
    assert (answer.status_code, answer.headers["etag"]) == (201, '"v1"')
    assert answer.headers["location"] == f"/v1/cities/{city['id']}"
    assert (city["name"], city["time_zone"]) == ("Riga", "Europe/Riga")
    assert row is not None
    event = CityRegisteredV1.model_validate_json(row["data"])
    assert (row["type"], event.state.geonames_id) == (CityRegisteredV1.TYPE, RIGA)


async def test_place_is_registered_once(callers: Callers) -> None:
    first = await callers.city("Leipzig", geonames_id=LEIPZIG)

    again = await callers.officer.create("/v1/cities", {"geonames_id": LEIPZIG})

    assert (again.status_code, code(again)) == (409, "city_exists")
    assert first["id"] in again.json()["detail"]


async def test_place_is_registered_once_even_at_the_same_moment(callers: Callers) -> None:
    body = {"name": "Far", "country": "AQ", "geonames_id": 99}

    answers = await asyncio.gather(*(callers.officer.create("/v1/cities", body) for _ in range(5)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409]


async def test_repeated_request_gets_the_same_answer(callers: Callers) -> None:
    body = {"name": "Once", "country": "DK"}

    first = await callers.officer.create("/v1/cities", body, key="once")
    again = await callers.officer.create("/v1/cities", body, key="once")
    other = await callers.officer.create("/v1/cities", {**body, "name": "Twice"}, key="once")

    assert (again.status_code, again.content) == (201, first.content)
    assert (other.status_code, code(other)) == (422, "idempotency_key_reused")


async def test_unknown_place_needs_the_facts_stated(callers: Callers) -> None:
    refused = await callers.officer.create("/v1/cities", {"geonames_id": 7})
    taken = await callers.officer.create(
        "/v1/cities", {"geonames_id": 7, "name": "Islet", "country": "NO"}
    )

    assert (refused.status_code, code(refused)) == (422, "city_facts_missing")
    assert [each["field"] for each in refused.json()["errors"]] == ["/name", "/country"]
    assert taken.json()["population"] is None


async def test_only_officers_register_and_withdraw(callers: Callers) -> None:
    city = await callers.city()
    own = callers.coordinator(city["id"])

    register = await own.create("/v1/cities", {"name": "X", "country": "DK"})
    path = f"/v1/cities/{city['id']}/withdraw"
    withdraw = await own.change("POST", path, {"reason": "tired"}, version=1)

    assert (register.status_code, withdraw.status_code) == (403, 403)


async def test_coordinator_corrects_own_city_and_no_other(callers: Callers) -> None:
    city = await callers.city(population=9)
    path = f"/v1/cities/{city['id']}"

    own = await callers.coordinator(city["id"]).change("PATCH", path, {"population": 10}, 1)
    foreign = await callers.coordinator("cty_" + "0" * 32).change("PATCH", path, {"name": "X"}, 2)

    assert (own.json()["population"], own.headers["etag"]) == (10, '"v2"')
    assert own.json()["name"] == city["name"]
    assert (foreign.status_code, code(foreign)) == (403, "access_denied")


async def test_change_needs_the_version_seen(callers: Callers) -> None:
    city = await callers.city()
    path = f"/v1/cities/{city['id']}"

    missing = await callers.officer.change("PATCH", path, {"population": 1})
    first = await callers.officer.change("PATCH", path, {"population": 1}, 1)
    stale = await callers.officer.change("PATCH", path, {"population": 2}, 1)

    assert (missing.status_code, first.status_code, stale.status_code) == (428, 200, 412)


async def test_null_makes_a_fact_unknown_and_a_city_keeps_its_name(callers: Callers) -> None:
    city = await callers.city(time_zone="Europe/Copenhagen")
    path = f"/v1/cities/{city['id']}"

    unknown = await callers.officer.change("PATCH", path, {"time_zone": None}, 1)
    unnamed = await callers.officer.change("PATCH", path, {"name": None}, 2)

    assert (unknown.json()["time_zone"], unnamed.status_code) == (None, 422)
    assert "time_zone" not in unknown.json()["sources"]


async def test_bad_facts_are_named(callers: Callers) -> None:
    body = {
        "name": "X",
        "country": "Denmark",
        "time_zone": "Mars/Olympus",
        "population": -1,
        "position": {"latitude": 91, "longitude": 0},
        "mayor": "someone",
    }

    answer = await callers.officer.create("/v1/cities", body)

    fields = {each["field"] for each in answer.json()["errors"]}
    assert answer.status_code == 422
    assert fields == {"/country", "/time_zone", "/population", "/position/latitude", "/mayor"}


async def test_group_counts_its_members_and_follows_them(callers: Callers, mongo: Mongo) -> None:
    one, two = await callers.city("One", population=1), await callers.city("Two", population=2)
    inner = await callers.city("Inner", kind="region", members=[one["id"], two["id"]])
    outer = await callers.city("Outer", kind="association", members=[inner["id"]])

    await callers.officer.change("PATCH", f"/v1/cities/{one['id']}", {"population": 10}, 1)

    counted = (await callers.officer.get(f"/v1/cities/{outer['id']}")).json()
    rows = mongo.database["outbox"].find({"subject": outer["id"], "type": CityUpdatedV1.TYPE})
    events = [CityUpdatedV1.model_validate_json(row["data"]) async for row in rows]
    assert (inner["population"], outer["population"], counted["population"]) == (3, 3, 12)
    assert [(event.changed, event.state.population) for event in events] == [(("population",), 12)]


async def test_group_needs_registered_members(callers: Callers) -> None:
    known = (await callers.city())["id"]
    body = {"name": "G", "country": "DK", "kind": "region", "members": [known, "cty_" + "0" * 32]}

    answer = await callers.officer.create("/v1/cities", body)

    assert (answer.status_code, code(answer)) == (422, "city_members_unknown")
    assert answer.json()["errors"][0]["field"] == "/members/1"


async def test_two_groups_that_join_each_other_at_once_make_no_cycle(callers: Callers) -> None:
    one, two = await callers.city("G1", kind="region"), await callers.city("G2", kind="region")

    answers = await asyncio.gather(
        callers.officer.change("PATCH", f"/v1/cities/{one['id']}", {"members": [two["id"]]}, 1),
        callers.officer.change("PATCH", f"/v1/cities/{two['id']}", {"members": [one["id"]]}, 1),
    )

    assert sorted(each.status_code for each in answers) == [200, 422]
    assert code(next(each for each in answers if each.status_code == 422)) == "city_members_cyclic"


@pytest.mark.parametrize("_try", range(5))
async def test_sum_holds_when_a_city_grows_while_it_joins(callers: Callers, _try: int) -> None:
    old, new = await callers.city("Old", population=1), await callers.city("New", population=2)
    group = await callers.city("Sum", kind="region", members=[old["id"]])
    path = f"/v1/cities/{group['id']}"

    answers = await asyncio.gather(
        callers.officer.change("PATCH", path, {"members": [old["id"], new["id"]]}, 1),
        callers.officer.change("PATCH", f"/v1/cities/{new['id']}", {"population": 20}, 1),
    )

    counted = (await callers.officer.get(path)).json()
    assert [each.status_code for each in answers] == [200, 200]
    assert counted["population"] == 21


async def test_withdrawn_city_leaves_the_listing_and_comes_back(callers: Callers) -> None:
    city = await callers.city("Gone", country="XW")
    path = f"/v1/cities/{city['id']}"

    left = await callers.officer.change("POST", f"{path}/withdraw", {"reason": "no funding"}, 1)
    refused = await callers.officer.change("PATCH", path, {"population": 1}, 2)
    listed = await callers.officer.get("/v1/cities", country="XW")
    withdrawn = await callers.officer.get("/v1/cities", country="XW", status="withdrawn")
    back = await callers.officer.change("POST", f"{path}/reinstate", version=2)

    assert (left.json()["withdrawn_reason"], code(refused)) == ("no funding", "city_withdrawn")
    assert listed.json()["items"] == []
    assert [each["id"] for each in withdrawn.json()["items"]] == [city["id"]]
    assert (back.json()["status"], back.headers["etag"]) == ("registered", '"v3"')


async def test_listing_goes_on_behind_its_cursor(callers: Callers) -> None:
    for name in ("B", "A", "C"):
        await callers.city(name, country="XP")

    first = (await callers.partner.get("/v1/cities", country="XP", limit=2)).json()
    second = (
        await callers.partner.get("/v1/cities", country="XP", limit=2, cursor=first["next"])
    ).json()

    assert [each["name"] for each in first["items"] + second["items"]] == ["A", "B", "C"]
    assert second["next"] is None


async def test_unknown_city_is_not_found(callers: Callers) -> None:
    answer = await callers.partner.get("/v1/cities/cty_" + "0" * 32)

    assert (answer.status_code, code(answer)) == (404, "city_not_found")
