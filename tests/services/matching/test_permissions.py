"""Every route answers every kind of caller as services/matching/permissions.json says.

A route that is added needs a row there and a right request in `REQUESTS`.
"""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

import services.matching
from shared.ids import new_id
from tests.services.matching import scenes
from tests.services.matching.desk import Desk
from tests.services.permissions import Asked, Names, ask, served, table_of

ROWS = table_of(services.matching)
CALLERS = ("officer", "own", "other", "operator")
APIKEY = "wc_live_0000000000000000000000000000000000000000"

WHY = {"reason": "Because."}
PROGRAMME = {"name": "P", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
EXCHANGE = {
    "programme_id": "{programme_id}",
    "name": "E",
    "partner_country": "CA",
    "time_zone": "Europe/Lisbon",
    "deadline_date": "2026-03-29",
}
APPLICATION = {
    "exchange_id": "{exchange_id}",
    "city_id": "{city_id}",
    "side": "eu",
    "statement": "Yes.",
}
EXCHANGE_ID = {"exchange_id": "{exchange_id}"}
REPLACEMENT = {"side": "partner", "city_id": "{spare_id}", **WHY}
ACTION = {"title": "Send the plan", "owner_city_id": "{city_id}"}

CITY = "/v1/rounds/{round_id}/cities/{city_id}"
PAIR = "/v1/rounds/{round_id}/pairs/{eu_city_id}/{partner_city_id}"

REQUESTS: Mapping[str, Asked] = {
    "POST /v1/programmes": Asked(scenes.nothing, PROGRAMME, creates=True),
    "GET /v1/programmes/{programme_id}": Asked(scenes.programme),
    "GET /v1/programmes/{programme_id}/acceptance": Asked(scenes.programme),
    "POST /v1/exchanges": Asked(scenes.programme, EXCHANGE, creates=True),
    "GET /v1/exchanges/{exchange_id}": Asked(scenes.exchange),
    "GET /v1/exchanges/{exchange_id}/acceptance": Asked(scenes.exchange),
    "PATCH /v1/exchanges/{exchange_id}": Asked(scenes.exchange, {"name": "F"}),
    "POST /v1/exchanges/{exchange_id}/extend": Asked(
        scenes.exchange, {"deadline_date": "2026-04-30", **WHY}
    ),
    "POST /v1/exchanges/{exchange_id}/close": Asked(scenes.exchange),
    "POST /v1/exchanges/{exchange_id}/rematch": Asked(scenes.refused, {}, creates=True),
    "GET /v1/exchanges/{exchange_id}/reserves": Asked(scenes.reserves, query={"side": "eu"}),
    "PUT /v1/exchanges/{exchange_id}/reserves": Asked(
        scenes.reserves, {"side": "eu", "application_ids": ["{application_id}"]}
    ),
    "POST /v1/applications": Asked(scenes.exchange, APPLICATION, creates=True),
    "GET /v1/applications/{application_id}": Asked(scenes.draft),
    "PATCH /v1/applications/{application_id}": Asked(scenes.draft, {"statement": "Please."}),
    "POST /v1/applications/{application_id}/submit": Asked(scenes.draft),
    "POST /v1/applications/{application_id}/withdraw": Asked(scenes.submitted),
    "POST /v1/applications/{application_id}/assess": Asked(scenes.submitted, {}),
    "POST /v1/applications/{application_id}/admit": Asked(scenes.submitted, {}),
    "POST /v1/applications/{application_id}/reserve": Asked(scenes.submitted, WHY),
    "POST /v1/applications/{application_id}/reject": Asked(scenes.submitted, WHY),
    "POST /v1/rounds": Asked(scenes.exchange, EXCHANGE_ID, creates=True),
    "GET /v1/rounds": Asked(scenes.exchange, query=EXCHANGE_ID),
    "GET /v1/rounds/{round_id}": Asked(scenes.solved_round),
    "POST /v1/rounds/{round_id}/what-ifs": Asked(scenes.solved_round, {}, creates=True),
    "POST /v1/rounds/{round_id}/cancel": Asked(scenes.requested_round),
    "POST /v1/rounds/{round_id}/publish": Asked(scenes.solved_round),
    "GET /v1/rounds/{round_id}/comparison": Asked(scenes.second_round),
    "GET /v1/rounds/{round_id}/proof": Asked(scenes.solved_round),
    "GET /v1/rounds/{round_id}/reasons": Asked(scenes.published_round),
    f"GET {CITY}/reasons": Asked(scenes.published_round),
    f"GET {CITY}/alternatives": Asked(scenes.published_round),
    f"GET {PAIR}/reasons": Asked(scenes.published_round),
    f"GET {PAIR}/changes": Asked(scenes.published_round),
    "GET /v1/proposals/{proposal_id}/reasons": Asked(scenes.published_round),
    "GET /v1/exchanges/{exchange_id}/fairness": Asked(scenes.published_round),
    "GET /v1/exchanges/{exchange_id}/fairness/page": Asked(scenes.published_round),
    "GET /v1/programmes/{programme_id}/fairness": Asked(scenes.published_round),
    "GET /v1/programmes/{programme_id}/fairness/page": Asked(scenes.published_round),
    "GET /v1/proposals": Asked(scenes.published_round, query={"round_id": "{round_id}"}),
    "GET /v1/proposals/{proposal_id}": Asked(scenes.published_round),
    "GET /v1/pairings/{pairing_id}": Asked(scenes.proposed),
    "POST /v1/pairings/{pairing_id}/accept": Asked(scenes.proposed, {"side": "eu"}),
    "POST /v1/pairings/{pairing_id}/decline": Asked(
        scenes.proposed, {"side": "eu", "reason": "other"}
    ),
    "POST /v1/pairings/{pairing_id}/dissolve": Asked(scenes.active, {"reason": "other"}),
    "POST /v1/pairings/{pairing_id}/suspend": Asked(scenes.active, WHY),
    "POST /v1/pairings/{pairing_id}/resume": Asked(scenes.suspended),
    "POST /v1/pairings/{pairing_id}/conclude": Asked(scenes.active, {"summary": "Done."}),
    "POST /v1/pairings/{pairing_id}/replace": Asked(scenes.with_spare, REPLACEMENT, creates=True),
    "POST /v1/pairings/{pairing_id}/actions": Asked(scenes.replaced, ACTION, creates=True),
    "GET /v1/pairings/{pairing_id}/progress": Asked(scenes.action),
    "GET /v1/actions": Asked(scenes.action, query={"pairing_id": "{pairing_id}"}),
    "GET /v1/actions/{action_id}": Asked(scenes.action),
    "PATCH /v1/actions/{action_id}": Asked(scenes.action, {"title": "Send both plans"}),
    "POST /v1/actions/{action_id}/move": Asked(scenes.action, {"status": "in_progress"}),
    "POST /v1/actions/{action_id}/comments": Asked(scenes.action, {"text": "Soon."}),
}
PLAIN = Asked(scenes.nothing)
"""A list that asks for nothing."""


def test_every_route_is_in_the_table_once() -> None:
    assert sorted(each["route"] for each in ROWS) == sorted({each["route"] for each in ROWS})


async def test_every_route_of_the_document_is_in_the_table(desk: Desk) -> None:
    assert await served(desk.client) == {each["route"] for each in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["route"])
async def test_each_caller_gets_what_the_table_says(desk: Desk, row: dict[str, Any]) -> None:
    route, asked = row["route"], REQUESTS.get(row["route"], PLAIN)
    scenes_ = {who: await asked.scene(desk) for who in CALLERS}  # nobody finds another's doings

    strangers = [await _ask(desk, route, scenes_["own"], who) for who in ("partner", "nobody")]
    answers = {who: await _ask(desk, route, names, who) for who, names in scenes_.items()}

    seen = {who: each.status_code for who, each in answers.items()}
    assert seen == {who: row[who] for who in CALLERS}, [each.text for each in answers.values()]
    assert [each.status_code for each in strangers] == [401, 401]


async def _ask(desk: Desk, route: str, names: Names, who: str) -> httpx2.Response:
    asked = REQUESTS.get(route, PLAIN)
    return await ask(desk.client, route, asked, names, _credential(desk, who, names["city_id"]))


def _credential(desk: Desk, who: str, city_id: str) -> dict[str, str]:
    tokens = {
        "officer": desk.officer.token,
        "operator": desk.operator.token,
        "partner": APIKEY,
        "own": desk.coordinator(city_id).token,
        "other": desk.coordinator(new_id("cty")).token,
    }
    return {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
