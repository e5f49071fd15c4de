"""Bits of sentences that all reasons share: names, points, numbers, lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matching.solver.problem import ONE_POINT, Pair

MAX_SHOWN = 3
"""Pairs, parts or alternatives in one sentence: more are counted."""


@dataclass(frozen=True, slots=True)
class Names:
    """What cities and topics are called; an id without a name stays as it is."""

    cities: Mapping[str, str]
    topics: Mapping[str, str]

    def city(self, city_id: str) -> str:
        """Give a city's name."""
        return self.cities.get(city_id, city_id)

    def pair(self, pair: Pair) -> str:
        """Give both names of a pair."""
        return f"{self.city(pair.eu_city_id)} with {self.city(pair.partner_city_id)}"

    def topic(self, code: str | None) -> str:
        """Give a topic's label."""
        return self.topics.get(code or "", code or "")


def points_in_words(points: int) -> str:
    """Give integer units as points, of which a perfect pair has 100."""
    shown = decimal(points)
    return f"{shown} point" if shown == "1" else f"{shown} points"


def decimal(points: int) -> str:
    """Give points with one decimal, if it is not 0."""
    return f"{points / ONE_POINT:.1f}".removesuffix(".0")


_PARTS = {
    "peer": "challenges in common",
    "size": "similar size",
    "language": "a common language",
    "zone": "close time zones",
    "project": "ongoing projects",
    "maturity": "similar experience of cooperation",
    "preference": "preferred countries",
    "novelty": "a first cooperation",
}


def part_name(name: str, names: Names) -> str:
    """Give what a part of a score, or a weight, is about."""
    code = name.removeprefix("topic:")
    return _PARTS.get(name, name) if code == name else names.topic(code)


def listed(words: Sequence[str]) -> str:
    """Join some words; of many the first are given and the others counted."""
    shown = list(words[:MAX_SHOWN])
    if len(words) > MAX_SHOWN:
        shown.append(f"{len(words) - MAX_SHOWN} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def number(count: int, what: str) -> str:
    """Count something."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def are(count: int) -> str:
    """Give the verb that goes with a number."""
    return "is" if count == 1 else "are"


def counted(count: int, one: str, many: str) -> str:
    """Count something whose plural is its own word."""
    return f"{count} {one if count == 1 else many}"


def joined(words: Sequence[str], by: str) -> str:
    """Join all words, the last one by a word of its own."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {by} {words[-1]}"
