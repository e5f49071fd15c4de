"""Interests over HTTP: one by one, whole profiles, and who seeks what."""

import asyncio
from collections.abc import Mapping

import pytest

from shared.contracts.registry import InterestDeclaredV1, InterestWithdrawnV1
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code

HELP = {"seeks": 4, "offers": 0, "evidence": "A plan of 2025"}


@pytest.fixture(scope="module", autouse=True)
async def topics(callers: Callers) -> None:
    for each in ("waste", "noise", "ports"):
        await callers.topic(each)


async def profile_path(callers: Callers) -> str:
    return f"/v1/cities/{(await callers.city())['id']}/interests"


def profile(levels: Mapping[str, int]) -> dict[str, object]:
    rows = [{"topic": topic, "seeks": seeks, "offers": 1} for topic, seeks in levels.items()]
    return {"interests": rows}


async def test_interest_is_declared_changed_and_withdrawn(callers: Callers, mongo: Mongo) -> None:
    path = f"{await profile_path(callers)}/waste"

    new = await callers.officer.change("PUT", path, HELP)
    missing = await callers.officer.change("PUT", path, {**HELP, "seeks": 5})
    changed = await callers.officer.change("PUT", path, {**HELP, "seeks": 5}, 1)
    gone = await callers.officer.change("DELETE", path, version=2)

    types = [row["type"] async for row in mongo.database["outbox"].find({"subject": _id(new)})]
    assert (new.status_code, new.headers["location"], code(missing)) == (
        201,
        path,
        "version_missing",
    )
    assert (changed.json()["seeks"], changed.headers["etag"]) == (5, '"v2"')
    assert (gone.status_code, (await callers.officer.get(path)).status_code) == (204, 404)
    assert types == [InterestDeclaredV1.TYPE] * 2 + [InterestWithdrawnV1.TYPE]


def _id(answer: object) -> str:
    return str(answer.json()["id"])  # type: ignore[attr-defined]


async def test_withdrawn_interest_can_be_declared_again_under_its_id(callers: Callers) -> None:
    path = f"{await profile_path(callers)}/waste"
    first = await callers.officer.change("PUT", path, HELP)
    await callers.officer.change("DELETE", path, version=1)

    again = await callers.officer.change("PUT", path, HELP)

    assert (again.status_code, again.headers["etag"]) == (201, '"v3"')
    assert _id(again) == _id(first)


async def test_same_interest_again_changes_nothing(callers: Callers) -> None:
    path = f"{await profile_path(callers)}/waste"
    await callers.officer.change("PUT", path, HELP)

    again = await callers.officer.change("PUT", path, HELP)

    assert (again.status_code, again.headers["etag"]) == (200, '"v1"')


async def test_interest_needs_a_level_a_topic_and_a_registered_city(callers: Callers) -> None:
    path = await profile_path(callers)
    city = path.removesuffix("/interests")

    empty = await callers.officer.change("PUT", f"{path}/waste", {"seeks": 0, "offers": 0})
    high = await callers.officer.change("PUT", f"{path}/waste", {"seeks": 6, "offers": 0})
    unknown = await callers.officer.change("PUT", f"{path}/nowhere", HELP)
    await callers.officer.change("POST", f"{city}/withdraw", {"reason": "left"}, 1)
    withdrawn = await callers.officer.change("PUT", f"{path}/waste", HELP)

    codes = [code(each) for each in (empty, high, unknown, withdrawn)]
    assert codes == ["interest_empty", "input_invalid", "topic_not_found", "city_withdrawn"]


async def test_interest_is_declared_once_even_at_the_same_moment(callers: Callers) -> None:
    path = f"{await profile_path(callers)}/waste"

    answers = await asyncio.gather(*(callers.officer.change("PUT", path, HELP) for _ in range(5)))

    assert sorted(each.status_code for each in answers) == [200, 200, 200, 200, 201]


async def test_profile_is_made_what_it_is_told_in_one_step(callers: Callers) -> None:
    path = await profile_path(callers)

    first = await callers.officer.change("PUT", path, profile({"waste": 1, "noise": 2}))
    second = await callers.officer.change("PUT", path, profile({"noise": 5, "ports": 3}), 1)
    read = await callers.partner.get(path)

    assert [each["topic"] for each in first.json()["items"]] == ["noise", "waste"]
    assert {each["topic"]: each["seeks"] for each in read.json()["items"]} == {
        "noise": 5,
        "ports": 3,
    }
    assert (second.headers["etag"], read.headers["etag"]) == ('"v2"', '"v2"')


async def test_profile_notices_a_change_of_any_interest(callers: Callers) -> None:
    path = await profile_path(callers)
    await callers.officer.change("PUT", path, profile({"waste": 1}))
    await callers.officer.change("PUT", f"{path}/noise", HELP)

    missing = await callers.officer.change("PUT", path, profile({"waste": 2}))
    stale = await callers.officer.change("PUT", path, profile({"waste": 2}), 1)
    same = await callers.officer.change("PUT", path, (profile({"waste": 2})), 2)
    again = await callers.officer.change("PUT", path, profile({"waste": 2}))

    assert [each.status_code for each in (missing, stale, same, again)] == [428, 412, 200, 200]
    assert again.headers["etag"] == same.headers["etag"] == '"v3"'


async def test_of_two_profiles_at_once_one_is_told_that_it_is_late(callers: Callers) -> None:
    path = await profile_path(callers)
    await callers.officer.change("PUT", path, profile({"waste": 1}))

    answers = await asyncio.gather(
        callers.officer.change("PUT", path, profile({"waste": 1, "noise": 1}), 1),
        callers.officer.change("PUT", path, profile({"waste": 1, "ports": 1}), 1),
    )

    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_bad_profile_changes_nothing(callers: Callers) -> None:
    path = await profile_path(callers)

    unknown = await callers.officer.change("PUT", path, profile({"waste": 1, "nowhere": 1}))
    rows = profile({"waste": 1})["interests"]
    twice = await callers.officer.change("PUT", path, {"interests": [*rows, *rows]})  # type: ignore[misc]
    read = await callers.officer.get(path)

    assert (code(unknown), code(twice)) == ("interest_topics_unknown", "interest_topics_repeated")
    assert unknown.json()["errors"][0]["field"] == "/interests/1/topic"
    assert read.json() == {"items": [], "next": None}
    assert "etag" not in read.headers


async def test_coordinator_speaks_for_own_city_only(callers: Callers) -> None:
    path = await profile_path(callers)
    own = callers.coordinator(path.split("/")[3])
    others = [callers.coordinator("cty_" + "0" * 32), callers.partner, callers.operator]

    refused = [await each.change("PUT", f"{path}/waste", HELP) for each in others]
    allowed = await own.change("PUT", f"{path}/waste", HELP)

    assert [each.status_code for each in refused] == [403, 403, 403]
    assert allowed.status_code == 201


async def test_listing_of_a_topic_pages_through_groups_of_equal_levels(callers: Callers) -> None:
    await callers.topic("light")
    for seeks, offers in [(1, 4), (5, 0), (5, 2), (0, 5)]:
        path = await profile_path(callers)
        await callers.officer.change("PUT", f"{path}/light", {"seeks": seeks, "offers": offers})

    seen: list[tuple[int, int]] = []
    cursor: dict[str, str] = {}
    while not seen or cursor:
        page = (await callers.partner.get("/v1/interests", topic="light", limit=1, **cursor)).json()
        seen += [(each["seeks"], each["offers"]) for each in page["items"]]
        cursor = {"cursor": page["next"]} if page["next"] else {}

    assert seen == [(5, 0), (5, 2), (0, 5), (1, 4)]


async def test_cursor_of_another_listing_is_refused(callers: Callers) -> None:
    for name in ("A", "B"):
        await callers.city(name, country="XC")
    page = (await callers.partner.get("/v1/cities", country="XC", limit=1)).json()

    answer = await callers.partner.get("/v1/interests", topic="waste", cursor=page["next"])

    assert (answer.status_code, code(answer)) == (422, "cursor_invalid")
