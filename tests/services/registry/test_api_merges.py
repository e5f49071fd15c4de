"""Merging duplicates over HTTP: old ids redirect, everything moves, and comes back."""

import asyncio
from typing import Any

import httpx2
import pytest

from services.registry.store import CONTACTS, contact_query
from shared.contracts.registry import (
    CityMergedV1,
    CityUnmergedV1,
    InterestDeclaredV1,
    InterestWithdrawnV1,
)
from shared.ids import CityId
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code

PERSON = {"name": "Someone", "email": "someone@koge.example", "role": "coordinator"}


@pytest.fixture(scope="module", autouse=True)
async def topics(callers: Callers) -> None:
    for each in ("waste", "noise"):
        await callers.topic(each)


async def merge(callers: Callers, loser: str, into: str, version: int = 1) -> httpx2.Response:
    body = {"into": into, "reason": "The same city"}
    return await callers.officer.change("POST", f"/v1/cities/{loser}/merge", body, version)


async def unmerge(callers: Callers, loser: str, version: int = 2) -> httpx2.Response:
    return await callers.officer.change("POST", f"/v1/cities/{loser}/unmerge", version=version)


async def pair(callers: Callers) -> tuple[str, str]:
    return (await callers.city("Koge"))["id"], (await callers.city("Køge"))["id"]


async def said(callers: Callers, city: str) -> dict[str, int]:
    answer = await callers.officer.get(f"/v1/cities/{city}/interests")
    items = [] if answer.status_code == 308 else answer.json()["items"]
    return {each["topic"]: each["seeks"] for each in items}


async def people(callers: Callers, city: str) -> list[Any]:
    answer = await callers.officer.get(f"/v1/cities/{city}/contacts")
    return [each["id"] for each in answer.json()["items"]]


async def seek(callers: Callers, city: str, topic: str, seeks: int) -> httpx2.Response:
    path = f"/v1/cities/{city}/interests/{topic}"
    return await callers.officer.change("PUT", path, {"seeks": seeks, "offers": 0})


async def test_old_id_redirects_to_the_record_that_stands_for_it(callers: Callers) -> None:
    loser, survivor = await pair(callers)

    merged = await merge(callers, loser, survivor)

    moved = await callers.partner.get(f"/v1/cities/{loser}")
    kept = await callers.partner.get(f"/v1/cities/{loser}", follow="false")
    assert (merged.json()["status"], merged.json()["merged_into"]) == ("merged", survivor)
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/cities/{survivor}")
    assert (kept.status_code, kept.json()["merged_reason"]) == (200, "The same city")


async def test_interests_and_contacts_under_the_old_id_redirect_too(callers: Callers) -> None:
    loser, survivor = await pair(callers)
    await seek(callers, loser, "waste", 3)
    await merge(callers, loser, survivor)

    rest = ("/interests", "/interests/waste", "/interests/noise", "/contacts")
    answers = [await callers.officer.get(f"/v1/cities/{loser}{each}") for each in rest]
    unknown = await callers.partner.get(f"/v1/cities/{survivor}/interests/noise")

    assert [each.status_code for each in answers] == [308] * 4
    assert [each.headers["location"] for each in answers] == [
        f"/v1/cities/{survivor}{each}" for each in rest
    ]
    assert unknown.status_code == 404


async def test_chain_of_merges_redirects_to_its_end(callers: Callers) -> None:
    first, second = await pair(callers)
    third = (await callers.city("Kjøge"))["id"]
    await merge(callers, first, second)
    await merge(callers, second, third)

    moved = await callers.partner.get(f"/v1/cities/{first}")
    covered = await unmerge(callers, first)

    assert moved.headers["location"] == f"/v1/cities/{third}"
    assert code(covered) == "city_merge_covered"


async def test_interests_and_contacts_move_and_come_back(callers: Callers) -> None:
    loser, survivor = await pair(callers)
    for city, topic, seeks in [(loser, "waste", 3), (loser, "noise", 2), (survivor, "noise", 5)]:
        await seek(callers, city, topic, seeks)
    await callers.officer.create(f"/v1/cities/{loser}/contacts", PERSON)
    before = await people(callers, loser)

    await merge(callers, loser, survivor)
    together = await said(callers, loser), await said(callers, survivor)
    moved = await people(callers, survivor)
    await unmerge(callers, loser)

    assert together == ({}, {"waste": 3, "noise": 5})
    assert moved == before
    assert await said(callers, loser) == {"waste": 3, "noise": 2}
    assert await said(callers, survivor) == {"noise": 5}
    assert (await people(callers, loser), await people(callers, survivor)) == (before, [])


async def test_everybody_is_told(callers: Callers, mongo: Mongo) -> None:
    loser, survivor = await pair(callers)
    interest = (await seek(callers, loser, "waste", 3)).json()["id"]

    await merge(callers, loser, survivor)
    await unmerge(callers, loser)

    rows = await mongo.database["outbox"].find({"subject": loser}, sort=[("_id", 1)]).to_list()
    words = await mongo.database["outbox"].find({"subject": interest}).to_list()
    merged = CityMergedV1.model_validate_json(rows[1]["data"]).state
    assert [each["type"] for each in rows[1:]] == [CityMergedV1.TYPE, CityUnmergedV1.TYPE]
    assert (merged.status, merged.standing, merged.merged_into) == ("withdrawn", "merged", survivor)
    assert sorted(each["type"] for each in words) == sorted(
        [InterestDeclaredV1.TYPE, InterestWithdrawnV1.TYPE, InterestDeclaredV1.TYPE]
    )


async def test_what_changed_meanwhile_stays_as_people_left_it(callers: Callers) -> None:
    loser, survivor = await pair(callers)
    await seek(callers, loser, "waste", 3)
    await merge(callers, loser, survivor)
    path = f"/v1/cities/{survivor}/interests/waste"
    await callers.officer.change("PUT", path, {"seeks": 4, "offers": 0}, 1)

    await unmerge(callers, loser)

    assert (await said(callers, loser), await said(callers, survivor)) == (
        {"waste": 3},
        {"waste": 4},
    )


async def test_groups_follow_and_count_anew(callers: Callers) -> None:
    loser = (await callers.city("Old", population=2))["id"]
    survivor = (await callers.city("New", population=3))["id"]
    group = await callers.city("G", kind="region", members=[loser, survivor])
    outer = await callers.city("O", kind="association", members=[group["id"]])

    await merge(callers, loser, survivor)
    merged = [
        (await callers.officer.get(f"/v1/cities/{each['id']}")).json() for each in (group, outer)
    ]
    await unmerge(callers, loser)
    again = [
        (await callers.officer.get(f"/v1/cities/{each['id']}")).json() for each in (group, outer)
    ]

    assert (merged[0]["members"], [each["population"] for each in merged]) == ([survivor], [3, 3])
    assert (again[0]["members"], [each["population"] for each in again]) == (
        [loser, survivor],
        [5, 5],
    )


async def test_record_is_not_merged_into_its_own_group(callers: Callers) -> None:
    city = (await callers.city("Core", population=2))["id"]
    group = (await callers.city("Around", kind="metropolitan_area", members=[city]))["id"]

    refused = await merge(callers, city, group)
    itself = await merge(callers, city, city)

    assert {code(refused), code(itself)} == {"city_merge_target_unfit"}


async def test_record_does_not_come_back_into_a_group_that_it_contains_by_now(
    callers: Callers,
) -> None:
    inner = (await callers.city("Inner", kind="region"))["id"]
    loser = (await callers.city("Old", kind="region", members=[inner]))["id"]
    survivor = (await callers.city("New"))["id"]
    group = (await callers.city("G", kind="association", members=[loser]))["id"]
    await merge(callers, loser, survivor)
    await callers.officer.change("PATCH", f"/v1/cities/{inner}", {"members": [group]}, 1)

    refused = await unmerge(callers, loser, 2)

    assert (refused.status_code, code(refused)) == (422, "city_members_cyclic")


async def test_merged_record_takes_no_change(callers: Callers) -> None:
    loser, survivor = await pair(callers)
    await merge(callers, loser, survivor)

    change = await callers.officer.change("PATCH", f"/v1/cities/{loser}", {"population": 1}, 2)
    declare = await seek(callers, loser, "waste", 1)
    again = await merge(callers, loser, survivor, 2)
    other = await unmerge(callers, survivor, 1)

    assert {code(each) for each in (change, declare, again)} == {"city_merged"}
    assert code(other) == "city_not_merged"


@pytest.mark.parametrize("_try", range(3))
async def test_two_records_merged_into_each_other_at_once_leave_one(
    callers: Callers, _try: int
) -> None:
    one, two = await pair(callers)

    answers = await asyncio.gather(merge(callers, one, two), merge(callers, two, one))

    assert sorted(each.status_code for each in answers) == [200, 422]


@pytest.mark.parametrize("_try", range(3))
async def test_nobody_is_appointed_to_a_record_while_it_is_merged(
    callers: Callers, mongo: Mongo, _try: int
) -> None:
    loser, survivor = await pair(callers)

    await asyncio.gather(
        merge(callers, loser, survivor),
        callers.officer.create(f"/v1/cities/{loser}/contacts", PERSON),
    )

    assert await mongo.find(CONTACTS, contact_query(CityId(loser), None)) == []


async def test_suspended_record_is_suspended_again_after_the_merge_is_undone(
    callers: Callers,
) -> None:
    loser, survivor = await pair(callers)
    path = f"/v1/cities/{loser}/suspend"
    await callers.officer.change("POST", path, {"reason": "A scandal"}, 1)

    await merge(callers, loser, survivor, 2)
    back = (await unmerge(callers, loser, 3)).json()

    assert (back["status"], back["suspended_reason"]) == ("suspended", "A scandal")
