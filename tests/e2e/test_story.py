"""The story of World Cities on a whole platform: what issue 3 promises of `make demo`."""

import json
from collections import Counter
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from deploy.demo.data.sources import load_sources
from deploy.demo.keeping import Keeping
from deploy.demo.seeding import DEFAULT_SEED
from deploy.demo.story_data import story_of
from deploy.local.kafka import read_with_console_consumer
from shared.contracts.catalogue import TOPICS, TYPES
from shared.contracts.event import PARTITIONS
from tests.e2e.conftest import World

pytestmark = pytest.mark.timeout(300)

PUBLISHED = 27
CHANGING = {"latency_milliseconds"}


def officer(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.run('token', '--role', 'officer').strip()}"}


def get(url: str, headers: dict[str, str]) -> httpx2.Response:
    return httpx2.get(url, headers=headers, trust_env=False, timeout=30)


def unchanging(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in summary.items() if name not in CHANGING}


def test_every_published_pairing_is_active(world: World, summary: dict[str, Any]) -> None:
    url = f"{world.url('matching')}/v1/pairings?status=active&limit=200"
    story = story_of(load_sources(), DEFAULT_SEED)
    names = {body.key: body.name for body in story.bodies}

    active = get(url, officer(world)).json()["items"]

    pairs = {(row["eu_city_name"], row["partner_city_name"]) for row in active}
    assert len(active) == PUBLISHED
    assert summary["pairings"]["active"] == PUBLISHED
    assert pairs == {(names[each.eu_key], names[each.partner_key]) for each in story.pairings}


def test_nothing_is_lost_doubled_or_reordered(summary: dict[str, Any]) -> None:
    assert summary["ok"]
    assert (summary["lost"], summary["doubled"], summary["reordered"]) == (0, 0, 0)
    assert summary["events"] == sum(summary["events_per_topic"].values()) > 1000
    assert summary["latency_milliseconds"]["commit_to_topic"]["samples"] > 300


def test_each_email_is_in_the_mailbox_once(world: World, summary: dict[str, Any]) -> None:
    letters = get(f"{world.url('mailbox')}/api/messages", {}).json()

    ids = Counter(letter["message_id"] for letter in letters)
    with_calendar = [letter for letter in letters if letter["attachments"]]

    assert set(ids.values()) == {1}
    assert len(letters) == summary["emails"] == PUBLISHED * (4 + 4 + 2)
    assert len(with_calendar) == summary["calendars_by_email"] == PUBLISHED * 2


def test_each_webhook_is_verified_once(world: World, summary: dict[str, Any]) -> None:
    keeping = Keeping(world.data / "demo")
    receipts = Counter(receipt.id for receipt in keeping.receipts())
    partner = keeping.partner()
    assert partner is not None
    assert partner.since is not None
    url = f"{world.url('notifications')}/v1/feed?limit=200&after="
    key = {"Authorization": f"Bearer {partner.api_key}"}

    ids: list[str] = []
    page = {"next": partner.since, "more": True}
    while page["more"]:
        page = get(f"{url}{page['next']}", key).json()
        ids += [event["id"] for event in page["items"]]

    assert receipts == Counter(ids)
    assert summary["webhook_deliveries"] == len(ids) > 300
    assert (summary["webhooks_refused"], summary["webhooks_under_way"]) == (0, 0)


def test_second_demo_changes_nothing(world: World, summary: dict[str, Any]) -> None:
    again = world.demo()

    assert unchanging(again) == unchanging(summary)
    assert again["latency_milliseconds"]["command_over_http"]["samples"] == 0


def test_seeding_again_changes_nothing(world: World, summary: dict[str, Any]) -> None:
    del summary
    cities = f"{world.url('registry')}/v1/cities?limit=200"
    headers = officer(world)
    before = get(cities, headers).json()

    world.run("seed")

    assert get(cities, headers).json() == before


async def test_cloudevents_sdk_reads_every_record(world: World, summary: dict[str, Any]) -> None:
    records = await all_records(world.url("kafka"))

    assert len(records) == summary["events"]
    for record in records:
        headers = {name: value for name, value in record.headers if value is not None}
        message = KafkaMessage(headers, record.key, record.value)
        event = from_binary(message, JSONFormat())
        assert event.get_type() in TYPES
        assert event.get_subject() == record.key.decode()
        assert isinstance(data := event.get_data(), dict)
        assert data["state"]["id"] == event.get_subject()
        assert int(event.get_extension("sequence")) >= 1


async def all_records(bootstrap: str) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(name, each) for name in TOPICS for each in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord] = []
        while not all([await consumer.position(each) >= ends[each] for each in partitions]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records += batch
        return records
    finally:
        await consumer.stop()


def test_console_consumer_shows_readable_events(world: World, summary: dict[str, Any]) -> None:
    del summary
    (line,) = read_with_console_consumer(world.url("kafka"), "matching.pairing.v1", 1)

    headers, key, value = line.split("\t")

    assert "ce_type:eu.worldcities.matching.pairing.proposed.v1" in headers
    assert key.startswith("pai_")
    assert json.loads(value)["state"]["status"] == "proposed"


def test_partners_key_opens_the_feed_but_no_contacts(world: World, summary: dict[str, Any]) -> None:
    del summary
    partner = Keeping(world.data / "demo").partner()
    assert partner is not None
    key = {"Authorization": f"Bearer {partner.api_key}"}
    cities = get(f"{world.url('registry')}/v1/cities?limit=1", officer(world)).json()["items"]

    feed = get(f"{world.url('notifications')}/v1/feed", key)
    contacts = get(f"{world.url('registry')}/v1/cities/{cities[0]['id']}/contacts", key)
    emails = get(f"{world.url('notifications')}/v1/emails", key)

    assert feed.status_code == 200
    assert contacts.status_code in {401, 403}
    assert emails.status_code in {401, 403}


def test_feed_has_no_personal_data(world: World, summary: dict[str, Any]) -> None:
    del summary
    partner = Keeping(world.data / "demo").partner()
    assert partner is not None
    key = {"Authorization": f"Bearer {partner.api_key}"}
    contacts = story_of(load_sources(), DEFAULT_SEED).contacts
    personal = [text for each in contacts for text in (each.name, each.email)]

    url, after, text = f"{world.url('notifications')}/v1/feed?limit=200&after=", 0, ""
    more = True
    while more:
        page = get(f"{url}{after}", key)
        text += page.text
        after, more = page.json()["next"], page.json()["more"]

    assert "Barcelona" in text
    assert len(personal) == 236
    assert [each for each in personal if each in text] == []
