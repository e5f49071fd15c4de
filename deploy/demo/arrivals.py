"""Waiting until everything has arrived everywhere, and reading what arrived.

Promises: it waits for conditions that the records show, never for a time to pass.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.demo.api import Api, Call, Row, until
from deploy.demo.exchanges import Played
from deploy.demo.keeping import Partner, Receipt
from deploy.demo.ledger import Seen
from deploy.demo.partner import read_feed
from deploy.demo.receiver import Receiver
from deploy.demo.scene import Scene
from deploy.demo.seeding import Cast
from shared.consumer.reading import Placed, caught_up, read_topics
from shared.contracts.catalogue import TOPICS, TYPES

MATCHED_ON = ("registry.city.v1", "registry.topic.v1", "registry.interest.v1")
"""What matching must know of the registry before a round is worth solving."""

MAIL_DOMAIN = "worldcities.example"
"""The end of every Message-ID that the platform makes, from its sender's address."""

ASKED, BEGUN, INVITED = "pairing_proposed", "pairing_activated", "invitation"
"""What e-mails of the story are about."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What had to be written to whom, the e-mails that were, and the letters that came of them.

    `wanted` says what an e-mail is about, of which kind it is and whom it is for. `written` has all
    e-mails about the story by their Message-ID, `letters` what the mailbox has of these.
    """

    wanted: frozenset[str]
    written: Mapping[str, Row]
    letters: tuple[Row, ...]

    def arrived(self) -> list[str]:
        """Give what each letter in the mailbox is about, of which kind and for whom."""
        return [said_by(self.written[letter["message_id"]]) for letter in self.letters]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Everything that was seen at the end."""

    records: tuple[Placed, ...]
    feed: tuple[Row, ...]
    receipts: tuple[Receipt, ...]
    deliveries: tuple[Row, ...]
    mail: Mail


async def registry_is_known(api: Api, kafka: str, cast: Cast, partner: Partner) -> None:
    """Wait until feed and matching know everything that the registry has of the story."""
    wanted = versions_of((*cast.cities.values(), *cast.interests, *cast.topics))

    async def in_matching() -> bool:
        return await caught_up(kafka, "matching", MATCHED_ON)

    await until(_feed_watch(api, partner, wanted), "the programme data to be in the feed")
    await until(in_matching, "matching to know the programme data")


async def everything_arrived(
    scene: Scene, played: Sequence[Played], receiver: Receiver, partner: Partner
) -> None:
    """Wait until each step is in the feed and with the partner, and each e-mail in the mailbox.

    A webhook that nobody took when it was sent, before this run, comes again by the platform's own
    schedule, which takes hours: it is not waited for, and counted as under way.
    """
    query = {"endpoint_id": partner.endpoint_id, "status": "pending"}

    async def with_the_partner() -> bool:
        pending = await scene.api.listed("notifications", "/v1/deliveries", **query)
        return all(
            each["attempts"] and datetime.fromisoformat(each["attempts"][-1]["at"]) < receiver.since
            for each in pending
        )

    async def in_the_mailbox() -> bool:
        mail = await read_mail(scene, played)
        return mail.wanted <= set(mail.arrived())

    in_the_feed = _feed_watch(scene.api, partner, story_versions(played))
    await until(in_the_feed, "every step to be in the feed")
    await until(with_the_partner, "webhooks of every step")
    await until(in_the_mailbox, "e-mails to everybody")


def _feed_watch(
    api: Api, partner: Partner, wanted: Mapping[str, int]
) -> Callable[[], Awaitable[bool]]:
    """Give a look at what is new in the feed, which tells whether all of these were in it."""
    missing = set(wanted.items())
    after = 0

    async def look() -> bool:
        nonlocal after
        news = await read_feed(api, partner, after)
        after = news.last
        missing.difference_update((each["subject"], int(each["sequence"])) for each in news.items)
        return not missing

    return look


async def read_everything(
    scene: Scene, played: Sequence[Played], receiver: Receiver, partner: Partner
) -> Arrived:
    """Read the topics, the feed, the deliveries, the webhooks and the mailbox to their end."""
    api = scene.api
    feed = await read_feed(api, partner)
    query = {"endpoint_id": partner.endpoint_id}
    deliveries = await api.listed("notifications", "/v1/deliveries", **query)
    mail = await read_mail(scene, played)
    records = [each async for each in read_topics(api.urls["kafka"], list(TOPICS))]
    return Arrived(tuple(records), feed.items, tuple(receiver.receipts), tuple(deliveries), mail)


async def read_mail(scene: Scene, played: Sequence[Played]) -> Mail:
    """Read what had to be written, what was, and what the mailbox has of it."""
    wanted = frozenset(_wanted_mail(scene, played))
    abouts = {str(row["id"]) for each in played for row in (*each.pairings, *each.activities)}
    written = {
        f"<{row['id']}@{MAIL_DOMAIN}>": row
        for row in await scene.api.listed("notifications", "/v1/emails")
        if row["about"] in abouts
    }
    mailbox = await scene.api.send(Call("mailbox", "GET", "/api/messages", ""))
    letters = tuple(letter for letter in mailbox["items"] if letter["message_id"] in written)
    return Mail(wanted, written, letters)


def said_by(row: Row) -> str:
    """Give what an e-mail is about, of which kind it is and whom it is for."""
    return f"{row['about']} {row['kind']} {row['contact_id']}"


def _wanted_mail(scene: Scene, played: Sequence[Played]) -> Iterable[str]:
    keys = {str(row["id"]): key for key, row in scene.cast.cities.items()}
    for each in played:
        for pairing in each.pairings:
            for city in ("eu_city_id", "partner_city_id"):
                for contact in scene.cast.contacts[keys[pairing[city]]]:
                    for kind in (ASKED, BEGUN):
                        yield f"{pairing['id']} {kind} {contact['id']}"
        for delegation in each.delegations:
            for delegate in delegation["delegates"]:
                yield f"{delegation['activity_id']} {INVITED} {delegate['contact_id']}"


def story_versions(played: Sequence[Played]) -> dict[str, int]:
    """Give the last version of everything that the story made in matching and events."""
    rows: list[Row] = []
    for each in played:
        rows += [each.row, *each.applications, each.free, *([each.locked] if each.locked else [])]
        rows += [*each.pairings, *each.activities, *each.delegations]
    proposals = {row["id"]: 1 for each in played for row in each.proposals}
    return versions_of(rows) | proposals


def versions_of(rows: Iterable[Row]) -> dict[str, int]:
    """Give the versions of resources by their ids; a topic's id is its code."""
    return {str(row.get("id") or row["code"]): int(row["version"]) for row in rows}


def seen_on_topics(records: Iterable[Placed]) -> list[Seen]:
    """Give records as the ledger counts them."""
    return [
        Seen(each.envelope.id, each.topic, each.envelope.subject, each.envelope.sequence)
        for each in records
    ]


def seen_in_feed(items: Iterable[Row]) -> list[Seen]:
    """Give the feed's events as the ledger counts them."""
    return [
        Seen(each["id"], _topic(each["type"]), each["subject"], int(each["sequence"]))
        for each in items
    ]


def seen_by_partner(receipts: Iterable[Receipt]) -> list[Seen]:
    """Give webhooks as the ledger counts them."""
    return [Seen(each.id, _topic(each.type), each.subject, each.sequence) for each in receipts]


def received_at(letter: Row) -> datetime:
    """Give when the mailbox took a letter."""
    return datetime.fromisoformat(letter["received_at"])


def _topic(type_: str) -> str:
    return TYPES[type_].TOPIC.name
