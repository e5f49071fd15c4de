"""What must be left of the story of consent: in the API, on the topic, in the mailbox."""

import asyncio
import json
from collections import Counter, defaultdict
from typing import Final

import httpx2
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.event import PARTITIONS
from shared.contracts.matching import PAIRINGS
from tests.e2e.conftest import World
from tests.e2e.team import Json, Team, cities_of, eventually
from tests.support.waiting import wait_until

SIDES: Final = ("eu", "partner")

RELAY_SECONDS: Final = 30.0

Record = tuple[str, int, Json]
"""Id, sequence and state."""


def check_what_is_left(team: Team, exchange_id: str, action: Json, new: Json) -> None:
    """One active pairing per city, nothing twice, nothing forgotten, figures from the records."""
    every = team.pairings(exchange_id)
    active = [each for each in every if each["status"] == "active"]
    busy = Counter(city for each in active for city in cities_of(each))
    assert max(busy.values()) == 1
    assert {each["status"] for each in every} == {"active", "dissolved"}
    assert max(Counter(cities_of(each) for each in every).values()) == 1
    moved = team.does("matching", "GET", f"/v1/actions/{action['id']}")
    assert (moved["pairing_id"], moved["owner_city_id"]) == (new["id"], new["partner_city_id"])
    counted = team.does("matching", "GET", f"/v1/exchanges/{exchange_id}/acceptance")
    accepted = sum(len(each["accepted_by"]) == 2 for each in every)
    assert (counted["accepted"], counted["declined"], counted["lapsed"]) == (accepted, 1, 1)
    assert counted["reasons"] == [{"reason": "no_capacity", "eu": 0, "partner": 1}]


def relayed(world: World, team: Team, exchange_id: str) -> list[Record]:
    """Give the records once there is one for each version of each pairing."""
    versions: int = sum(each["version"] for each in team.pairings(exchange_id))
    found: list[Record] = []

    def all_there() -> bool:
        found[:] = asyncio.run(_records(world.url("kafka"), exchange_id))
        return len(found) >= versions

    wait_until(all_there, RELAY_SECONDS)
    return found


async def _records(bootstrap: str, exchange_id: str) -> list[Record]:
    """Give id, sequence and state of every record about the exchange's pairings, in order."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(PAIRINGS.name, each) for each in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Record] = []
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


def check_topic(team: Team, exchange_id: str, records: list[Record]) -> None:
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


def check_emails(world: World, team: Team, exchange_id: str) -> None:
    """Of each outcome both cities hear by e-mail, once."""
    every = team.pairings(exchange_id)
    outcomes = {
        "begins": [each for each in every if len(each["accepted_by"]) == len(SIDES)],
        "lapsed": [each for each in every if each["dissolved_reason"] == "lapsed"],
        "Change of partner": [each for each in every if each["replaced_by"]],
    }
    expected = {
        word: Counter(city for each in found for city in cities_of(each))
        for word, found in outcomes.items()
    }
    cities = {city for each in every for city in cities_of(each)}

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
