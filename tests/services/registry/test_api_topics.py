"""Topics over HTTP: the taxonomy, and what the registry ships of it."""

import asyncio

import pytest

from tests.services.registry.callers import Callers, code


async def test_shipped_taxonomy_can_be_defined_topic_by_topic(callers: Callers) -> None:
    shipped = (await callers.officer.get("/v1/taxonomy")).json()["topics"]

    for topic in shipped:
        body = {name: value for name, value in topic.items() if name != "code"}
        path = f"/v1/topics/{topic['code']}"
        answer = await callers.officer.change("PUT", path, body)
        assert (answer.status_code, answer.headers["location"]) == (201, path)

    listed = (await callers.partner.get("/v1/topics", limit=200)).json()["items"]
    codes = {topic["code"] for topic in shipped}
    kept = {each["code"]: each for each in listed if each["code"] in codes}
    assert {each: kept[each]["labels"] for each in kept} == {
        each["code"]: each["labels"] for each in shipped
    }


async def test_revision_needs_the_version_seen_and_repetition_none(callers: Callers) -> None:
    await callers.topic("noise")
    body = {"labels": {"en": "Noise", "fr": "Bruit"}, "sdgs": [11, 3, 11]}

    missing = await callers.officer.change("PUT", "/v1/topics/noise", body)
    revised = await callers.officer.change("PUT", "/v1/topics/noise", body, 1)
    again = await callers.officer.change("PUT", "/v1/topics/noise", body)
    stale = await callers.officer.change("PUT", "/v1/topics/noise", {"labels": {"en": "N"}}, 1)

    assert (code(missing), revised.json()["sdgs"]) == ("version_missing", [3, 11])
    assert (again.status_code, again.headers["etag"]) == (200, '"v2"')
    assert (stale.status_code, code(stale)) == (412, "version_stale")


async def test_version_of_a_topic_that_does_not_exist_is_stale(callers: Callers) -> None:
    answer = await callers.officer.change("PUT", "/v1/topics/no", {"labels": {"en": "N"}}, 1)

    assert answer.status_code == 412


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"labels": {"fr": "Bruit"}}, "topic_label_missing"),
        ({"labels": {"en": "N"}, "parent": "nowhere"}, "topic_parent_unknown"),
        ({"labels": {"en": "N"}, "parent": "self"}, "topic_parent_cyclic"),
        ({"labels": {"english": "N"}}, "input_invalid"),
        ({"labels": {"en": "N"}, "sdgs": [18]}, "input_invalid"),
    ],
)
async def test_bad_topic_is_refused(
    callers: Callers, body: dict[str, object], expected: str
) -> None:
    answer = await callers.officer.change("PUT", "/v1/topics/self", body)

    assert (answer.status_code, code(answer)) == (422, expected)


async def test_two_topics_that_move_below_each_other_at_once_make_no_cycle(
    callers: Callers,
) -> None:
    for each in ("left", "right"):
        await callers.topic(each)

    answers = await asyncio.gather(
        callers.officer.change(
            "PUT", "/v1/topics/left", {"labels": {"en": "L"}, "parent": "right"}, 1
        ),
        callers.officer.change(
            "PUT", "/v1/topics/right", {"labels": {"en": "R"}, "parent": "left"}, 1
        ),
    )

    assert sorted(each.status_code for each in answers) == [200, 422]


async def test_only_officers_define_topics(callers: Callers) -> None:
    body = {"labels": {"en": "N"}}
    others = [callers.operator, callers.partner, callers.coordinator("cty_" + "0" * 32)]

    answers = [await each.change("PUT", "/v1/topics/mine", body) for each in others]

    assert [each.status_code for each in answers] == [403, 403, 403]


async def test_children_of_a_topic_are_listed(callers: Callers) -> None:
    await callers.topic("parent-a")
    await callers.topic("child-a", parent="parent-a")
    await callers.topic("child-b", parent="parent-a")

    answer = await callers.partner.get("/v1/topics", parent="parent-a")

    assert [each["code"] for each in answer.json()["items"]] == ["child-a", "child-b"]


async def test_places_are_found_by_any_name_with_their_source(callers: Callers) -> None:
    answer = await callers.partner.get("/v1/places", name="北九州市", country="JP")

    assert [each["geonames_id"] for each in answer.json()["items"]] == [1859307]
    assert "CC BY 4.0" in answer.json()["attribution"]


async def test_text_leads_to_topics(callers: Callers) -> None:
    answer = await callers.partner.get("/v1/topic-phrases", text="CIRCULAR  economy")

    assert answer.json()["items"][0] == {
        "topic": "circular-economy",
        "confidence": 1.0,
        "phrase": "Circular economy",
        "whole": True,
        "guessed": False,
    }


async def test_nobody_reads_without_a_token(callers: Callers) -> None:
    paths = ["/v1/taxonomy", "/v1/topics", "/v1/cities", "/v1/interests?topic=a"]

    answers = [await callers.client.get(path) for path in paths]

    assert {each.status_code for each in answers} == {401}
