"""Whom to compare a record with: records that share a key, among tens of thousands.

Promises: two records that `compare` does not call `different` share a key in all but rare cases
(the evaluation prints the share); keys depend on names, country and ids only, so that they change
when those do; and on the rules of this folder, whose number is `RULES`: keys that are kept are made
anew when it is another.

A key is a place that the record may be, its Wikidata id, its name in Latin letters, or its
consonants in a country with any one of them left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.registry.domain.duplicates.candidates import Candidate
from services.registry.domain.duplicates.gazetteer import SOVEREIGNS
from services.registry.domain.duplicates.names import Name, skeleton_of
from services.registry.domain.duplicates.scoring import Match, compare

RULES: Final = 1
"""Counts changes of what the keys are: of names, words around them, the list of places, or this."""

_SKELETON_CHARS: Final = 4
"""Shorter ones, with one left out, are those of half a country's names."""

_MAX_KEYS: Final = 200
"""Bounds the query that asks for them; a city with names in fifty languages has some 150."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record that may be the same body."""

    candidate: Candidate
    match: Match


@dataclass(frozen=True, slots=True)
class CandidateIndex:
    """Records by their keys, in memory: for imports and for measuring."""

    by_key: dict[str, set[str]] = field(default_factory=dict)
    candidates: dict[str, Candidate] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.candidates)

    def add(self, candidate: Candidate) -> None:
        """Hold a record, in place of what was held under its id."""
        id_ = candidate.record.id
        self.remove(id_)
        self.candidates[id_] = candidate
        for key in keys_of(candidate):
            self.by_key.setdefault(key, set()).add(id_)

    def remove(self, id_: str) -> None:
        """Forget a record; one that is not held is no error."""
        candidate = self.candidates.pop(id_, None)
        for key in keys_of(candidate) if candidate else ():
            holders = self.by_key[key]
            holders.discard(id_)
            if not holders:
                del self.by_key[key]

    def matches(self, candidate: Candidate) -> tuple[Found, ...]:
        """Give the other records that may be the same body, best first."""
        ids = {id_ for key in keys_of(candidate) for id_ in self.by_key.get(key, ())}
        others = (self.candidates[id_] for id_ in ids - {candidate.record.id})
        return ranked(candidate, others)


def ranked(candidate: Candidate, others: Iterable[Candidate]) -> tuple[Found, ...]:
    """Compare a record with others and give those that may be the same body, best first."""
    found = (Found(each, compare(candidate, each)) for each in others)
    likely = (each for each in found if each.match.verdict != "different")
    return tuple(sorted(likely, key=lambda each: (-each.match.score, each.candidate.record.id)))


def keys_of(candidate: Candidate) -> frozenset[str]:
    """Give the keys of a record."""
    record = candidate.record
    country = SOVEREIGNS.get(record.country, record.country)
    keys = {f"p:{each}" for each in candidate.bearers}
    if record.wikidata_id:
        keys.add(f"w:{record.wikidata_id}")
    for name in candidate.names:
        keys |= _name_keys(name, country)
    return frozenset(sorted(keys)[:_MAX_KEYS])


def _name_keys(name: Name, country: str) -> set[str]:
    skeleton = skeleton_of(name.latin)
    keys = {f"n:{name.latin}", f"s:{country}:{skeleton}"}
    if len(skeleton) >= _SKELETON_CHARS:
        shorter = (skeleton[:at] + skeleton[at + 1 :] for at in range(len(skeleton)))
        keys |= {f"s:{country}:{each}" for each in shorter}
    return keys
