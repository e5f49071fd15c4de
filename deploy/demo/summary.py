"""What the demonstration ends with: counts, comparisons and times, for people and for machines.

Promises: every figure is counted or measured from what arrived; `ok` is False as soon as anything
is lost, doubled or reordered, or a published pairing is not active.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo import hops, ledger
from deploy.demo.api import Row
from deploy.demo.arrivals import (
    INVITED,
    Arrived,
    seen_by_partner,
    seen_in_feed,
    seen_on_topics,
)
from deploy.demo.exchanges import Played
from deploy.demo.keeping import Partner
from deploy.demo.ledger import Tally, Trouble
from deploy.demo.scene import Scene, pair_of

Document = dict[str, Any]
"""A JSON object that is put together here."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the demonstration: who, what, what arrived, and what was timed on the way.

    `topic_seconds`: from an event's time to its record being read from Kafka, of this run's events.
    """

    scene: Scene
    partner: Partner
    programmes: Sequence[Row]
    played: Sequence[Played]
    arrived: Arrived
    versions: Mapping[str, int]
    topic_seconds: Sequence[float]
    refused: int


def summary_of(run: Run) -> Document:
    """Put the results together."""
    places = _places(run)
    total = sum(places.values(), Tally())
    counts = _counts(run)
    pairings = counts["pairings"]
    complete = pairings["active"] == pairings["published"] and run.refused == 0
    timed = hops.Timed(run.scene.api.command_seconds, run.topic_seconds, run.played, run.arrived)
    return {
        "ok": complete and total == Tally(),
        "seed": run.scene.seed,
        **counts,
        **_tally(total),
        "counted_at": {name: _tally(tally) for name, tally in places.items()},
        "latency_milliseconds": hops.latencies(timed),
        "by_exchange": [_exchange(run.scene, each) for each in run.played],
    }


def _counts(run: Run) -> Document:
    played, arrived = run.played, run.arrived
    pairings = [row for each in played for row in each.pairings]
    return {
        "programmes": len(run.programmes),
        "exchanges": len(played),
        "cities": len(run.scene.cast.cities),
        "applications": sum(len(each.applications) for each in played),
        "rounds": sum(2 if each.locked else 1 for each in played),
        "proposals": sum(len(each.proposals) for each in played),
        "pairings": {
            "published": len(run.scene.story.pairings),
            "active": sum(1 for row in pairings if row["status"] == "active"),
            "chosen_by_the_free_optimum": sum(_chosen(run.scene, each) for each in played),
        },
        "activities": sum(len(each.activities) for each in played),
        "delegations": sum(len(each.delegations) for each in played),
        "emails": len(arrived.mail.letters),
        "calendars_by_email": _calendars(arrived),
        "webhook_deliveries": len(arrived.receipts),
        "webhooks_refused": run.refused,
        "webhooks_under_way": len(_trouble(arrived).under_way),
        "events_per_topic": dict(sorted(Counter(each.topic for each in arrived.records).items())),
        "events": len(arrived.records),
        "feed": len(arrived.feed),
    }


def _places(run: Run) -> dict[str, Tally]:
    arrived, since = run.arrived, run.partner.since or 0
    records = seen_on_topics(arrived.records)
    later = seen_in_feed(each for each in arrived.feed if each["position"] > since)
    mail = arrived.mail
    return {
        "topics": ledger.on_topics(records, run.versions),
        "feed": ledger.in_feed(records, seen_in_feed(arrived.feed)),
        "webhooks": ledger.in_receipts(later, seen_by_partner(arrived.receipts), _trouble(arrived)),
        "emails": ledger.by_letters(mail.wanted, mail.arrived()),
    }


def _trouble(arrived: Arrived) -> Trouble:
    """Give the events whose webhook was not taken at the first try."""
    rows = arrived.deliveries
    return Trouble(
        under_way=frozenset(row["event_id"] for row in rows if row["status"] == "pending"),
        retried=frozenset(row["event_id"] for row in rows if len(row["attempts"]) > 1),
    )


def _tally(tally: Tally) -> Document:
    return {"lost": tally.lost, "doubled": tally.doubled, "reordered": tally.reordered}


def _chosen(scene: Scene, played: Played) -> int:
    """Count history's pairs that the exchange's free round chose by itself."""
    history = {scene.pair(each) for each in scene.pairings(played.exchange)}
    return len(history & {pair_of(row) for row in played.free_proposals})


def _calendars(arrived: Arrived) -> int:
    """Count the invitations with a calendar file."""
    written = arrived.mail.written
    return sum(
        1
        for letter in arrived.mail.letters
        if written[letter["message_id"]]["kind"] == INVITED
        and any(each["content_type"] == "text/calendar" for each in letter["attachments"])
    )


def _exchange(scene: Scene, played: Played) -> Document:
    names = {row["id"]: row["name"] for row in scene.cast.cities.values()}
    rows = played.proposals or played.free_proposals
    history = {scene.pair(each) for each in scene.pairings(played.exchange)}
    free = {pair_of(row) for row in played.free_proposals}
    return {
        "name": played.exchange.name,
        "applications": len(played.applications),
        "published": len(history),
        "active": sum(1 for row in played.pairings if row["status"] == "active"),
        "chosen_by_the_free_optimum": len(history & free),
        "proposals": [
            {
                "eu": names[row["eu_city_id"]],
                "partner": names[row["partner_city_id"]],
                "score": row["score"],
                "published": pair_of(row) in history,
                "chosen_freely": pair_of(row) in free,
            }
            for row in rows
        ],
    }
