"""How well duplicates are found: precision and recall on labelled pairs; `make eval-duplicates`.

The pairs stand in services/registry/data/duplicates, with a README that says how each was made. A
hash of a pair's group (its city) puts it into the part that the weights were corrected on, `tuned`,
or into the part that nobody looked at meanwhile, `held out`; `--errors` shows misses of the former
only.

Promises: every figure is counted in this run. A pair that shares no key of the index counts as
called `different`, whatever its score: nobody would have compared it.
    automatic precision  of the pairs called `certain`, the share that is one body
    automatic recall     of the pairs that are one body, the share called `certain`
    asked recall         of the pairs that are one body, the share called `certain` or `check`
    related asked        of the pairs of a city and the body around it, the share called `check`
    asked in vain        of the pairs of two bodies, the share called `check`
"""

import hashlib
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from benchmarks.report import Figure, at_least, finish
from services.registry.domain.duplicates.candidates import Candidate, Record, candidate_of
from services.registry.domain.duplicates.gazetteer import Gazetteer
from services.registry.domain.duplicates.index import CandidateIndex, keys_of
from services.registry.domain.duplicates.scoring import Match, Verdict, compare
from services.registry.domain.geometry import Point
from services.registry.places import PLACES_FILE, Places, load_places

PAIRS: Final = PLACES_FILE.parent / "duplicates"
PRECISION_GOAL: Final = 0.99
ASKED_GOAL: Final = 0.95
REGISTER: Final = 50_000
"""Cities that a platform of all programmes holds."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled pair and what the scorer says of it."""

    row: dict[str, Any]
    one: Candidate
    other: Candidate
    match: Match

    @property
    def verdict(self) -> Verdict:
        """What comes out in the end: records that share no key of the index are never compared."""
        return self.match.verdict if keys_of(self.one) & keys_of(self.other) else "different"

    @property
    def held_out(self) -> bool:
        """Whether the pair is of the part that nothing was tuned on."""
        return hashlib.sha256(str(self.row["group"]).encode()).digest()[0] % 2 == 1

    @property
    def same(self) -> bool:
        """Whether the label says one body."""
        return bool(self.row["label"] == "same")


def main(arguments: Sequence[str]) -> int:
    """Judge all pairs, print, write the report."""
    places = load_places()
    rows = read_pairs()
    gazetteer, bare = Gazetteer(places), Gazetteer(Places(b"", {}, {}))
    judged = [judge(row, gazetteer) for row in rows]
    if "--errors" in arguments:
        show_misses(judged)
    parts = {"tuned": False, "held out": True}
    figures = [
        figure
        for name, held_out in parts.items()
        for figure in figures_of(name, [each for each in judged if each.held_out is held_out])
    ]
    held = [each for each in judged if each.held_out]
    for made in ("written", "cldr"):
        those = [each for each in held if each.row["made"] == made]
        figures += figures_of(f"held out, {made}", those, judged=False)
    without = [judge(each.row, bare) for each in held]
    figures += figures_of("held out, no list of places", without, judged=False)
    return finish("eval-duplicates", [*figures, *speed(places, gazetteer)])


def read_pairs() -> list[dict[str, Any]]:
    """Read the labelled pairs."""
    files = sorted(PAIRS.glob("*.jsonl"))
    return [orjson.loads(line) for file in files for line in file.read_bytes().splitlines()]


def judge(row: dict[str, Any], gazetteer: Gazetteer) -> Judged:
    """Compare a pair."""
    one, other = (candidate_of(record_of(row[side], side), gazetteer) for side in ("a", "b"))
    return Judged(row, one, other, compare(one, other))


def record_of(said: dict[str, Any], id_: str) -> Record:
    """Read one side of a pair."""
    position = said.get("position")
    return Record(
        id=id_,
        names=tuple(said["names"]),
        country=said["country"],
        kind=said.get("kind", "city"),
        position=Point(*position) if position else None,
        population=said.get("population"),
        geonames_id=said.get("geonames_id"),
        wikidata_id=said.get("wikidata_id"),
    )


def figures_of(part: str, pairs: Sequence[Judged], *, judged: bool = True) -> list[Figure]:
    """Count one part; without `judged` it is for information."""
    same = [each for each in pairs if each.same]
    certain = [each for each in pairs if each.verdict == "certain"]
    related = [each for each in pairs if each.row["label"] == "related"]
    different = [each for each in pairs if each.row["label"] == "different"]
    precision = share(each.same for each in certain)
    recall = share(each.verdict != "different" for each in same)
    goals = (PRECISION_GOAL, ASKED_GOAL) if judged else (None, None)
    figures = [
        Figure(f"{part}, pairs", len(pairs), ""),
        Figure(f"{part}, one body", len(same), ""),
        Figure(f"{part}, scripts", len(scripts_of(pairs)), ""),
        _figure(f"{part}, automatic precision", precision, goals[0]),
        Figure(f"{part}, automatic matches", len(certain), ""),
        Figure(f"{part}, automatic recall", share(e.verdict == "certain" for e in same), ""),
        _figure(f"{part}, asked recall", recall, goals[1]),
    ]
    for name, those in (("related asked", related), ("asked in vain", different)):
        if those:
            asked = share(each.verdict == "check" for each in those)
            figures.append(Figure(f"{part}, {name}", asked, ""))
    return figures


def _figure(name: str, value: float, goal: float | None) -> Figure:
    return Figure(name, value, "") if goal is None else at_least(name, value, "", goal)


def share(those: Iterable[bool]) -> float:
    """Give the share of those that are true; 1 of none."""
    all_ = list(those)
    return sum(all_) / len(all_) if all_ else 1.0


def scripts_of(pairs: Iterable[Judged]) -> set[str]:
    """Name the scripts of all names."""
    text = {
        letter
        for each in pairs
        for side in "ab"
        for name in each.row[side]["names"]
        for letter in name
        if letter.isalpha()
    }
    return {unicodedata.name(letter).split(" ")[0] for letter in text}


def speed(places: Places, gazetteer: Gazetteer) -> list[Figure]:
    """Measure looking for one city among as many as a register will hold."""
    known = list(places)
    records = [
        Record(f"{round_}-{place.geonames_id}", (place.name,), place.country)
        for round_ in range(2)
        for place in known
    ][:REGISTER]
    index = CandidateIndex()
    started = time.perf_counter()
    for record in records:
        index.add(candidate_of(record, gazetteer))
    built = time.perf_counter() - started
    asked = [candidate_of(each, gazetteer) for each in records[:: REGISTER // 500]]
    times, counts = [], []
    for candidate in asked:
        started = time.perf_counter()
        found = index.matches(candidate)
        times.append(time.perf_counter() - started)
        counts.append(len(found))
    times.sort()
    return [
        Figure(f"{REGISTER:,} cities, index built", built, "s"),
        Figure(f"{REGISTER:,} cities, search p95", times[int(len(times) * 0.95)] * 1000, "ms"),
        Figure(f"{REGISTER:,} cities, matches mean", sum(counts) / len(counts), ""),
    ]


def show_misses(judged: Iterable[Judged]) -> None:
    """Print what went wrong in the tuned part; the rest is not to be looked at."""
    for each in judged:
        wanted = {"same": {"certain", "check"}, "different": {"different", "check"}}
        allowed = wanted.get(each.row["label"], {"check"})
        vain = each.row["label"] == "different" and each.verdict == "check"
        if not each.held_out and (vain or each.verdict not in allowed):
            print(each.row["label"], each.match, each.row["made"], each.row["a"], each.row["b"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
