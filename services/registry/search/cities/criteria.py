"""What is looked for, as queries of the index: filters, and the ways in which a name can match.

Promises: as few typos as needed. A text is first looked for as it is: as a whole name, as the
beginning of a name, as the beginning of a later word; only when nothing is found, with one typo,
then with two.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tantivy import FieldType, Occur, Query

from services.registry.places import fold_name
from services.registry.search.cities.documents import ACTIVE
from services.registry.search.cities.globe import Circle, box_around
from services.registry.search.cities.schema import level_term, schema, seat_terms
from services.registry.search.queries import both, either
from services.registry.search.vocabulary import ONE_TYPO_CHARS, TWO_TYPOS_CHARS


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which cities: all that are given must hold. Levels need no topic: any will do then."""

    text: str = ""
    country: str | None = None
    kinds: tuple[str, ...] = ()
    """Any of these; none given: all."""
    status: str | None = None
    topic: str | None = None
    min_seeks: int = 0
    min_offers: int = 0
    min_population: int | None = None
    max_population: int | None = None
    near: Circle | None = None
    side: str | None = None
    exchange_id: str | None = None
    """Together with a side: on that side of this exchange."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One way of matching; `likeness` is 0 to 1, what a match of this tier is worth."""

    number: int
    likeness: float
    query: Query


@dataclass(frozen=True, slots=True)
class Level:
    """The ways that allow so many typos, best first; no two find the same city."""

    tiers: tuple[Tier, ...]
    query: Query
    """What one of them finds."""


def filter_query(which: Criteria) -> Query:
    """Give the query for everything but the text."""
    parts = list(_filters(which))
    return Query.boolean_query([(Occur.Must, each) for each in parts])


def levels(text: str) -> list[Level]:
    """Give the levels for a text, fewest typos first; without a text everything matches."""
    folded = fold_name(text)
    if not folded:
        return [_alone(0, 1.0, Query.all_query())]
    whole = Query.term_query(schema(), "name", folded)
    starts, word = _starts("name", folded, 0), _starts("part", folded, 0)
    tiers = (
        Tier(0, 1.0, whole),
        Tier(1, 0.8, starts.and_must_not_match(whole)),
        Tier(2, 0.7, word.and_must_not_match(starts)),
    )
    found = [Level(tiers, either(starts, word))]
    if len(folded) >= ONE_TYPO_CHARS:
        found.append(_alone(3, 0.6, _nearly(folded, 1)))
    if len(folded) >= TWO_TYPOS_CHARS:
        found.append(_alone(4, 0.4, _nearly(folded, 2)))
    return found


def _starts(field: str, folded: str, typos: int) -> Query:
    return Query.fuzzy_term_query(schema(), field, folded, typos, prefix=True)


def _nearly(folded: str, typos: int) -> Query:
    name, part = (_starts(field, folded, typos) for field in ("name", "part"))
    return either(name, part)


def _alone(number: int, likeness: float, query: Query) -> Level:
    return Level((Tier(number, likeness, query),), query)


def _filters(which: Criteria) -> Iterator[Query]:
    statuses = list(ACTIVE) if which.status is None else [which.status]
    yield Query.term_set_query(schema(), "status", statuses)
    if which.kinds:
        yield Query.term_set_query(schema(), "kind", list(which.kinds))
    for field in ("country", "topic"):
        if (value := getattr(which, field)) is not None:
            yield Query.term_query(schema(), field, value)
    for field, level in (("seeks", which.min_seeks), ("offers", which.min_offers)):
        if level:
            yield Query.term_query(schema(), field, level_term(which.topic or "", level))
    yield from _seat_filters(which)
    if which.min_population is not None or which.max_population is not None:
        low, high = which.min_population, which.max_population
        yield Query.range_query(schema(), "population", FieldType.Unsigned, low, high)
    if which.near is not None:
        yield _box_query(which.near)


def _seat_filters(which: Criteria) -> Iterator[Query]:
    if which.exchange_id is not None:
        any_side, this_side = seat_terms(which.exchange_id, which.side or "")
        yield Query.term_query(schema(), "seat", this_side if which.side else any_side)
    elif which.side is not None:
        yield Query.term_query(schema(), "side", which.side)


def _box_query(circle: Circle) -> Query:
    box = box_around(circle)
    latitudes = _between("latitude", box.south, box.north)
    stretches = [_between("longitude", west, east) for west, east in box.stretches]
    return both(latitudes, either(*stretches))


def _between(field: str, low: float, high: float) -> Query:
    return Query.range_query(schema(), field, FieldType.Float, low, high)
