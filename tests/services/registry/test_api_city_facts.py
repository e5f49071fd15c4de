"""Names, codes, origins and suspensions of cities over HTTP."""

from tests.services.registry.callers import Callers, code

RICH = {
    "name": "Rīga",
    "country": "LV",
    "names": {"ru": "Рига", "ja": "リガ", "zh-Hans": "里加"},
    "aliases": ["Riga"],
    "population": 605_273,
    "population_year": 2024,
    "wikidata_id": "Q1773",
    "nuts": "LV006",
    "lau": "0001000",
    "sources": {"population": "census of 2024"},
}


async def test_everything_that_is_stated_is_kept(callers: Callers) -> None:
    made = await callers.officer.create("/v1/cities", RICH)

    city = (await callers.partner.get(made.headers["location"])).json()
    twin = await callers.officer.create("/v1/cities", {**RICH, "name": "Riga"})

    assert {name: city[name] for name in RICH.keys() - {"sources"}} == {
        name: value for name, value in RICH.items() if name != "sources"
    }
    assert city["sources"]["population"] == "census of 2024"
    assert (code(twin), city["id"] in twin.json()["detail"]) == ("city_exists", True)


async def test_origin_of_each_fact_is_for_officers_and_the_city_itself(callers: Callers) -> None:
    city = await callers.city("Origin", population=4)
    path = f"/v1/cities/{city['id']}"
    own = callers.named("usr_own", "coordinator", city["id"])
    await own.change("PATCH", path, {"population": 5, "sources": {"population": "count"}}, 1)

    answers = [await each.get(f"{path}/provenance") for each in (callers.officer, own)]
    refused = [await each.get(f"{path}/provenance") for each in (callers.partner, callers.operator)]
    foreign = await callers.coordinator("cty_" + "0" * 32).get(f"{path}/provenance")

    facts = answers[0].json()["facts"]
    assert answers[0].json() == answers[1].json()
    assert (facts["population"]["source"], facts["population"]["set_by"]) == ("count", "usr_own")
    assert facts["name"]["set_by"] == "usr_1"
    assert {each.status_code for each in (*refused, foreign)} == {403}


async def test_bad_names_and_codes_are_named(callers: Callers) -> None:
    body = {
        **RICH,
        "names": {"Latvian": "Rīga"},
        "wikidata_id": "1773",
        "nuts": "lv006",
        "population_year": 24,
    }

    answer = await callers.officer.create("/v1/cities", body)

    fields = {each["field"] for each in answer.json()["errors"]}
    assert answer.status_code == 422
    assert {"/wikidata_id", "/nuts", "/population_year"} < fields
    assert any(each.startswith("/names") for each in fields)


async def test_suspended_city_is_out_of_the_listing_until_it_is_reinstated(
    callers: Callers,
) -> None:
    city = await callers.city("Quiet", country="XS")
    path = f"/v1/cities/{city['id']}"

    paused = await callers.officer.change("POST", f"{path}/suspend", {"reason": "elections"}, 1)
    listed = await callers.officer.get("/v1/cities", country="XS")
    found = await callers.officer.get("/v1/cities", country="XS", status="suspended")
    refused = await callers.officer.change("PATCH", path, {"population": 1}, 2)
    back = await callers.officer.change("POST", f"{path}/reinstate", version=2)

    assert (paused.json()["status"], paused.json()["suspended_reason"]) == (
        "suspended",
        "elections",
    )
    assert (listed.json()["items"], [each["id"] for each in found.json()["items"]]) == (
        [],
        [city["id"]],
    )
    assert (code(refused), back.json()["status"]) == ("city_suspended", "registered")
