"""Searching good practices over HTTP: who finds what, pages, and that the index follows."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.services.registry.callers import Caller, code
from tests.services.registry.search.conftest import Searching
from tests.support.waiting import eventually

PATH = "/v1/search/practices"

Practice = Mapping[str, Any]


async def _drafted(searching: Searching, city_id: str, **told: object) -> Practice:
    known = {"title": "T", "topics": ["heat"], "problem": "Waste", "solution": "Collect"}
    body = {"city_id": city_id, **known, **told}
    answer = await searching.callers.officer.create("/v1/practices", body)
    assert answer.status_code == 201, answer.text
    practice: Practice = answer.json()
    return practice


async def _published(searching: Searching, city_id: str, **told: object) -> Practice:
    practice = await _drafted(searching, city_id, **told)
    officer, second = searching.callers.officer, searching.callers.named("usr_2", "officer")
    steps = ((officer, "submit"), (officer, "check"), (second, "publish"))
    for version, (who, step) in enumerate(steps, start=1):
        path = f"/v1/practices/{practice['id']}/{step}"
        answer = await who.change("POST", path, version=version)
        assert answer.status_code == 200, answer.text
    return practice


async def _titles(who: Caller, **query: str | int) -> list[str]:
    answer = await who.get(PATH, **query)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["items"]]


async def _await_titles(who: Caller, expected: list[str], **query: str | int) -> None:
    async def look() -> bool:
        return await _titles(who, **query) == expected

    await eventually(look)


@pytest.fixture(scope="module")
async def city(searching: Searching) -> str:
    """A city of these tests, and the topic of its practices."""
    labels = {"en": "Urban heat", "ja": "都市の暑さ"}
    await searching.callers.topic("heat", labels=labels)
    return str((await searching.callers.city("Sevilla", country="ES"))["id"])


async def test_published_practice_is_found_by_its_words_with_snippets(
    searching: Searching, city: str
) -> None:
    told = {"title": "Shaded squares", "problem": "Squares were too hot to cross"}
    await _published(searching, city, **told, languages=["es", "en"])
    partner = searching.callers.partner
    await _await_titles(partner, ["Shaded squares"], q="hot square")

    answer = await partner.get(PATH, q="hot square", country="ES", topic="heat", language="es")

    (hit,) = answer.json()["items"]
    assert (hit["city"], hit["country"], hit["status"]) == ("Sevilla", "ES", "published")
    assert hit["recheck_on"] is not None
    title, problem = hit["snippets"]
    assert (title["part"], title["marks"], title["cut"]) == ("title", [[7, 14]], [False, False])
    assert [problem["text"][a:b] for a, b in problem["marks"]] == ["Squares", "hot"]


async def test_topic_is_found_by_its_label_in_another_language_and_when_it_changes(
    searching: Searching, city: str
) -> None:
    await searching.callers.topic("trees", labels={"en": "Trees", "ja": "街路樹"})
    await _published(searching, city, title="Planted", topics=["trees"])
    await _await_titles(searching.callers.partner, ["Planted"], q="街路樹")

    body = {"labels": {"en": "Trees", "pt": "Arvoredo"}}
    answer = await searching.callers.officer.change("PUT", "/v1/topics/trees", body, 1)

    assert answer.status_code == 200, answer.text
    await _await_titles(searching.callers.partner, ["Planted"], q="arvoredo")
    assert await _titles(searching.callers.partner, q="街路樹") == []


@pytest.mark.usefixtures("city")
async def test_city_that_changes_its_name_is_shown_with_it(searching: Searching) -> None:
    made = await searching.callers.city("Oldtown", country="IE")
    await _published(searching, made["id"], title="Renamed")
    await _await_titles(searching.callers.partner, ["Renamed"], country="IE")

    path = f"/v1/cities/{made['id']}"
    await searching.callers.officer.change("PATCH", path, {"name": "Newtown"}, 1)

    async def shown() -> bool:
        answer = await searching.callers.partner.get(PATH, country="IE")
        return [each["city"] for each in answer.json()["items"]] == ["Newtown"]

    await eventually(shown)


@pytest.mark.usefixtures("city")
async def test_practice_is_found_by_the_old_id_of_a_merged_city(searching: Searching) -> None:
    callers = searching.callers
    old = await callers.city("Gdansk", country="PL")
    kept = await callers.city("Trojmiasto", country="PL")
    await _published(searching, old["id"], title="Moved along")
    await _await_titles(callers.partner, ["Moved along"], city_id=old["id"])

    body = {"into": kept["id"], "reason": "one city"}
    answer = await callers.officer.change("POST", f"/v1/cities/{old['id']}/merge", body, 1)

    assert answer.status_code == 200, answer.text
    await _await_titles(callers.partner, ["Moved along"], city_id=kept["id"])
    assert await _titles(callers.partner, city_id=old["id"]) == ["Moved along"]


async def test_draft_is_found_by_officers_and_its_city_only(
    searching: Searching, city: str
) -> None:
    await _drafted(searching, city, title="Secret garden")
    callers = searching.callers
    own, other = callers.coordinator(city), callers.coordinator("cty_" + "9" * 32)

    await _await_titles(own, ["Secret garden"], q="secret", status="draft")

    assert await _titles(callers.officer, q="secret", status="any") == ["Secret garden"]
    assert await _titles(own, q="secret", city_id=city, status="any") == ["Secret garden"]
    assert await _titles(other, q="secret", status="draft") == []
    for who in (other, callers.partner, callers.operator):
        assert await _titles(who, q="secret", status="any") == []
        assert await _titles(who, q="secret") == []
        answer = await who.get(PATH, q="secret", facets="status", status="any")
        assert answer.json()["total"] == 0
    refused = [await callers.partner.get(PATH, status="draft")]
    refused += [await other.get(PATH, status="draft", city_id=city)]
    assert [(each.status_code, code(each)) for each in refused] == [(403, "access_denied")] * 2


async def test_returned_practice_is_public_no_more(searching: Searching, city: str) -> None:
    practice = await _published(searching, city, title="Recalled")
    await _await_titles(searching.callers.partner, ["Recalled"], q="recalled")

    path = f"/v1/practices/{practice['id']}/return"
    await searching.callers.officer.change("POST", path, {"text": "out of date"}, 4)

    await _await_titles(searching.callers.partner, [], q="recalled")


async def test_pages_follow_each_other_and_facets_count_all(searching: Searching) -> None:
    made = await searching.callers.city("Lund", country="SE")
    for number in range(3):
        await _published(searching, made["id"], title=f"Windbreak {number}")
    names = [f"Windbreak {number}" for number in range(3)]
    partner = searching.callers.partner
    await _await_titles(partner, names, q="windbreak", sort="title")
    query: dict[str, str | int] = {"q": "windbreaks", "limit": 2, "facets": "country,topic"}

    first = (await partner.get(PATH, **query)).json()
    second = (await partner.get(PATH, **query, cursor=first["next"])).json()

    titles = [each["title"] for each in (*first["items"], *second["items"])]
    assert (sorted(titles), second["next"]) == (names, None)
    assert (first["total"], first["facets"]) == (3, {"country": {"SE": 3}, "topic": {"heat": 3}})


async def test_practice_due_for_a_check_is_found(searching: Searching, city: str) -> None:
    await _published(searching, city, title="Duecheck")
    partner = searching.callers.partner
    await _await_titles(partner, ["Duecheck"], q="duecheck", due_until="2099-12-31")

    assert await _titles(partner, q="duecheck", due_until="2020-01-01") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"language": "EN"}, "language"),
        ({"facets": "mayor"}, "facets"),
        ({"q": "x" * 201}, "q"),
        ({"status": "gone"}, "status"),
        ({"due_until": "soon"}, "due_until"),
        ({"sort": "distance"}, "sort"),
    ],
)
async def test_what_cannot_be_searched_for_is_named(
    searching: Searching, query: dict[str, Any], field: str
) -> None:
    answer = await searching.callers.partner.get(PATH, **query)

    assert (answer.status_code, code(answer)) == (422, "input_invalid")
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_cursor_of_another_order_is_refused(searching: Searching, city: str) -> None:
    await _published(searching, city, title="Cursory one")
    await _published(searching, city, title="Cursory two")
    partner = searching.callers.partner
    await _await_titles(partner, ["Cursory one", "Cursory two"], q="cursory", sort="title")
    page = (await partner.get(PATH, q="cursory", limit=1)).json()

    answer = await partner.get(PATH, q="cursory", sort="title", cursor=page["next"])

    assert (answer.status_code, code(answer)) == (422, "cursor_invalid")


async def test_check_finds_a_lost_practice_and_the_index_mends_itself(
    searching: Searching, city: str
) -> None:
    practice = await _published(searching, city, title="Mislaid")
    await _await_titles(searching.callers.partner, ["Mislaid"], q="mislaid")

    async def missed() -> bool:
        """Its last event may still be on its way, and bring it back before the check."""
        searching.searches.practices.index.change([], [practice["id"]])
        found = (await searching.callers.operator.get("/v1/search/check")).json()
        return (found["ok"], found["practices"]["missing"]) == (False, [practice["id"]])

    await eventually(missed)
    await _await_titles(searching.callers.partner, ["Mislaid"], q="mislaid")
    assert (await searching.callers.operator.get("/v1/search/check")).json()["ok"] is True
