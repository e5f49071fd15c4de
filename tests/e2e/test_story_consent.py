"""The story of consent on a whole platform, while matching is killed again and again.

Cities decline, let dates pass, step in from the reserve, replace a partner and take an activity's
action items into their plan. Told through the public APIs alone, but for two things: processes are
killed, and the date of a pairing is moved into the past, since a test can't wait for two weeks.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2
import pytest
from pymongo import MongoClient

from tests.e2e.conftest import World
from tests.e2e.consent_checks import (
    SIDES,
    check_emails,
    check_topic,
    check_what_is_left,
    relayed,
)
from tests.e2e.team import Json, Team, cities_of, eventually, kill_matching

pytestmark = pytest.mark.timeout(300)

LAST_WEEK: Final = timedelta(days=7)


@pytest.fixture
def team(world: World) -> Iterator[Team]:
    token = world.run("token", "--role", "officer").strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(headers=headers, trust_env=False, timeout=10) as http:
        yield Team(world, http)


@pytest.fixture
def matching_database(world: World) -> Iterator[Any]:
    with MongoClient[Json](world.url("mongo")) as client:
        yield client["matching"]


def test_consent_survives_declines_lapses_replacements_and_kills(
    world: World,
    team: Team,
    matching_database: Any,  # noqa: ANN401 - a database
) -> None:
    exchange_id, cities, reserves = _call(team)
    _round_through_a_kill(world, team, exchange_id)
    first = [_proposal_of(team, exchange_id, city_id) for city_id in cities["eu"]]

    _answers_through_a_kill(world, team, first)
    _let_the_date_pass(matching_database, first[2])
    _kill_during_the_rematch(world, matching_database, exchange_id)
    _everybody_finds_a_partner(team, exchange_id, [*cities["eu"], *cities["partner"]])
    _check_refusals(team, first)

    plan = _action_item_from_an_activity(team, first[0])
    new = _replacement(team, first[0], reserves["partner"])
    check_what_is_left(team, exchange_id, plan, new)
    check_topic(team, exchange_id, relayed(world, team, exchange_id))
    check_emails(world, team, exchange_id)


def _call(team: Team) -> tuple[str, dict[str, list[str]], dict[str, list[str]]]:
    """Hold a call: three cities a side, and three more a side in reserve."""
    period = {"name": "Consent", "starts_on": "2026-01-01", "ends_on": "2030-12-31"}
    programme = team.does("matching", "POST", "/v1/programmes", period)
    terms = {
        "programme_id": programme["id"],
        "name": "EU and Canada",
        "partner_country": "CA",
        "time_zone": "America/Vancouver",
        "deadline_date": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
        "rematch": "automatic",
    }
    exchange_id = str(team.does("matching", "POST", "/v1/exchanges", terms)["id"])
    countries = {"eu": "PT", "partner": "CA"}
    with ThreadPoolExecutor(4) as pool:
        cities = {
            side: list(pool.map(lambda n, c=country: team.city(f"First {n}", c, 5, 5), range(3)))
            for side, country in countries.items()
        }
        reserves = {
            side: list(pool.map(lambda n, c=country: team.city(f"Reserve {n}", c, 3, 3), range(3)))
            for side, country in countries.items()
        }
    for side in countries:
        for city_id in cities[side]:
            team.application(exchange_id, city_id, side, "admit")
        for city_id in reserves[side]:
            team.application(exchange_id, city_id, side, "reserve")
    return exchange_id, cities, reserves


def _proposal_of(team: Team, exchange_id: str, city_id: str) -> Json:
    return eventually("a proposal", lambda: team.pairing(exchange_id, city_id))


def _round_through_a_kill(world: World, team: Team, exchange_id: str) -> None:
    """Hold the first round; matching dies while it solves it."""
    asked = team.does("matching", "POST", "/v1/rounds", {"exchange_id": exchange_id})
    kill_matching(world)
    path = f"/v1/rounds/{asked['id']}"
    eventually("the round", lambda: team.does("matching", "GET", path)["status"] == "solved")
    version = team.does("matching", "GET", path)["version"]
    team.does("matching", "POST", f"{path}/publish", None, version)


def _answers_through_a_kill(world: World, team: Team, pairings: list[Json]) -> None:
    """Both say yes to the first, the partner no to the second, one side yes to the third."""
    both, declined, half = pairings
    answers = [
        (both, "eu", "accept"),
        (both, "partner", "accept"),
        (declined, "partner", "decline"),
        (half, "eu", "accept"),
    ]
    with ThreadPoolExecutor(len(answers)) as pool:
        asked = [pool.submit(team.say, *each) for each in answers]
        time.sleep(0.02)
        kill_matching(world)
        for each in asked:
            each.result()


def _let_the_date_pass(database: Any, pairing: Json) -> None:  # noqa: ANN401 - a database
    """Move the last day for the answers into last week."""
    past = datetime.now(UTC) - LAST_WEEK
    moved = {"$set": {"answer_by": past, "next_at": past + timedelta(minutes=1)}}
    assert database.pairings.update_one({"_id": pairing["id"]}, moved).modified_count == 1


def _kill_during_the_rematch(world: World, database: Any, exchange_id: str) -> None:  # noqa: ANN401
    """Kill matching as soon as it has asked for a re-match by itself."""
    query = {"exchange_id": exchange_id, "kind": "rematch"}
    eventually("a re-match", lambda: database.rounds.find_one(query))
    kill_matching(world)


def _everybody_finds_a_partner(team: Team, exchange_id: str, admitted: list[str]) -> None:
    """Let everybody say yes to what re-matches propose, until no admitted city is alone."""

    def together() -> bool:
        every = team.pairings(exchange_id)
        for pairing in every:
            if pairing["status"] == "proposed":
                for side in SIDES:
                    team.say(pairing, side, "accept")
        active = {city for each in every if each["status"] == "active" for city in cities_of(each)}
        return active >= set(admitted)

    eventually("partners for all", together)


def _check_refusals(team: Team, first: list[Json]) -> None:
    """What was said first stays said, each answer once."""
    both, declined, lapsed = (
        team.does("matching", "GET", f"/v1/pairings/{each['id']}") for each in first
    )
    said = [
        [(step["what"], step["side"]) for step in each["history"]]
        for each in (both, declined, lapsed)
    ]
    assert sorted(said[0][1:]) == [("accepted", "eu"), ("accepted", "partner")]
    assert said[1][1:] == [("declined", "partner")]
    assert said[2][1:] == [("accepted", "eu"), ("lapsed", "partner")]
    assert (declined["dissolved_reason"], lapsed["dissolved_reason"]) == ("no_capacity", "lapsed")


def _action_item_from_an_activity(team: Team, pairing: Json) -> Json:
    """Let an activity agree on an action; wait until it is in the pairing's plan."""
    meeting = {
        "kind": "working_meeting",
        "title": "Working meeting",
        "time_zone": "Europe/Lisbon",
        "starts": "2029-03-21T09:00:00",
        "ends": "2029-03-25T17:00:00",
        "host_city_ids": [pairing["eu_city_id"]],
        "pairing_ids": [pairing["id"]],
    }
    activity = team.does("events", "POST", "/v1/activities", meeting)
    item = {
        "pairing_id": pairing["id"],
        "title": "Send the plan",
        "owner_city_id": pairing["partner_city_id"],
        "due_on": "2029-06-30",
    }
    path = f"/v1/activities/{activity['id']}/action-items"
    recorded = team.does("events", "POST", path, item)
    plan = f"/v1/actions?pairing_id={pairing['id']}"
    eventually("the plan", lambda: team.does("matching", "GET", plan)["items"])
    (action,) = team.does("matching", "GET", plan)["items"]
    assert action["item_id"] == recorded["id"]
    return dict(action)


def _replacement(team: Team, old: Json, reserves: list[str]) -> Json:
    """Replace the partner of the pairing by a city that is still in reserve; both say yes."""
    path = f"/v1/pairings/{old['id']}"
    version = team.does("matching", "GET", path)["version"]
    found = team.does(
        "matching", "GET", f"/v1/exchanges/{old['exchange_id']}/reserves?side=partner"
    )
    spare = found["items"][0]["city_id"]
    assert spare in reserves
    body = {"side": "partner", "city_id": spare, "reason": "The office was closed."}
    new = team.does("matching", "POST", f"{path}/replace", body, version)
    for side in SIDES:
        team.say(new, side, "accept")
    return new
