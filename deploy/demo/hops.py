"""How long each hop took, from what arrived and when: from the command to webhook and mailbox.

An event's time is the begin of its transaction, so that a hop "from the commit" includes the rest
of that transaction. On a second run nothing new is published: then a hop has no sample of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.demo.arrivals import Arrived, received_at
from deploy.demo.exchanges import Played
from deploy.demo.ledger import percentile

SHARES = {"p50": 0.5, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Timed:
    """What was timed in this run, and what the records tell of all runs."""

    command_seconds: Sequence[float]
    topic_seconds: Sequence[float]
    played: Sequence[Played]
    arrived: Arrived


def latencies(timed: Timed) -> dict[str, Any]:
    """Give samples, p50 and p99 in milliseconds of each hop; None where there is no sample."""
    return {
        "command_over_http": _figures(timed.command_seconds),
        "round_from_request_to_solution": _figures(list(_rounds(timed.played))),
        "commit_to_topic": _figures(timed.topic_seconds),
        "commit_to_feed": _figures(list(_feed(timed.arrived))),
        "commit_to_webhook_received": _figures(
            [
                (each.received_at - each.event_time).total_seconds()
                for each in timed.arrived.receipts
            ]
        ),
        "email_created_to_mailbox": _figures(list(_emails(timed.arrived))),
    }


def _rounds(played: Sequence[Played]) -> Iterator[float]:
    for each in played:
        for row in (each.free, each.locked):
            if row is not None:
                finished = datetime.fromisoformat(row["finished_at"])
                yield (finished - datetime.fromisoformat(row["requested_at"])).total_seconds()


def _feed(arrived: Arrived) -> Iterator[float]:
    """A delivery is made in the transaction that appends its event to the feed."""
    times = {each.envelope.id: each.envelope.time for each in arrived.records}
    for row in arrived.deliveries:
        if row["event_id"] in times:
            made = datetime.fromisoformat(row["created_at"])
            yield (made - times[row["event_id"]]).total_seconds()


def _emails(arrived: Arrived) -> Iterator[float]:
    for letter in arrived.mail.letters:
        created = datetime.fromisoformat(arrived.mail.written[letter["message_id"]]["created_at"])
        yield (received_at(letter) - created).total_seconds()


def _figures(seconds: Sequence[float]) -> dict[str, Any]:
    shares = {name: percentile(seconds, share) for name, share in SHARES.items()}
    return {
        "samples": len(seconds),
        **{name: None if each is None else round(each * 1000, 1) for name, each in shares.items()},
    }
