"""What OpenRefine asks, and that the answers have the form of the specification."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft7Validator

from tests.services.registry.callers import code
from tests.services.registry.search.conftest import Searching

SCHEMAS = Path(__file__).parent.parent / "reconciliation_schemas"
PATH = "/v1/reconcile"
_BATCH = "reconciliation-result-batch"


def valid(answer: httpx2.Response, schema: str) -> Any:  # noqa: ANN401 - JSON
    """Give the answer's document, which must be of the specification's form."""
    assert answer.status_code == 200, answer.text
    document = answer.json()
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    Draft7Validator.check_schema(rules)
    Draft7Validator(rules).validate(document)
    return document


@pytest.fixture(scope="module")
async def cities(searching: Searching) -> dict[str, str]:
    """Cities of this module, by country: their ids."""
    made = {
        "ES": await searching.callers.city(
            "Valencia", country="ES", population=791_000, position={"latitude": 1, "longitude": 2}
        ),
        "VE": await searching.callers.city("Valencia", country="VE", wikidata_id="Q1234"),
        "DE": await searching.callers.city("Köln", country="DE", geonames_id=2886242),
        "PT": await searching.callers.city("Metropole", country="PT", kind="metropolitan_area"),
    }
    await searching.await_found(["Metropole"], country="PT")
    return {country: city["id"] for country, city in made.items()}


async def form(searching: Searching, **fields: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
    """Post as OpenRefine does."""
    headers = {"Authorization": f"Bearer {searching.callers.issuer.token('officer')}"}
    written = {name: json.dumps(value) for name, value in fields.items()}
    return await searching.callers.client.post(PATH, data=written, headers=headers)


async def test_manifest_names_what_the_service_can_do(searching: Searching) -> None:
    answer = await searching.callers.partner.get(PATH)

    manifest = valid(answer, "manifest")
    assert manifest["suggest"].keys() == {"entity", "property", "type"}
    assert manifest["view"]["url"] == "http://registry/v1/cities/{{id}}"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_batch_gives_candidates_for_each_query(
    searching: Searching, cities: dict[str, str]
) -> None:
    asked = {"a": {"query": "Cologne"}, "b": {"query": "valencia"}, "c": {"query": "Qqqqqqqq"}}

    found = valid(await form(searching, queries=asked), _BATCH)

    (cologne,) = found["a"]["result"]
    assert (cologne["id"], cologne["match"], cologne["score"]) == (cities["DE"], True, 100)
    assert [each["match"] for each in found["b"]["result"]] == [False, False]
    assert found["c"]["result"] == []


@pytest.mark.parametrize("known", [{"pid": "country", "v": "es"}, {"pid": "country", "v": ["ES"]}])
async def test_country_tells_cities_of_one_name_apart(
    searching: Searching, cities: dict[str, str], known: dict[str, Any]
) -> None:
    asked = {"a": {"query": "Valencia", "properties": [known], "type": ["city"], "limit": 3}}

    found = valid(await form(searching, queries=asked), _BATCH)

    assert [(each["id"], each["match"]) for each in found["a"]["result"]] == [(cities["ES"], True)]


async def test_identifier_decides_between_cities_of_one_name(
    searching: Searching, cities: dict[str, str]
) -> None:
    known = {"query": "Valencia", "properties": [{"pid": "wikidata_id", "v": {"id": "Q1234"}}]}
    other = {"query": "Cologne", "properties": [{"pid": "geonames_id", "v": 1}]}

    found = valid(await form(searching, queries={"a": known, "b": other}), _BATCH)

    assert {each["id"]: each["match"] for each in found["a"]["result"]} == {
        cities["VE"]: True,
        cities["ES"]: False,
    }
    assert found["b"]["result"] == []


async def test_type_narrows_and_typos_cost(searching: Searching, cities: dict[str, str]) -> None:
    asked = {
        "a": {"query": "Metropole", "type": "city"},
        "b": {"query": "Metropol", "type": "metropolitan_area"},
        "c": {"query": "Metrapole"},
    }

    found = valid(await form(searching, queries=asked), _BATCH)

    assert found["a"]["result"] == []
    assert [(each["id"], each["score"]) for each in found["b"]["result"]] == [(cities["PT"], 80)]
    assert [(e["score"], e["match"]) for e in found["c"]["result"]] == [(60, False)]


@pytest.mark.usefixtures("cities")
async def test_same_batch_as_json_and_in_the_address(searching: Searching) -> None:
    queries = {"a": {"query": "Cologne"}}
    by_form = await form(searching, queries=queries)

    by_json = await searching.callers.officer.create(PATH, {"queries": queries})
    by_get = await searching.callers.partner.get(PATH, queries=json.dumps(queries))

    assert valid(by_json, _BATCH) == valid(by_get, _BATCH) == valid(by_form, _BATCH)


async def test_suggestions_are_valid(searching: Searching, cities: dict[str, str]) -> None:
    get = searching.callers.partner.get

    entity = valid(await get(f"{PATH}/suggest/entity", prefix="köl"), "suggest-entities-response")
    more = valid(
        await get(f"{PATH}/suggest/entity", prefix="köl", cursor=1), "suggest-entities-response"
    )
    kinds = valid(await get(f"{PATH}/suggest/type", prefix="reg"), "suggest-types-response")
    known = valid(
        await get(f"{PATH}/suggest/property", prefix="pop"), "suggest-properties-response"
    )

    assert [each["id"] for each in entity["result"]] == [cities["DE"]]
    assert more["result"] == []
    assert [each["id"] for each in kinds["result"]] == ["region"]
    assert [each["id"] for each in known["result"]] == ["population"]


async def test_list_is_extended_with_proposed_properties(
    searching: Searching, cities: dict[str, str]
) -> None:
    proposal = valid(
        await searching.callers.partner.get(f"{PATH}/properties", type="city"),
        "data-extension-property-proposal",
    )
    ids = [cities["ES"], "cty_unknown"]
    properties = [{"id": each["id"]} for each in proposal["properties"]]

    answer = await form(searching, extend={"ids": ids, "properties": properties})

    rows = valid(answer, "data-extension-response")["rows"]
    assert rows[cities["ES"]]["population"] == [{"int": 791_000}]
    assert rows[cities["ES"]]["latitude"] == [{"float": 1.0}]
    assert rows[cities["ES"]]["kind"] == [{"id": "city", "name": "City"}]
    assert all(values == [] for values in rows["cty_unknown"].values())


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"queries": {"a": {"query": "x", "limit": 0}}}, "/queries/a/limit"),
        ({"queries": {f"q{n}": {"query": "x"} for n in range(51)}}, "/queries"),
        ({"queries": {"a": {"query": "x\0"}}}, "/queries/a/query"),
        ({"extend": {"ids": [], "properties": [{"id": "mayor"}]}}, "/extend/properties/0/id"),
        ({}, "/queries"),
    ],
)
async def test_malformed_batch_is_pointed_at(
    searching: Searching, fields: dict[str, Any], place: str
) -> None:
    answer = await form(searching, **fields)

    assert (answer.status_code, code(answer)) == (422, "input_invalid")
    assert answer.json()["errors"][0]["field"] == place


async def test_form_with_something_else_than_json_is_malformed(searching: Searching) -> None:
    headers = {"Authorization": f"Bearer {searching.callers.issuer.token('officer')}"}

    answer = await searching.callers.client.post(PATH, data={"queries": "{"}, headers=headers)

    assert (answer.status_code, code(answer)) == (400, "request_malformed")


async def test_other_routes_take_no_form_and_this_one_no_stranger(searching: Searching) -> None:
    client, token = searching.callers.client, searching.callers.issuer.token("officer")

    elsewhere = await client.post(
        "/v1/cities", data={"a": "b"}, headers={"Authorization": f"Bearer {token}"}
    )
    stranger = await client.get(PATH)

    assert (elsewhere.status_code, stranger.status_code) == (415, 401)
