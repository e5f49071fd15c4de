"""Whoever has the old id of a merged city still finds its people and good practices."""

from typing import Any

import pytest

from services.registry.store import PRACTICES, practices_query
from shared.contracts.registry import PracticeMovedV1
from shared.ids import CityId
from shared.mongo import Mongo
from tests.services.registry import scenes
from tests.services.registry.callers import Callers, code
from tests.services.registry.scenes import PERSON
from tests.services.registry.test_api_merges import merge, pair, unmerge


@pytest.fixture(scope="module", autouse=True)
async def topics(callers: Callers) -> None:
    await callers.topic("waste")


async def appointed(callers: Callers, city: str) -> str:
    """Appoint somebody; give the path of the contact."""
    answer = await callers.officer.create(f"/v1/cities/{city}/contacts", PERSON)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def described(callers: Callers, city: str) -> str:
    """Begin a good practice; give its id."""
    body = {"city_id": city, "title": "T", "topics": ["waste"], "problem": "P", "solution": "S"}
    answer = await callers.officer.create("/v1/practices", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def drafts_of(callers: Callers, city: str) -> list[Any]:
    query = {"city_id": city, "status": "draft"}
    answer = await callers.officer.get("/v1/practices", **query)
    return [each["id"] for each in answer.json()["items"]]


async def test_contact_and_export_redirect_to_the_record_that_stands(callers: Callers) -> None:
    loser, survivor = await pair(callers)
    old = await appointed(callers, loser)
    await merge(callers, loser, survivor)

    stranger = callers.coordinator("cty_" + "0" * 32)
    answers = [await who.get(f"{old}{rest}") for who in (callers.officer, stranger)
               for rest in ("", "/export")]  # fmt: skip

    new = old.replace(loser, survivor)
    assert [each.status_code for each in answers] == [308] * 4
    assert [each.headers["location"] for each in answers] == [new, f"{new}/export"] * 2
    assert (await callers.officer.get(new)).json()["city_id"] == survivor
    assert (await stranger.get(new)).status_code == 403


async def test_changes_of_contacts_redirect_with_their_method(callers: Callers) -> None:
    loser, survivor = await pair(callers)
    old = await appointed(callers, loser)
    await merge(callers, loser, survivor)
    new = old.replace(loser, survivor)

    asked = [("PATCH", "", {"role": "mayor"}), ("POST", "/end", {}), ("DELETE", "", None),
             ("POST", "/hand-over", {"successor": PERSON})]  # fmt: skip
    answers = [
        await callers.officer.change(method, old + rest, body, 2) for method, rest, body in asked
    ]

    assert [each.status_code for each in answers] == [308] * 4
    assert [each.headers["location"] for each in answers] == [new + rest for _, rest, _ in asked]
    assert (await callers.officer.get(new)).json()["version"] == 2


async def test_contact_nobody_knows_is_not_found_under_a_standing_record(
    callers: Callers,
) -> None:
    _, survivor = await pair(callers)

    answer = await callers.officer.get(f"/v1/cities/{survivor}/contacts/con_{'0' * 32}")

    assert (answer.status_code, code(answer)) == (404, "contact_not_found")


async def test_practices_are_found_by_either_id_and_come_back(
    callers: Callers, mongo: Mongo
) -> None:
    loser, survivor = await pair(callers)
    practice, other = await described(callers, loser), await described(callers, survivor)

    await merge(callers, loser, survivor)
    together = [sorted(await drafts_of(callers, each)) for each in (loser, survivor)]
    new_city = (await callers.officer.get(f"/v1/practices/{practice}")).json()["city_id"]
    await unmerge(callers, loser)
    apart = [await drafts_of(callers, each) for each in (loser, survivor)]

    rows = await mongo.database["outbox"].find({"subject": practice}, sort=[("_id", 1)]).to_list()
    assert together == [sorted([practice, other])] * 2
    assert (new_city, apart) == (survivor, [[practice], [other]])
    assert [each["type"] for each in rows[1:]] == [PracticeMovedV1.TYPE] * 2


async def test_published_practice_stays_published_and_its_new_city_answers_for_it(
    callers: Callers,
) -> None:
    made = await scenes.published_practice(callers)
    survivor = (await callers.city("Køge"))["id"]
    version = (await callers.officer.get(f"/v1/cities/{made['city_id']}")).json()["version"]

    await merge(callers, made["city_id"], survivor, version)

    path = f"/v1/practices/{made['practice_id']}"
    seen = (await callers.partner.get(path)).json()
    own = (await callers.coordinator(survivor).get(path)).json()
    assert (seen["status"], seen["city_id"], seen["review"]) == ("published", survivor, None)
    assert own["review"]["thematic_check"] is not None


async def test_drafts_of_a_merged_city_are_for_those_of_the_record_that_stands(
    callers: Callers,
) -> None:
    loser, survivor = await pair(callers)
    practice = await described(callers, loser)
    await merge(callers, loser, survivor)

    asked = {"city_id": loser, "status": "draft"}
    old = await callers.coordinator(loser).get("/v1/practices", **asked)
    new = await callers.coordinator(survivor).get("/v1/practices", **asked)

    assert old.status_code == 403
    assert [each["id"] for each in new.json()["items"]] == [practice]


async def test_practice_made_meanwhile_stays_and_a_gone_one_comes_back(
    callers: Callers, mongo: Mongo
) -> None:
    loser, survivor = await pair(callers)
    practice = await described(callers, loser)
    await merge(callers, loser, survivor)
    later = await described(callers, survivor)
    gone = {"reason": "Closed"}
    await callers.officer.change("POST", f"/v1/practices/{practice}/withdraw", gone, 2)

    await unmerge(callers, loser)

    kept = [
        await mongo.find(PRACTICES, practices_query(CityId(each))) for each in (loser, survivor)
    ]
    assert [[each.id for each in some] for some in kept] == [[practice], [later]]
    assert kept[0][0].status == "withdrawn"
