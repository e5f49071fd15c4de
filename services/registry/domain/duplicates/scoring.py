"""Whether two records stand for one body: a score from 0 to 1, a verdict, and the reasons.

Each reason carries weight in bits: 1 doubles the odds that the two are one, -1 halves them. The
weights are judgement, set before the labelled set was looked at and corrected on its tuned part
only (`make eval-duplicates`). Some reasons also bar the verdict `certain`, whatever the sum: two
records that differ in kind are put before a person.
Promises: symmetric, and `certain` never on likeness of names alone.

Source: I. P. Fellegi, A. B. Sunter, "A theory for record linkage", JASA 64 (1969), 1183-1210.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from services.registry.domain.duplicates.candidates import (
    CONFIRMING_RATIO,
    KNOWN_CITY_PEOPLE,
    SAME_PLACE_RATIO,
    Candidate,
    point_of,
    ratio_of,
)
from services.registry.domain.duplicates.gazetteer import related
from services.registry.domain.duplicates.names import Name, alike, contains_words, same_letters
from services.registry.domain.geometry import Point, distance_km
from services.registry.places import Place

Verdict = Literal["certain", "check", "different"]
Reason = Literal[
    "same_geonames_id",
    "other_geonames_id",
    "same_wikidata_id",
    "other_wikidata_id",
    "same_place",
    "perhaps_same_place",
    "other_place",
    "nearly_name_of_place",
    "same_name",
    "name_contained",
    "similar_name",
    "other_name",
    "other_country",
    "related_country",
    "near",
    "not_far",
    "far",
    "same_population",
    "similar_population",
    "other_population",
    "other_scope",
]

PRIOR_BITS: Final = -2.0
"""Of two records that share a key of the index, one pair in five is one body."""

CERTAIN_BITS: Final = 6.0
"""Odds of 64 to 1: what a shared place of renown reaches, and a shared name close by."""

CHECK_BITS: Final = -1.0
"""Odds of 1 to 2: asking a person costs a minute, a duplicate costs for years."""

CHECK_CEILING: Final = 0.98
"""No score of a `check` is above that of a `certain`, which begins at 0.985."""

NEAR_KM: Final = 10
NOT_FAR_KM: Final = 30
FAR_KM: Final = 60
VERY_FAR_KM: Final = 150
"""The same city's middle as two sources put it; a large city's edge; surely elsewhere."""

_SIMILAR: Final = 0.85
_ALIKE: Final = 0.75
"""Likeness of names: a slip of the pen in seven letters; a transliteration in another language."""

_SOUNDING_ALIKE: Final = 0.65
"""The same across scripts, whose transliterations are rougher."""

_CLOSE_RATIO: Final = 1.25
"""Two counts of one city within some years."""

_SUBURBS_RATIO: Final = 2.0
"""More than that between a city with its suburbs and without is rare."""

_VERY_OTHER_RATIO: Final = 10.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason, its weight, and whether it bars certainty."""

    reason: Reason
    bits: float
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The answer: `score` is the estimated probability that the two are one body."""

    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


def compare(one: Candidate, other: Candidate) -> Match:
    """Weigh everything that is known of two records."""
    evidence = tuple(_evidence(one, other))
    bits = PRIOR_BITS + sum(each.bits for each in evidence)
    reasons = tuple(each.reason for each in evidence)
    score = round(1 / (1 + 2**-bits), 4)
    if bits < CHECK_BITS:
        return Match(score, "different", reasons)
    if bits < CERTAIN_BITS or any(each.doubt for each in evidence):
        return Match(min(score, CHECK_CEILING), "check", reasons)
    return Match(score, "certain", reasons)


def _evidence(one: Candidate, other: Candidate) -> Iterator[Evidence]:
    yield from _ids(one, other)
    placed, named = _places(one, other), _names(one, other)
    if placed:
        yield placed
    if placed is None or (placed.bits < 0 < named.bits):
        yield named
    one_name = named.reason != "other_name" or (placed is not None and placed.bits > 0)
    yield from _countries(one, other, one_name=one_name)
    away, own = _distance(one, other), one.record.position and other.record.position
    if away is not None and (own or placed is None or placed.bits < 0):
        yield _by_distance(away, known=bool(own))
    ratio = ratio_of(one.record.population, other.record.population)
    if ratio is not None:
        yield from _by_ratio(ratio)
    if one.scope != other.scope:
        yield Evidence("other_scope", -1, doubt=True)


def _ids(one: Candidate, other: Candidate) -> Iterator[Evidence]:
    ids = (one.record.geonames_id, other.record.geonames_id)
    if None not in ids:
        same = ids[0] == ids[1]
        yield (
            Evidence("same_geonames_id", 12)
            if same
            else Evidence("other_geonames_id", -3, doubt=True)
        )
    items = (one.record.wikidata_id, other.record.wikidata_id)
    if None not in items:
        same = items[0] == items[1]
        yield (
            Evidence("same_wikidata_id", 12)
            if same
            else Evidence("other_wikidata_id", -6, doubt=True)
        )


def _places(one: Candidate, other: Candidate) -> Evidence | None:
    """Weigh the places that the two may be; None where that says nothing."""
    shared = [place for place in one.places if place in other.places]
    hinted = "hint" in {one.ground, other.ground}
    if shared and hinted:
        return Evidence("nearly_name_of_place", 3, doubt=True)
    if one.place and one.place == other.place:
        return Evidence("same_place", _same_place_bits(one, other, one.place))
    if shared:
        return Evidence("perhaps_same_place", 3)
    if not (one.places and other.places) or hinted:
        return None
    return Evidence("other_place", -6, doubt=True)


def _same_place_bits(one: Candidate, other: Candidate, place: Place) -> float:
    sure = "name" not in {one.ground, other.ground}
    cities = one.scope == other.scope == "city"
    return 8 if cities and (sure or place.population >= KNOWN_CITY_PEOPLE) else 5


def _names(one: Candidate, other: Candidate) -> Evidence:
    """Weigh the two names that are most alike."""
    pairs = [(mine, theirs) for mine in one.names for theirs in other.names]
    if any(same_letters(mine, theirs, whole=True) for mine, theirs in pairs):
        return Evidence("same_name", 4)
    bare = [(x.detail, y.detail) for x, y in pairs if same_letters(x, y, whole=False)]
    if ("", "") in bare:
        return Evidence("same_name", 4)
    if bare:
        return Evidence("name_contained", 2 if "" in bare[0] else 0, doubt=True)
    return _by_likeness(pairs)


def _by_likeness(pairs: list[tuple[Name, Name]]) -> Evidence:
    best = max((alike(mine, theirs) for mine, theirs in pairs), default=0.0)
    if best >= _SIMILAR:
        return Evidence("similar_name", 3, doubt=True)
    if any(contains_words(mine.latin, theirs.latin) for mine, theirs in pairs):
        return Evidence("name_contained", 2, doubt=True)
    foreign = any(mine.foreign or theirs.foreign for mine, theirs in pairs)
    if best >= (_SOUNDING_ALIKE if foreign else _ALIKE):
        return Evidence("similar_name", 1, doubt=True)
    return Evidence("other_name", -3 if foreign else -5, doubt=True)


def _countries(one: Candidate, other: Candidate, *, one_name: bool) -> Iterator[Evidence]:
    countries = (one.record.country, other.record.country)
    if related(*countries):
        yield Evidence("related_country", -1, doubt=True)
    elif countries[0] != countries[1]:
        away = _distance(one, other)
        border = one_name and away is not None and away <= NOT_FAR_KM
        yield Evidence("other_country", -4 if border else -9, doubt=True)


def _distance(one: Candidate, other: Candidate) -> float | None:
    here, there = _position(one), _position(other)
    return distance_km(here, there) if here and there else None


def _position(each: Candidate) -> Point | None:
    """Give where a record says it is, else where the place is that its name means."""
    return each.record.position or (point_of(each.place) if each.place else None)


def _by_distance(away: float, *, known: bool) -> Evidence:
    if away <= NEAR_KM:
        return Evidence("near", 4 if known else 2)
    if away <= NOT_FAR_KM:
        return Evidence("not_far", 2)
    if away <= FAR_KM:
        return Evidence("far", 0, doubt=True)
    return Evidence("far", -4 if away <= VERY_FAR_KM else -8, doubt=True)


def _by_ratio(ratio: float) -> Iterator[Evidence]:
    if ratio <= CONFIRMING_RATIO:
        yield Evidence("same_population", 3 if ratio <= _CLOSE_RATIO else 1)
    elif ratio > _VERY_OTHER_RATIO:
        yield Evidence("other_population", -4, doubt=True)
    elif ratio > SAME_PLACE_RATIO:
        yield Evidence("other_population", -2, doubt=True)
    elif ratio > _SUBURBS_RATIO:
        yield Evidence("other_population", -1)
