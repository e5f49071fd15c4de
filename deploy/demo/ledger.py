"""Counting what was lost, doubled and reordered, from the records alone; pure, hence testable.

Promises: nothing is assumed; every count is a comparison of two lists of what was really seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from shared.contracts.catalogue import TOPICS
from shared.contracts.matching import APPLICATIONS
from shared.contracts.notifications import ENDPOINTS, SUBSCRIBERS

DRAFTED = frozenset({APPLICATIONS.name})
"""Topics of aggregates that count versions before their first event: a draft has none."""

PRIVATE = frozenset(
    {SUBSCRIBERS.name, ENDPOINTS.name} | {name for name, topic in TOPICS.items() if topic.personal}
)
"""Topics whose events no partner gets: personal data, and what concerns one partner alone."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as it was seen somewhere; `sequence` is its aggregate's version after it."""

    id: str
    topic: str
    subject: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one place: what is missing there, what is there twice, what came before its turn."""

    lost: int = 0
    doubled: int = 0
    reordered: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.reordered + other.reordered,
        )


def on_topics(records: Sequence[Seen], versions: Mapping[str, int]) -> Tally:
    """Compare topics with the versions that the APIs show of their aggregates.

    Lost is each version without a record; doubled is each version with two events. A record that
    the relay published again after a crash is neither: consumers know it by its id.
    """
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    for record in unique(records):
        by_key[record.topic, record.subject].append(record.sequence)
    tally = Tally()
    for (topic, subject), sequences in by_key.items():
        last = max(*sequences, versions.get(subject, 0), 0)
        expected = range(_first(topic, sequences, last), last + 1)
        tally += Tally(
            lost=len(set(expected) - set(sequences)),
            doubled=len(sequences) - len(set(sequences)),
            reordered=_descents(sequences),
        )
    silent = versions.keys() - {subject for _, subject in by_key}
    return tally + Tally(lost=sum(versions[subject] for subject in silent))


def in_feed(records: Sequence[Seen], feed: Sequence[Seen]) -> Tally:
    """Compare the feed with the topics whose events partners get."""
    shown = {each.id for each in records if each.topic not in PRIVATE}
    return _compared(shown, feed)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The events whose webhook nobody took at once: still tried, or taken at a later try."""

    under_way: frozenset[str] = frozenset()
    retried: frozenset[str] = frozenset()


def in_receipts(feed: Sequence[Seen], receipts: Sequence[Seen], trouble: Trouble) -> Tally:
    """Compare the webhooks received with what the feed has had since the endpoint is there.

    What the platform is still trying to deliver is not lost. What it had to try again comes late,
    for the next ones don't wait for it: that is no disorder of the platform's making.
    """
    at_once = [each for each in receipts if each.id not in trouble.retried]
    counted = _compared({each.id for each in feed} - trouble.under_way, receipts)
    return replace(counted, reordered=_compared(set(), at_once).reordered)


def by_letters(wanted: Iterable[str], arrived: Sequence[str]) -> Tally:
    """Compare the letters in the mailbox with those that had to be written, by what they say.

    A letter that says again what another said, or what nobody was to be told, is one too many.
    """
    expected = set(wanted)
    return Tally(
        lost=len(expected - set(arrived)),
        doubled=len(arrived) - len(expected & set(arrived)),
    )


def unique(records: Iterable[Seen]) -> list[Seen]:
    """Give the first occurrence of each event, in order."""
    first: dict[str, Seen] = {}
    for record in records:
        first.setdefault(record.id, record)
    return list(first.values())


def percentile(values: Sequence[float], share: float) -> float | None:
    """Give the smallest value that is not exceeded by this share of them (nearest rank)."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def _compared(expected: set[str], seen: Sequence[Seen]) -> Tally:
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in unique(seen):
        by_key[each.topic, each.subject].append(each.sequence)
    return Tally(
        lost=len(expected - {each.id for each in seen}),
        doubled=len(seen) - len({each.id for each in seen}),
        reordered=sum(_descents(sequences) for sequences in by_key.values()),
    )


def _first(topic: str, sequences: Sequence[int], last: int) -> int:
    """Give the lowest sequence that must be there."""
    if topic in TOPICS and TOPICS[topic].personal:
        return last  # compaction takes the earlier ones within a day
    return min(sequences) if topic in DRAFTED else 1


def _descents(sequences: Sequence[int]) -> int:
    """Count the events that came after a later one of their aggregate."""
    highest = late = 0
    for sequence in sequences:
        late += sequence < highest
        highest = max(highest, sequence)
    return late
