"""Which good practices are looked for, as queries of the index: filters, and what words are worth.

Promises: what a match is worth depends on the practice and the query alone, never on what else the
index holds, so that pages follow each other while practices come and go. As few typos as needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from tantivy import FieldType, Query

from services.registry.search.practices.documents import PUBLISHED
from services.registry.search.practices.prose import asked_words, terms_of
from services.registry.search.practices.schema import GROUPS, practice_schema
from services.registry.search.queries import both, either
from services.registry.search.vocabulary import (
    ONE_TYPO_CHARS,
    TWO_TYPOS_CHARS,
    Vocabulary,
    fold_word,
)

_RELATED: Final = 0.9
"""Another form of the word: `cycling` for `cycle`."""
_BEGUN: Final = 0.8
"""A word that begins so: the last one asked for may not be typed to its end."""
_TYPOS: Final = {1: 0.6, 2: 0.4}
_BEST: Final = sum(GROUPS.values())
"""A word that stands in every part as it is asked for."""


@dataclass(frozen=True, slots=True)
class PracticeCriteria:
    """Which practices: all that are given must hold.

    `readable` are the cities whose practices are found when they aren't published; None: of all.
    """

    text: str = ""
    topic: str | None = None
    country: str | None = None
    city_id: str | None = None
    language: str | None = None
    status: str | None = PUBLISHED
    """None: any."""
    due_until: date | None = None
    readable: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Level:
    """A way of matching words: so many typos each, or `any_word` of them instead of all."""

    number: int
    typos: int = 0
    any_word: bool = False


EXACT: Final = Level(0)
LEVELS: Final = (EXACT, Level(1, typos=1), Level(2, typos=2), Level(3, any_word=True))
"""Tried one after the other until something is found."""


def filter_query(which: PracticeCriteria) -> Query:
    """Give the query for everything but the text."""
    return both(*_filters(which))


def text_query(text: str, level: Level, vocabulary: Vocabulary) -> Query | None:
    """Give the query for a text; its scores are 0 to `most_score`. None: as the level before."""
    words = asked_words(text)
    if not words:
        return Query.all_query() if level is EXACT else None
    if level.typos and not any(typos_of(word, level) == level.typos for word in words):
        return None
    if level.any_word and len(words) == 1:
        return None
    queries = [_word_query(word, level, vocabulary, begun=word == words[-1]) for word in words]
    return either(*queries) if level.any_word else both(*queries)


def most_score(text: str) -> float:
    """Give the score of a practice in which every word of the text stands everywhere."""
    return _BEST * max(1, len(asked_words(text)))


def typos_of(word: str, level: Level) -> int:
    """Give how many typos a level allows in a word: fewer in short ones, none in signs."""
    folded = fold_word(word)
    if " " in terms_of(word) or len(folded) < ONE_TYPO_CHARS:
        return 0
    return min(level.typos, 1) if len(folded) < TWO_TYPOS_CHARS else level.typos


def _word_query(word: str, level: Level, vocabulary: Vocabulary, *, begun: bool) -> Query:
    typos, schema = typos_of(word, level), practice_schema()
    signs = terms_of(word).split(" ")
    folded, related = fold_word(word), sorted(vocabulary.related(word))
    found: list[Query] = []
    for field, worth in GROUPS.items():
        if len(signs) > 1:
            found.append(
                Query.const_score_query(Query.phrase_query(schema, field, list(signs)), worth)
            )
            continue
        ways = [(Query.term_query(schema, field, folded), 1.0)]
        if related:
            ways.append((Query.term_set_query(schema, field, related), _RELATED))
        if begun and not typos:
            ways.append((Query.fuzzy_term_query(schema, field, folded, 0, prefix=True), _BEGUN))
        if typos:
            near = Query.fuzzy_term_query(schema, field, folded, typos, prefix=begun)
            ways.append((near, _TYPOS[typos]))
        found.append(
            Query.disjunction_max_query(
                [Query.const_score_query(query, worth * part) for query, part in ways]
            )
        )
    return either(*found)


def _filters(which: PracticeCriteria) -> Iterator[Query]:
    schema = practice_schema()
    yield _status_filter(which)
    for field in ("topic", "country", "city_id", "language"):
        if (value := getattr(which, field)) is not None:
            yield Query.term_query(schema, field, value)
    if which.due_until is not None:
        until = which.due_until.toordinal()
        yield Query.range_query(schema, "due", FieldType.Unsigned, 0, until)


def _status_filter(which: PracticeCriteria) -> Query:
    schema = practice_schema()
    published = Query.term_query(schema, "status", PUBLISHED)
    if which.status == PUBLISHED or (which.status is None and which.readable == frozenset()):
        return published
    asked = Query.all_query()
    if which.status is not None:
        asked = Query.term_query(schema, "status", which.status)
    if which.readable is None:
        return asked
    own = both(asked, Query.term_set_query(schema, "city_id", sorted(which.readable)))
    return own if which.status is not None else either(published, own)
