"""Good practices over HTTP: two officers, comments, lineage, and who may see what."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.contracts.registry import PracticeDraftedV1, PracticePublishedV1
from shared.ids import new_id
from shared.mongo import Mongo
from tests.services.registry.callers import Caller, Callers, code

Practice = Mapping[str, Any]


@pytest.fixture(scope="module", autouse=True)
async def topics(callers: Callers) -> None:
    await callers.topic("textiles")


def second_officer(callers: Callers) -> Caller:
    return Caller(callers.client, callers.issuer.token("officer", sub="usr_2"))


def described(city_id: str, **changes: object) -> dict[str, object]:
    known = {"title": "Textiles", "topics": ["textiles"], "problem": "Waste", "solution": "Collect"}
    return {"city_id": city_id, **known, **changes}


async def drafted(callers: Callers, city_id: str = "", **changes: object) -> Practice:
    city_id = city_id or (await callers.city())["id"]
    answer = await callers.officer.create("/v1/practices", described(city_id, **changes))
    assert answer.status_code == 201, answer.text
    practice: Practice = answer.json()
    return practice


async def published(callers: Callers, city_id: str = "", **changes: object) -> Practice:
    path = f"/v1/practices/{(await drafted(callers, city_id, **changes))['id']}"
    await callers.officer.change("POST", f"{path}/submit", version=1)
    await callers.officer.change("POST", f"{path}/check", version=2)
    answer = await second_officer(callers).change("POST", f"{path}/publish", version=3)
    assert answer.status_code == 200, answer.text
    practice: Practice = answer.json()
    return practice


async def test_practice_is_published_by_the_second_of_two_officers(
    callers: Callers, mongo: Mongo
) -> None:
    practice = await drafted(callers)
    path = f"/v1/practices/{practice['id']}"
    await callers.officer.change("POST", f"{path}/submit", version=1)
    await callers.officer.change("POST", f"{path}/check", version=2)

    same = await callers.officer.change("POST", f"{path}/publish", version=3)
    other = await second_officer(callers).change("POST", f"{path}/publish", version=3)

    rows = mongo.database["outbox"].find({"subject": practice["id"]})
    types = [row["type"] async for row in rows]
    assert code(same) == "practice_checker_same"
    assert (other.json()["status"], other.headers["etag"]) == ("published", '"v4"')
    assert other.json()["recheck_on"] == "2028-01-05"
    assert (types[0], types[-1]) == (PracticeDraftedV1.TYPE, PracticePublishedV1.TYPE)
    assert len(types) == 4


async def test_draft_is_known_to_officers_and_its_city_only(callers: Callers) -> None:
    practice = await drafted(callers)
    path, own = f"/v1/practices/{practice['id']}", callers.coordinator(practice["city_id"])
    other = callers.coordinator(new_id("cty"))

    seen = [(await who.get(path)).status_code for who in (callers.officer, own)]
    unseen = [code(await who.get(path)) for who in (other, callers.partner, callers.operator)]
    changed = await other.change("PATCH", path, {"title": "Mine"}, 1)
    foreign = await other.change("POST", f"{path}/submit", version=1)

    assert seen == [200, 200]
    assert {*unseen, code(changed), code(foreign)} == {"practice_not_found"}


async def test_listing_shows_what_the_caller_may_know(callers: Callers) -> None:
    city = (await callers.city())["id"]
    public = await published(callers, city)
    draft = await drafted(callers, city)
    own = callers.coordinator(city)

    listed = await callers.partner.get("/v1/practices", city_id=city, topic="textiles")
    drafts = await own.get("/v1/practices", city_id=city, status="draft")
    refused = await own.get("/v1/practices", status="draft")
    stranger = await callers.partner.get("/v1/practices", city_id=city, status="draft")

    assert [each["id"] for each in listed.json()["items"]] == [public["id"]]
    assert [each["review"] for each in listed.json()["items"]] == [None]
    assert [each["id"] for each in drafts.json()["items"]] == [draft["id"]]
    assert (code(refused), code(stranger)) == ("access_denied", "access_denied")


async def test_returned_practice_carries_the_comment_and_can_be_revised(callers: Callers) -> None:
    practice = await published(callers)
    path, own = f"/v1/practices/{practice['id']}", callers.coordinator(practice["city_id"])

    returned = await callers.officer.change("POST", f"{path}/return", {"text": "Old"}, 4)
    revised = await own.change("PATCH", path, {"cost": "EUR 1", "problem": "Much waste"}, 5)
    same = await own.change("PATCH", path, {"cost": "EUR 1"}, 6)
    again = await own.change("POST", f"{path}/submit", version=6)

    said = returned.json()["review"]["comments"]
    assert [(each["by"], each["text"]) for each in said] == [("usr_1", "Old")]
    assert (revised.json()["cost"], same.headers["etag"]) == ("EUR 1", '"v6"')
    assert again.json()["status"] == "submitted"
    assert (await callers.partner.get(path)).status_code == 404


async def test_steps_need_their_status_their_role_and_the_version_seen(callers: Callers) -> None:
    practice = await drafted(callers)
    path, own = f"/v1/practices/{practice['id']}", callers.coordinator(practice["city_id"])

    early = await callers.officer.change("POST", f"{path}/check", version=1)
    missing = await own.change("POST", f"{path}/submit")
    stale = await own.change("POST", f"{path}/submit", version=2)
    forbidden = await own.change("POST", f"{path}/check", version=1)
    gone = await own.change("POST", f"{path}/withdraw", {"reason": "Closed"}, 1)
    late = await own.change("POST", f"{path}/comments", {"text": "Pity"}, 2)

    answers = [code(each) for each in (early, missing, stale, forbidden, late)]
    assert answers == [
        "practice_status_unfit",
        "version_missing",
        "version_stale",
        "access_denied",
        "practice_status_unfit",
    ]
    assert gone.json()["withdrawn_reason"] == "Closed"


async def test_lineage_leads_from_a_practice_to_what_was_made_after_it(callers: Callers) -> None:
    origin = await published(callers)
    visit = new_id("act")

    child = await published(callers, adapted_from=origin["id"], visit_id=visit)
    hidden = await drafted(callers, adapted_from=origin["id"])

    path = f"/v1/practices/{origin['id']}/adaptations"
    items = (await callers.partner.get(path)).json()["items"]
    assert [(each["id"], each["visit_id"]) for each in items] == [(child["id"], visit)]
    assert hidden["adapted_from"] == origin["id"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"topics": ["nowhere"]}, "practice_topics_unknown"),
        ({"topics": []}, "input_invalid"),
        ({"contact_id": new_id("con")}, "practice_contact_unknown"),
        ({"adapted_from": new_id("gpr")}, "practice_origin_unknown"),
        ({"visit_id": new_id("act")}, "practice_visit_stray"),
        ({"documents": [{"title": "D", "url": "javascript:alert(1)"}]}, "input_invalid"),
        ({"title": "t" * 201}, "input_invalid"),
    ],
)
async def test_bad_description_is_refused(
    callers: Callers, changes: dict[str, object], expected: str
) -> None:
    city = (await callers.city())["id"]

    answer = await callers.officer.create("/v1/practices", described(city, **changes))

    assert (answer.status_code, code(answer)) == (422, expected)


async def test_practices_due_for_a_check_come_longest_due_first(callers: Callers) -> None:
    first, second = await published(callers), await published(callers)
    path = f"/v1/practices/{first['id']}/recheck"
    await callers.officer.change("POST", path, {"recheck_on": "2027-03-01"}, 4)

    none = (await callers.officer.get("/v1/practices/due")).json()["items"]
    query: dict[str, str | int] = {"until": "2028-01-05", "limit": 1}
    page = (await callers.officer.get("/v1/practices/due", **query)).json()
    rest = (await callers.officer.get("/v1/practices/due", **query, cursor=page["next"])).json()

    assert (none, [each["id"] for each in page["items"]]) == ([], [first["id"]])
    assert rest["items"][0]["recheck_on"] == second["recheck_on"]


async def test_repeated_request_drafts_one_practice(callers: Callers) -> None:
    body, key = described((await callers.city())["id"]), new_id("key")

    first = await callers.officer.create("/v1/practices", body, key)
    again = await callers.officer.create("/v1/practices", body, key)

    assert first.headers["location"] == f"/v1/practices/{first.json()['id']}"
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
