"""Every route answers every kind of caller as services/registry/permissions.json says.

A route that is added needs a row there and a right request in `REQUESTS`.
"""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

import services.registry
from shared.ids import new_id
from tests.services.permissions import Asked, ask, served, table_of
from tests.services.registry import scenes
from tests.services.registry.callers import Callers
from tests.services.registry.scenes import CSV, OTHER, OWN, PERSON

ROWS = table_of(services.registry)
CALLERS = ("officer", "own", "other", "operator", "partner")
SEARCH = ("/v1/search/", "/v1/reconcile")
"""Without a broker its index is never built: who may ask may be told to come back (503)."""

CITY = {"name": "X", "country": "DK"}
LEVELS = {"seeks": 1, "offers": 0}
PRACTICE = {
    "city_id": "{city_id}",
    "title": "T",
    "topics": ["{topic}"],
    "problem": "P",
    "solution": "S",
}
WHY = {"reason": "why"}
TEXT = {"text": "why"}

REQUESTS: Mapping[str, Asked] = {
    "POST /v1/cities": Asked(scenes.nothing, CITY, creates=True),
    "GET /v1/cities/duplicates": Asked(scenes.nothing, query=CITY),
    "PATCH /v1/cities/{city_id}": Asked(scenes.city, {"population": 1}),
    "POST /v1/cities/{city_id}/withdraw": Asked(scenes.city, WHY),
    "POST /v1/cities/{city_id}/suspend": Asked(scenes.city, WHY),
    "POST /v1/cities/{city_id}/reinstate": Asked(scenes.withdrawn),
    "POST /v1/cities/{city_id}/merge": Asked(scenes.pair, {"into": "{into}", **WHY}),
    "POST /v1/cities/{city_id}/unmerge": Asked(scenes.merged),
    "POST /v1/city-drafts": Asked(scenes.nothing, CITY, creates=True),
    "GET /v1/city-drafts/{draft_id}": Asked(scenes.draft),
    "PATCH /v1/city-drafts/{draft_id}": Asked(scenes.draft, {"population": 1}),
    "POST /v1/city-drafts/{draft_id}/submit": Asked(scenes.draft),
    "POST /v1/city-drafts/{draft_id}/discard": Asked(scenes.draft),
    "POST /v1/city-drafts/{draft_id}/return": Asked(scenes.submitted_draft, WHY),
    "POST /v1/city-drafts/{draft_id}/verify": Asked(scenes.submitted_draft),
    "PUT /v1/topics/{code}": Asked(scenes.new_topic, {"labels": {"en": "x"}}),
    "GET /v1/topics/{code}": Asked(scenes.topic),
    "POST /v1/topics/{code}/deprecate": Asked(scenes.topic, {"replaced_by": ["{other}"], **WHY}),
    "POST /v1/topics/{code}/reinstate": Asked(scenes.deprecated_topic),
    "POST /v1/topics/{code}/move-interests": Asked(scenes.deprecated_topic, {"to": "{other}"}),
    "PUT /v1/cities/{city_id}/interests/{topic}": Asked(scenes.silence, LEVELS),
    "GET /v1/cities/{city_id}/interests/{topic}": Asked(scenes.interest),
    "GET /v1/cities/{city_id}/interests/{topic}/history": Asked(scenes.interest),
    "DELETE /v1/cities/{city_id}/interests/{topic}": Asked(scenes.interest),
    "PUT /v1/cities/{city_id}/interests": Asked(scenes.silence, {"interests": []}),
    "GET /v1/interests": Asked(scenes.nothing, query={"topic": "waste"}),
    "POST /v1/cities/{city_id}/contacts": Asked(scenes.city, PERSON, creates=True),
    "GET /v1/cities/{city_id}/contacts/{contact_id}": Asked(scenes.contact),
    "PATCH /v1/cities/{city_id}/contacts/{contact_id}": Asked(scenes.contact, {"role": "expert"}),
    "POST /v1/cities/{city_id}/contacts/{contact_id}/end": Asked(scenes.contact, {}),
    "DELETE /v1/cities/{city_id}/contacts/{contact_id}": Asked(scenes.contact),
    "GET /v1/cities/{city_id}/contacts/{contact_id}/export": Asked(scenes.contact),
    "POST /v1/cities/{city_id}/contacts/{contact_id}/hand-over": Asked(
        scenes.contact, {"successor": PERSON}
    ),
    "POST /v1/imports": Asked(scenes.nothing, {"format": "csv"}, creates=True),
    "GET /v1/imports/{import_id}": Asked(scenes.announced_import),
    "GET /v1/imports/{import_id}/errors": Asked(scenes.announced_import),
    "PUT /v1/imports/{import_id}/content": Asked(scenes.announced_import, content=CSV),
    "POST /v1/imports/{import_id}/start": Asked(scenes.received_import),
    "POST /v1/imports/{import_id}/cancel": Asked(scenes.received_import),
    "POST /v1/practices": Asked(scenes.silence, PRACTICE, creates=True),
    "GET /v1/practices/{practice_id}": Asked(scenes.practice),
    "GET /v1/practices/{practice_id}/adaptations": Asked(scenes.published_practice),
    "PATCH /v1/practices/{practice_id}": Asked(scenes.practice, {"title": "U"}),
    "POST /v1/practices/{practice_id}/submit": Asked(scenes.practice),
    "POST /v1/practices/{practice_id}/withdraw": Asked(scenes.practice, WHY),
    "POST /v1/practices/{practice_id}/comments": Asked(scenes.practice, TEXT),
    "POST /v1/practices/{practice_id}/check": Asked(scenes.submitted_practice),
    "POST /v1/practices/{practice_id}/publish": Asked(scenes.checked_practice),
    "POST /v1/practices/{practice_id}/return": Asked(scenes.submitted_practice, TEXT),
    "POST /v1/practices/{practice_id}/recheck": Asked(scenes.published_practice, {}),
    "GET /v1/changes": Asked(scenes.nothing, query={"aggregate": "city"}),
    "GET /v1/places": Asked(scenes.nothing, query=CITY),
    "GET /v1/topic-phrases": Asked(scenes.nothing, query={"text": "waste"}),
}
PLAIN = Asked(scenes.city)
"""A reading that asks for nothing but a city."""


def test_every_route_is_in_the_table_once() -> None:
    assert sorted(each["route"] for each in ROWS) == sorted({each["route"] for each in ROWS})


async def test_every_route_of_the_document_is_in_the_table(callers: Callers) -> None:
    assert await served(callers.client) == {each["route"] for each in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["route"])
async def test_each_caller_gets_what_the_table_says(callers: Callers, row: dict[str, Any]) -> None:
    asked = REQUESTS.get(row["route"], PLAIN)

    answers = {who: await _ask(callers, row["route"], asked, who) for who in CALLERS}
    anonymous = await _ask(callers, row["route"], asked, "anonymous")

    seen = {who: _seen(row, who, each) for who, each in answers.items()}
    assert seen == {who: row[who] for who in CALLERS}, [each.text for each in answers.values()]
    assert anonymous.status_code == 401


def _seen(row: Mapping[str, Any], who: str, answer: httpx2.Response) -> int:
    waits = row["route"].partition(" ")[2].startswith(SEARCH) and answer.status_code == 503
    return int(row[who]) if waits and row[who] == 200 else answer.status_code


async def _ask(callers: Callers, route: str, asked: Asked, who: str) -> httpx2.Response:
    """Ask in a fresh scene, so that nobody finds what another has done."""
    names = await asked.scene(callers)
    credential = _credential(callers, who, names["city_id"])
    return await ask(callers.client, route, asked, names, credential)


def _credential(callers: Callers, who: str, city_id: str) -> dict[str, str]:
    known = {
        "officer": callers.officer,
        "operator": callers.operator,
        "partner": callers.partner,
        "own": callers.named(OWN, "coordinator", city_id),
        "other": callers.named(OTHER, "coordinator", new_id("cty")),
    }
    return {"Authorization": f"Bearer {known[who].token}"} if who in known else {}
