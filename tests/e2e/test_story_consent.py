"""The story of consent on a whole platform, while matching is killed again and again.

Cities decline, let dates pass, step in from the reserve, replace a partner and take an activity's
action items into their plan. Told through the public APIs alone, but for two things: processes are
killed, and the date of a pairing is moved into the past, since a test can't wait for two weeks.
"""

import asyncio
import json
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx2
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import MongoClient

from deploy.local.state import is_alive
from shared.contracts.event import PARTITIONS
from shared.contracts.matching import PAIRINGS
from tests.e2e.conftest import World

pytestmark = pytest.mark.timeout(300)

SIDES: Final = ("eu", "partner")
PATIENCE_SECONDS: Final = 60.0
TOPIC: Final = "air-quality"
LAST_WEEK: Final = timedelta(days=7)
NOWHERE: Final = httpx2.HTTPError
Json = dict[str, Any]
ResultT = TypeVar("ResultT")


class Team:
    """The programme team, which keeps asking while the service that it asks is down."""

    def __init__(self, world: World, http: httpx2.Client) -> None:
        self.world = world
        self._http = http

    def ask(
        self, service: str, method: str, path: str, body: Json | None = None, version: int = 0
    ) -> httpx2.Response:
        """Ask until there is an answer that no outage made, with one key for all tries."""
        headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
        if version:
            headers["If-Match"] = f'"v{version}"'
        url = f"{self.world.url(service)}{path}"

        def answer() -> httpx2.Response | None:
            with suppress(NOWHERE):
                given = self._http.request(method, url, json=body, headers=headers)
                return None if given.status_code >= 500 else given
            return None

        return eventually(f"{method} {path}", answer)

    def does(
        self, service: str, method: str, path: str, body: Json | None = None, version: int = 0
    ) -> Json:
        given = self.ask(service, method, path, body, version)
        assert given.is_success, f"{method} {path}: {given.status_code} {given.text}"
        return dict(given.json())

    def city(self, name: str, country: str, seeks: int, offers: int) -> str:
        """Register a city with an interest and a contact; give its id."""
        facts = {"name": f"{name} {uuid4().hex[:6]}", "country": country, "population": 300_000}
        id_ = str(self.does("registry", "POST", "/v1/cities", facts)["id"])
        levels = {"seeks": seeks, "offers": offers}
        self.does("registry", "PUT", f"/v1/cities/{id_}/interests/{TOPIC}", levels)
        person = {"name": f"Contact of {name}", "email": f"{id_}@example.org", "role": "mayor"}
        self.does("registry", "POST", f"/v1/cities/{id_}/contacts", person)
        return id_

    def application(self, exchange_id: str, city_id: str, side: str, decision: str) -> None:
        """Take a city from draft to admission, or to the reserve list."""
        body = {"exchange_id": exchange_id, "city_id": city_id, "side": side, "statement": "Yes."}
        made = self.does("matching", "POST", "/v1/applications", body)
        path = f"/v1/applications/{made['id']}"
        self.does("matching", "POST", f"{path}/submit", None, 1)
        why = {"reason": "All places are taken."} if decision == "reserve" else {}

        def decided() -> bool:  # once the register has told of the city
            given = self.ask("matching", "POST", f"{path}/{decision}", why, 2)
            assert given.is_success or given.status_code == 422, given.text
            return given.is_success

        eventually(f"{decision} of {city_id}", decided)

    def pairings(self, exchange_id: str) -> list[Json]:
        found = self.does("matching", "GET", f"/v1/pairings?exchange_id={exchange_id}&limit=200")
        return list(found["items"])

    def pairing(self, exchange_id: str, city_id: str, status: str = "proposed") -> Json | None:
        """Give a city's pairing in this state, or None while there is none."""
        every = self.pairings(exchange_id)
        found = [each for each in every if city_id in _cities(each) and each["status"] == status]
        assert len(found) <= 1, found
        return found[0] if found else None

    def say(self, pairing: Json, side: str, answer: str) -> None:
        """Answer for one side, whatever happens to the service meanwhile."""
        path = f"/v1/pairings/{pairing['id']}"
        why = {"reason": "no_capacity"} if answer == "decline" else {}

        def said() -> bool:
            now = self.does("matching", "GET", path)
            if any(
                (each["what"], each["side"]) == (_DONE[answer], side) for each in now["history"]
            ):
                return True
            given = self.ask(
                "matching", "POST", f"{path}/{answer}", {"side": side, **why}, now["version"]
            )
            assert given.is_success or given.status_code in {409, 412}, given.text
            return False

        eventually(f"{answer} of {side}", said)


_DONE: Final = {"accept": "accepted", "decline": "declined"}


def _cities(pairing: Json) -> tuple[str, str]:
    return pairing["eu_city_id"], pairing["partner_city_id"]


def eventually(what: str, look: Callable[[], ResultT | None]) -> ResultT:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: still {found!r} after {PATIENCE_SECONDS:g} s"
        time.sleep(0.05)
    return found


def kill_matching(world: World) -> None:
    """Kill matching without warning; the platform starts it again by itself."""
    identity = world.platform.processes["matching"]
    if is_alive(identity):
        children = psutil.Process(identity.pid).children(recursive=True)
        os.kill(identity.pid, signal.SIGKILL)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()


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
    _check_what_is_left(team, exchange_id, plan, new)
    _check_topic(team, exchange_id, asyncio.run(_records(world.url("kafka"), exchange_id)))
    _check_emails(world, team, exchange_id)


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
        active = {city for each in every if each["status"] == "active" for city in _cities(each)}
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
    found = team.does("matching", "GET", f"/v1/exchanges/{old['exchange_id']}/reserves/partner")
    spare = found["items"][0]["city_id"]
    assert spare in reserves
    body = {"side": "partner", "city_id": spare, "reason": "The office was closed."}
    new = team.does("matching", "POST", f"{path}/replace", body, version)
    for side in SIDES:
        team.say(new, side, "accept")
    return new


def _check_what_is_left(team: Team, exchange_id: str, action: Json, new: Json) -> None:
    """One active pairing per city, nothing twice, nothing forgotten, figures from the records."""
    every = team.pairings(exchange_id)
    active = [each for each in every if each["status"] == "active"]
    busy = Counter(city for each in active for city in _cities(each))
    assert max(busy.values()) == 1
    assert {each["status"] for each in every} == {"active", "dissolved"}
    assert max(Counter(_cities(each) for each in every).values()) == 1
    moved = team.does("matching", "GET", f"/v1/actions/{action['id']}")
    assert (moved["pairing_id"], moved["owner_city_id"]) == (new["id"], new["partner_city_id"])
    counted = team.does("matching", "GET", f"/v1/exchanges/{exchange_id}/acceptance")
    accepted = sum(len(each["accepted_by"]) == 2 for each in every)
    assert (counted["accepted"], counted["declined"], counted["lapsed"]) == (accepted, 1, 1)
    assert counted["reasons"] == [{"reason": "no_capacity", "eu": 0, "partner": 1}]


async def _records(bootstrap: str, exchange_id: str) -> list[tuple[str, int, Json]]:
    """Give id, sequence and state of every record about the exchange's pairings, in order."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(PAIRINGS.name, each) for each in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[tuple[str, int, Json]] = []
        while not all([await consumer.position(each) >= ends[each] for each in partitions]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                for record in batch:
                    headers = dict(record.headers)
                    state = json.loads(record.value)["state"]
                    if state["exchange_id"] == exchange_id:
                        sequence = int(headers["ce_sequence"])
                        found.append((headers["ce_id"].decode(), sequence, state))
        return found
    finally:
        await consumer.stop()


def _check_topic(team: Team, exchange_id: str, records: list[tuple[str, int, Json]]) -> None:
    """Each pairing's events are on the topic once, in order, and end where the API stands."""
    sequences: dict[str, list[int]] = defaultdict(list)
    last: dict[str, Json] = {}
    for _, sequence, state in records:
        sequences[state["id"]].append(sequence)
        last[state["id"]] = state
    every = {each["id"]: each for each in team.pairings(exchange_id)}
    assert len({id_ for id_, _, _ in records}) == len(records)
    assert {id_: seen[-1] for id_, seen in sequences.items()} == {
        id_: each["version"] for id_, each in every.items()
    }
    for id_, seen in sequences.items():
        assert seen == list(range(1, len(seen) + 1)), id_
        assert last[id_]["status"] == every[id_]["status"]


def _check_emails(world: World, team: Team, exchange_id: str) -> None:
    """Of each outcome both cities hear by e-mail, once."""
    every = team.pairings(exchange_id)
    outcomes = {
        "begins": [each for each in every if len(each["accepted_by"]) == len(SIDES)],
        "lapsed": [each for each in every if each["dissolved_reason"] == "lapsed"],
        "Change of partner": [each for each in every if each["replaced_by"]],
    }
    expected = {
        word: Counter(city for each in found for city in _cities(each))
        for word, found in outcomes.items()
    }
    cities = {city for each in every for city in _cities(each)}

    def told() -> dict[str, Counter[str]]:
        url = f"{world.url('mailbox')}/api/messages"
        letters = httpx2.get(url, trust_env=False, timeout=30).json()
        assert set(Counter(each["message_id"] for each in letters).values()) == {1}
        return {
            word: Counter(
                city
                for each in letters
                if word in each["subject"] and (city := _addressee(each)) in cities
            )
            for word in outcomes
        }

    eventually("the e-mails", lambda: told() == expected)


def _addressee(letter: Json) -> str:
    return str(letter["envelope_to"][0]).partition("@")[0]
