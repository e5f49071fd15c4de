"""Duplicates over HTTP: refused when certain, shown when likely, found by any name."""

import asyncio
from typing import Any

from services.registry.store import NAME_KEYS, TURNSTILES, sharing_query
from services.registry.store.ranges import BY_ID
from services.registry.usecases.name_keys import REFRESHED, refresh_keys
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code

DUPLICATES = "/v1/cities/duplicates"


async def test_certain_duplicate_is_refused_until_it_is_said_to_be_another(
    callers: Callers,
) -> None:
    first = await callers.city("Köln", country="DE")
    body: dict[str, Any] = {"name": "Cologne", "country": "DE"}

    refused = await callers.officer.create("/v1/cities", body)
    confirmed = body | {"confirmed_different_from": [first["id"]]}
    taken = await callers.officer.create("/v1/cities", confirmed)

    assert (refused.status_code, code(refused)) == (409, "city_exists")
    assert first["id"] in refused.json()["detail"]
    assert (taken.status_code, taken.json()["possible_duplicates"]) == (201, [])


async def test_likely_duplicates_come_with_the_answer(callers: Callers) -> None:
    city = await callers.city("Manchester", country="GB")

    around = await callers.city("Greater Manchester", country="GB")
    apart = await callers.city("Manchester", country="US", population=115644)

    (possible,) = around["possible_duplicates"]
    assert (possible["id"], possible["verdict"]) == (city["id"], "check")
    assert "other_scope" in possible["reasons"]
    assert apart["possible_duplicates"] == []


async def test_draft_of_a_known_city_is_verified_only_when_said_to_be_another(
    callers: Callers,
) -> None:
    first = await callers.city("Ljubljana", country="SI")
    body = {"name": "Laibach", "country": "SI"}
    draft = (await callers.officer.create("/v1/city-drafts", body)).json()
    path = f"/v1/city-drafts/{draft['id']}"
    await callers.officer.change("POST", f"{path}/submit", version=1)

    refused = await callers.officer.change("POST", f"{path}/verify", version=2)
    confirmed = f"{path}/verify?confirmed_different_from={first['id']}"
    taken = await callers.officer.change("POST", confirmed, version=2)

    assert (refused.status_code, code(refused)) == (409, "city_exists")
    assert (taken.status_code, taken.json()["id"]) == (200, draft["id"])


async def test_same_city_entered_at_the_same_moment_is_registered_once(callers: Callers) -> None:
    names = ["Saigon", "Ho Chi Minh City", "Sài Gòn", "Thành phố Hồ Chí Minh"]

    answers = await asyncio.gather(
        *(callers.officer.create("/v1/cities", {"name": each, "country": "VN"}) for each in names)
    )

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


async def test_officers_find_a_city_by_any_of_its_names(callers: Callers) -> None:
    city = await callers.city("Θεσσαλονίκη", country="GR")

    found = await callers.officer.get(DUPLICATES, name="Salonika", country="GR")
    slip = await callers.officer.get(DUPLICATES, name="Thesaloniki", country="GR")
    none = await callers.officer.get(DUPLICATES, name="Salonika", country="US")

    assert [each["id"] for each in found.json()["items"]] == [city["id"]]
    assert found.json()["items"][0]["verdict"] == "certain"
    assert [each["verdict"] for each in slip.json()["items"]] == ["check"]
    assert none.json()["items"] == []


async def test_corrected_name_is_found_and_the_old_one_is_not(callers: Callers) -> None:
    city = await callers.city("Qwertzburg", country="AT")
    path = f"/v1/cities/{city['id']}"

    await callers.officer.change("PATCH", path, {"name": "Linz"}, 1)

    now = await callers.officer.get(DUPLICATES, name="Linec", country="AT")
    before = await callers.officer.get(DUPLICATES, name="Qwertzburg", country="AT")
    assert [each["id"] for each in now.json()["items"]] == [city["id"]]
    assert before.json()["items"] == []


async def test_merged_record_speaks_for_its_survivor(callers: Callers) -> None:
    survivor = await callers.city("Bergen", country="BE", population=95_613)
    loser = await callers.city("Mons-Bergen", country="BE", aliases=["Mons"])
    body = {"into": survivor["id"], "reason": "same city"}
    merged = await callers.officer.change("POST", f"/v1/cities/{loser['id']}/merge", body, 1)

    found = await callers.officer.get(DUPLICATES, name="Mons", country="BE")

    assert merged.status_code == 200, merged.text
    assert [each["id"] for each in found.json()["items"]] == [survivor["id"]]


async def test_only_officers_look_and_half_a_position_is_refused(callers: Callers) -> None:
    query = {"name": "Bonn", "country": "DE"}

    refused = await callers.coordinator().get(DUPLICATES, **query)
    half = await callers.officer.get(DUPLICATES, **query, latitude="50.7")
    whole = await callers.officer.get(DUPLICATES, **query, latitude="50.7", longitude="7.1")

    assert (refused.status_code, whole.status_code) == (403, 200)
    assert (half.status_code, code(half)) == (422, "city_position_half")
    assert half.json()["errors"][0]["field"] == "longitude"


async def test_missing_keys_are_made_at_the_start(callers: Callers, mongo: Mongo) -> None:
    city = await callers.city("Tampere", country="FI")
    await mongo.database[NAME_KEYS.name].delete_one({"_id": city["id"]})
    await mongo.database[TURNSTILES.name].delete_one({"_id": REFRESHED})

    looked = await refresh_keys(mongo)
    again = await refresh_keys(mongo)

    found = await callers.officer.get(DUPLICATES, name="Tammerfors", country="FI")
    assert (looked > 0, again) == (True, 0)
    assert [each["id"] for each in found.json()["items"]] == [city["id"]]


async def test_no_look_up_scans_a_collection(mongo: Mongo) -> None:
    query = sharing_query(["n:koln", "p:2886242"])
    find = {"find": NAME_KEYS.name, "filter": query, "sort": dict(BY_ID)}

    plan = await mongo.database.command("explain", find)

    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
