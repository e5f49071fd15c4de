"""Drafts of cities over HTTP: proposed by one coordinator, hidden from others, verified."""

from typing import Any

import pytest

from shared.contracts.registry import CityRegisteredV1, CityVerifiedV1
from shared.mongo import Mongo
from tests.services.registry.callers import Caller, Callers, code

JELGAVA = {"name": "Jelgava", "country": "LV", "names": {"ru": "Елгава"}, "nuts": "LV009"}


@pytest.fixture
def mara(callers: Callers) -> Caller:
    return callers.named("usr_mara")


async def drafted(who: Caller, **facts: Any) -> str:  # noqa: ANN401 - JSON
    answer = await who.create("/v1/city-drafts", {**JELGAVA, **facts})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def submitted(who: Caller, **facts: Any) -> str:  # noqa: ANN401 - JSON
    path = await drafted(who, **facts)
    answer = await who.change("POST", f"{path}/submit", version=1)
    assert answer.status_code == 200, answer.text
    return path


async def test_verified_draft_becomes_the_city_of_its_id(
    callers: Callers, mara: Caller, mongo: Mongo
) -> None:
    path = await submitted(mara)

    city = await callers.officer.change("POST", f"{path}/verify", version=2)

    city_id = city.json()["id"]
    rows = mongo.database["outbox"].find({"subject": city_id}, sort=[("_id", 1)])
    public = await callers.partner.get(f"/v1/cities/{city_id}")
    assert path.endswith(city_id)
    assert [row["type"] async for row in rows] == [CityRegisteredV1.TYPE, CityVerifiedV1.TYPE]
    assert (public.json()["status"], public.json()["names"]) == ("registered", {"ru": "Елгава"})
    assert (await mara.get(path)).json()["status"] == "verified"


async def test_draft_is_not_found_by_another_coordinator(callers: Callers, mara: Caller) -> None:
    path, other = await drafted(mara), callers.named("usr_other")

    read = await other.get(path)
    change = await other.change("PATCH", path, {"name": "Mitau"}, 1)
    submit = await other.change("POST", f"{path}/submit", version=1)
    listed = await other.get("/v1/city-drafts", status="draft")

    assert {each.status_code for each in (read, change, submit)} == {404}
    assert code(read) == "city_draft_not_found"
    assert listed.json()["items"] == []


async def test_draft_leaves_no_trace_in_the_register(
    callers: Callers, mara: Caller, mongo: Mongo
) -> None:
    path = await drafted(mara, country="LI", nuts=None)
    draft_id = path.rsplit("/", 1)[1]

    listed = await callers.officer.get("/v1/cities", country="LI")
    read = await callers.officer.get(f"/v1/cities/{draft_id}")

    assert (listed.json()["items"], read.status_code) == ([], 404)
    assert await mongo.database["outbox"].find_one({"subject": draft_id}) is None
    assert await mongo.database["cities"].find_one({"_id": draft_id}) is None


async def test_officers_see_what_is_submitted_and_its_author_sees_their_own(
    callers: Callers,
) -> None:
    anna, ben = callers.named("usr_anna"), callers.named("usr_ben")
    one, two = await submitted(anna), await submitted(ben)

    everything = (await callers.officer.get("/v1/city-drafts", limit=200)).json()["items"]
    own = (await anna.get("/v1/city-drafts")).json()["items"]

    assert {one[-36:], two[-36:]} <= {each["id"] for each in everything}
    assert [each["id"] for each in own] == [one[-36:]]


async def test_returned_draft_says_why_and_is_submitted_again(
    callers: Callers, mara: Caller
) -> None:
    path = await submitted(mara)

    back = await callers.officer.change("POST", f"{path}/return", {"reason": "Which one?"}, 2)
    better = await mara.change("PATCH", path, {"aliases": ["Mitau", "Mitau"]}, 3)
    again = await mara.change("POST", f"{path}/submit", version=4)

    assert (back.json()["status"], back.json()["returned_reason"]) == ("draft", "Which one?")
    assert better.json()["facts"]["aliases"] == ["Mitau"]
    assert (again.json()["status"], again.json()["returned_reason"]) == ("submitted", None)


async def test_steps_come_in_their_order(callers: Callers, mara: Caller) -> None:
    path = await drafted(mara)

    early = await callers.officer.change("POST", f"{path}/verify", version=1)
    await mara.change("POST", f"{path}/submit", version=1)
    twice = await mara.change("POST", f"{path}/submit", version=2)
    late = await mara.change("PATCH", path, {"name": "Mitau"}, 2)
    gone = await mara.change("POST", f"{path}/discard", version=2)

    assert {code(each) for each in (early, twice, late)} == {"city_draft_closed"}
    assert gone.json()["status"] == "discarded"


async def test_only_officers_verify(mara: Caller) -> None:
    path = await submitted(mara)

    answer = await mara.change("POST", f"{path}/verify", version=2)

    assert (answer.status_code, code(answer)) == (403, "access_denied")


async def test_place_that_was_registered_meanwhile_is_not_registered_again(
    callers: Callers, mara: Caller
) -> None:
    path = await submitted(mara, geonames_id=459_279)
    first = await callers.city("Jelgava", country="LV", geonames_id=459_279)

    answer = await callers.officer.change("POST", f"{path}/verify", version=2)

    assert code(answer) == "city_exists"
    assert first["id"] in answer.json()["detail"]


async def test_draft_of_a_group_counts_its_members_when_it_is_verified(
    callers: Callers, mara: Caller
) -> None:
    member = await callers.city("Member", population=5)
    path = await submitted(mara, kind="region", members=[member["id"]])
    await callers.officer.change("PATCH", f"/v1/cities/{member['id']}", {"population": 7}, 1)

    city = await callers.officer.change("POST", f"{path}/verify", version=2)

    assert city.json()["population"] == 7


async def test_officers_read_who_changed_a_draft_and_why(callers: Callers, mara: Caller) -> None:
    path = await submitted(mara)
    draft_id = path.rsplit("/", 1)[1]
    reason = {"reason": "Which district?"}
    await callers.officer.change("POST", f"{path}/return", reason, 2)
    await mara.change("PATCH", path, {"population": 55_000}, 3)
    await mara.change("PATCH", path, {"population": 55_000}, 4)

    steps = (await callers.officer.get("/v1/changes", id=draft_id)).json()["items"]

    events = [each["event"].removeprefix("city_draft.") for each in steps]
    changed = [
        {one["field"]: (one["before"], one["after"]) for one in each["changed"]} for each in steps
    ]
    assert events == ["begun", "submitted", "returned", "revised"]
    assert [each["by"] for each in steps] == ["usr_mara", "usr_mara", "usr_1", "usr_mara"]
    assert (steps[2]["why"], {each["aggregate"] for each in steps}) == (
        "Which district?",
        {"city_draft"},
    )
    assert changed[0]["facts.name"] == (None, "Jelgava")
    assert changed[1] == {"status": ("draft", "submitted")}
    assert changed[3]["facts.population"] == (None, 55_000)
    assert not any("audit" in name for each in changed for name in each)


async def test_steps_of_a_draft_lead_to_those_of_its_city(callers: Callers, mara: Caller) -> None:
    path = await submitted(mara)
    await callers.officer.change("POST", f"{path}/verify", version=2)

    named = {"id": path.rsplit("/", 1)[1]}
    steps = (await callers.officer.get("/v1/changes", **named)).json()["items"]

    assert [each["aggregate"] for each in steps] == ["city_draft"] * 3 + ["city"] * 2
    assert steps[2]["event"] == "city_draft.verified"


async def test_trail_of_drafts_is_read_by_officers_only(callers: Callers, mara: Caller) -> None:
    draft_id = (await drafted(mara)).rsplit("/", 1)[1]
    others = [mara, callers.operator, callers.partner, callers.named("usr_other")]

    by_id = [await each.get("/v1/changes", id=draft_id) for each in others]
    by_kind = [await each.get("/v1/changes", aggregate="city_draft") for each in others]
    counted = await callers.operator.get("/v1/counts", of="city_draft")

    assert {each.status_code for each in (*by_id, *by_kind)} == {403}
    assert counted.status_code == 422
    assert not any("Jelgava" in each.text for each in (*by_id, *by_kind, counted))


async def test_draft_of_a_group_follows_the_merge_of_a_member(
    callers: Callers, mara: Caller
) -> None:
    loser, survivor = [(await callers.city(each))["id"] for each in ("Old", "New")]
    path = await submitted(mara, name="Around", kind="region", members=[loser, survivor], nuts=None)
    into = {"into": survivor, "reason": "The same"}
    await callers.officer.change("POST", f"/v1/cities/{loser}/merge", into, 1)

    city = await callers.officer.change("POST", f"{path}/verify", version=2)

    named = {"id": path.rsplit("/", 1)[1]}
    last = (await callers.officer.get("/v1/changes", **named)).json()["items"][2]["changed"]
    assert city.json()["members"] == [survivor]
    assert {"field": "facts.members", "before": [loser, survivor], "after": [survivor]} in last
