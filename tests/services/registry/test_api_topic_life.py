"""Topics that are given up, what happens to interests in them, and what an interest's past was."""

from typing import Any

import pytest

from shared.contracts.registry import InterestDeclaredV1, InterestWithdrawnV1, TopicDeprecatedV1
from shared.ids import new_id
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code


async def declared(callers: Callers, topic: str, seeks: int, city: str = "") -> str:
    """Declare an interest and give its path."""
    city = city or (await callers.city())["id"]
    path = f"/v1/cities/{city}/interests/{topic}"
    answer = await callers.officer.change("PUT", path, {"seeks": seeks, "offers": 1})
    assert answer.status_code == 201, answer.text
    return path


async def deprecated(callers: Callers, topic: str, *to: str) -> dict[str, Any]:
    body = {"replaced_by": to, "reason": "Too wide"}
    answer = await callers.officer.change("POST", f"/v1/topics/{topic}/deprecate", body, 1)
    assert answer.status_code == 200, answer.text
    topic_out: dict[str, Any] = answer.json()
    return topic_out


async def test_deprecated_topic_is_shown_with_what_replaces_it(
    callers: Callers, mongo: Mongo
) -> None:
    for each in ("smog", "air", "dust"):
        await callers.topic(each)
    path = await declared(callers, "smog", 4)

    topic = await deprecated(callers, "smog", "air", "dust")

    interest = (await callers.partner.get(path)).json()
    profile = (await callers.partner.get(path.removesuffix("/smog"))).json()["items"][0]
    listed = (await callers.partner.get("/v1/interests", topic="smog")).json()["items"][0]
    row = await mongo.database["outbox"].find_one({"type": TopicDeprecatedV1.TYPE})
    assert (topic["deprecated"], topic["deprecation_reason"]) == (True, "Too wide")
    assert [each["replaced_by"] for each in (interest, profile, listed)] == [["air", "dust"]] * 3
    assert row is not None


async def test_nothing_new_is_declared_on_a_deprecated_topic(callers: Callers) -> None:
    for each in ("fax", "mail"):
        await callers.topic(each)
    old = await declared(callers, "fax", 1)
    await deprecated(callers, "fax", "mail")
    profile = f"/v1/cities/{(await callers.city())['id']}/interests"
    rows = {"interests": [{"topic": "fax", "seeks": 1, "offers": 0}]}

    new = await callers.officer.change("PUT", f"{profile}/fax", {"seeks": 1, "offers": 0})
    within = await callers.officer.change("PUT", profile, rows)
    changed = await callers.officer.change("PUT", old, {"seeks": 2, "offers": 0}, 1)

    assert (code(new), code(within)) == ("topic_deprecated", "interest_topics_deprecated")
    assert "mail" in new.json()["detail"]
    assert changed.json()["seeks"] == 2


async def test_interests_move_to_the_replacement_and_none_is_lost(
    callers: Callers, mongo: Mongo
) -> None:
    for each in ("tram", "rail"):
        await callers.topic(each)
    alone = await declared(callers, "tram", 4)
    both = await declared(callers, "tram", 5)
    await declared(callers, "rail", 2, both.split("/")[3])
    await deprecated(callers, "tram", "rail")

    path = "/v1/topics/tram/move-interests"
    moved = await callers.officer.change("POST", path, {"to": "rail"}, 2)
    again = await callers.officer.change("POST", path, {"to": "rail"}, 2)

    listed = (await callers.partner.get("/v1/interests", topic="rail")).json()["items"]
    left = (await callers.partner.get("/v1/interests", topic="tram")).json()["items"]
    rows = mongo.database["changes"].find({"why": "moved from tram to rail"})
    events = sorted([row["event"] async for row in rows])
    assert (moved.json()["moved"], again.json()["moved"], left) == (2, 0, [])
    assert sorted(each["seeks"] for each in listed) == [4, 5]
    assert {each["city_id"] for each in listed} == {alone.split("/")[3], both.split("/")[3]}
    assert events == [InterestDeclaredV1.TYPE] * 2 + [InterestWithdrawnV1.TYPE] * 2


@pytest.mark.parametrize("to", ["nowhere", "moss", "fern"])
async def test_topic_is_replaced_by_others_in_use_only(callers: Callers, to: str) -> None:
    for each in ("moss", "fern", "tree"):
        await callers.topic(each)
    if not (await callers.officer.get("/v1/topics/fern")).json()["deprecated"]:
        await deprecated(callers, "fern", "tree")

    body = {"replaced_by": [to], "reason": "Too wide"}
    refused = await callers.officer.change("POST", "/v1/topics/moss/deprecate", body, 1)
    partner = await callers.partner.change("POST", "/v1/topics/moss/deprecate", body, 1)
    used = await callers.officer.change("POST", "/v1/topics/tree/move-interests", {"to": to}, 1)

    assert (code(refused), code(partner)) == ("topic_replacement_unknown", "access_denied")
    assert code(used) == "topic_not_deprecated"


async def test_deprecated_topic_comes_back_and_each_change_makes_a_version(
    callers: Callers,
) -> None:
    for each in ("lake", "pond"):
        await callers.topic(each)
    before = (await callers.partner.get("/v1/taxonomy/version")).json()["version"]
    topic = await deprecated(callers, "pond", "lake")

    back = await callers.officer.change("POST", "/v1/topics/pond/reinstate", version=2)
    again = await callers.officer.change("POST", "/v1/topics/pond/reinstate", version=3)

    now = (await callers.partner.get("/v1/taxonomy/version")).json()["version"]
    assert (topic["taxonomy"], back.json()["taxonomy"], now) == (before + 1, before + 2, before + 2)
    assert (back.json()["replaced_by"], code(again)) == ([], "topic_not_deprecated")


async def test_history_of_an_interest_says_what_when_who_and_why(callers: Callers) -> None:
    await callers.topic("parks")
    path = await declared(callers, "parks", 4)
    own = callers.coordinator(path.split("/")[3])
    why = {"seeks": 2, "offers": 1, "evidence": "Plan", "reason": "Half is built"}
    await own.change("PUT", path, why, 1)
    await callers.officer.change("DELETE", path, version=2)

    first = (await own.get(f"{path}/history", limit=2)).json()
    rest = (await own.get(f"{path}/history", cursor=first["next"])).json()["items"]
    foreign = await callers.coordinator(new_id("cty")).get(f"{path}/history")

    said = [*first["items"], *rest]
    assert [(each["seeks"], each["reason"]) for each in said] == [
        (4, None),
        (2, "Half is built"),
        (0, None),
    ]
    assert [each["evidence"] for each in said] == [None, "Plan", None]
    assert {each["by"] for each in said} == {"usr_1"}
    assert (foreign.status_code, (await callers.partner.get(f"{path}/history")).status_code) == (
        403,
        403,
    )


async def test_interest_is_shown_by_a_practice_that_others_can_read(callers: Callers) -> None:
    await callers.topic("bikes")
    city, other = (await callers.city())["id"], (await callers.city())["id"]
    body = {"city_id": city, "title": "B", "topics": ["bikes"], "problem": "P", "solution": "S"}
    practice = (await callers.officer.create("/v1/practices", body)).json()["id"]
    levels = {"seeks": 0, "offers": 5, "practice_id": practice}

    own = await callers.officer.change("PUT", f"/v1/cities/{city}/interests/bikes", levels)
    foreign = await callers.officer.change("PUT", f"/v1/cities/{other}/interests/bikes", levels)

    assert own.json()["practice_id"] == practice
    assert (foreign.status_code, code(foreign)) == (422, "interest_practice_unknown")
