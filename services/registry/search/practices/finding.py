"""Finding good practices page by page: order, facets, and where the next page begins.

Promises: every practice that stays as it is comes exactly once, in an order without ties; the total
and the facets count all that is found and may be read, not just the page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Final, Literal

from tantivy import Query

from services.registry.search.index import SearchIndex
from services.registry.search.orders import key_of
from services.registry.search.pages import ID_CHARS, Found, Place
from services.registry.search.practices.criteria import (
    LEVELS,
    Level,
    PracticeCriteria,
    filter_query,
    most_score,
    text_query,
)
from services.registry.search.practices.documents import PracticeDocument
from services.registry.search.practices.snippets import Marker, Snippet, marker, snippets
from services.registry.search.queries import both
from services.registry.search.view import View

PracticeSort = Literal["relevance", "title", "newest", "recheck"]
PracticeFacet = Literal["country", "topic", "language", "status"]

PracticeIndex = SearchIndex[PracticeDocument]

_SCALE: Final = 10_000
"""Scores are told apart by four digits."""
_SCORE_DIGITS: Final = 5
_SCORED: Final = re.compile(f"[0-9]{{{_SCORE_DIGITS}}}gpr_[0-9a-f]{{32}}")


@dataclass(frozen=True, slots=True)
class PracticesWanted:
    """One page of a search; `after` is the place of the last practice of the page before."""

    which: PracticeCriteria
    sort: PracticeSort = "newest"
    limit: int = 50
    after: Place | None = None
    facets: Sequence[PracticeFacet] = ()


@dataclass(frozen=True, slots=True)
class PracticeHit:
    """A practice that was found; `likeness` is 0 to 1: how much of it says what was asked for."""

    practice: PracticeDocument
    place: Place
    likeness: float | None
    snippets: Sequence[Snippet]


def find_practices(index: PracticeIndex, wanted: PracticesWanted) -> Found[PracticeHit]:
    """Find a page of practices.

    Raises:
        IndexBrokenError: the index is to be built anew. ValueError: `after` is of another search.
    """
    view, which = index.view(), wanted.which
    _require_place(view, wanted)
    filters = filter_query(which)
    rows: list[tuple[PracticeDocument, Place]] = []
    level, query = LEVELS[0], filters
    for level, query in _ways(view, wanted, filters):
        rows = _rows(view, query, wanted, level)
        if rows:
            break
    shown = rows[: wanted.limit]
    found = marker(which.text, level, view.vocabulary, [practice for practice, _ in shown])
    hits = [_hit(wanted, found, practice, place) for practice, place in shown]
    page = Found(hits, len(rows) > wanted.limit)
    if not wanted.facets:
        return page
    total, facets = view.counted(query, wanted.facets)
    return replace(page, total=total, facets=facets)


def _require_place(view: View[PracticeDocument], wanted: PracticesWanted) -> None:
    """Let pass what can be a place, also where the level that it names has nothing to look for."""
    if wanted.after is None:
        return
    if wanted.sort != "relevance":
        key_of(view.form.orders, f"by_{wanted.sort}", wanted.after.text)
    elif not _SCORED.fullmatch(wanted.after.text):
        raise ValueError("no place in this order")


def _ways(
    view: View[PracticeDocument], wanted: PracticesWanted, filters: Query
) -> Iterator[tuple[Level, Query]]:
    """Give the levels to try; a page that goes on stays on the level that it began with."""
    text, after = wanted.which.text, wanted.after
    known = [level for level in LEVELS if after is None or level.number == after.tier]
    if not known:
        raise ValueError("no such tier")
    for level in known:
        query = text_query(text, level, view.vocabulary)
        if query is not None:
            yield level, _filtered(filters, query)


def _filtered(filters: Query, query: Query) -> Query:
    """Let the filters count nothing: a score is of words only."""
    return both(Query.const_score_query(filters, 0.0), query)


def _rows(
    view: View[PracticeDocument], query: Query, wanted: PracticesWanted, level: Level
) -> list[tuple[PracticeDocument, Place]]:
    """Give one practice more than the page takes."""
    after = wanted.after.text if wanted.after else None
    if wanted.sort == "relevance":
        texts = _by_score(view, query, wanted, after)
    else:
        texts = view.read(query, f"by_{wanted.sort}", after, wanted.limit + 1)
    found = ((view.shown.get(text[-ID_CHARS:]), text) for text in texts)
    return [(practice, Place(level.number, text)) for practice, text in found if practice]


def _by_score(
    view: View[PracticeDocument], query: Query, wanted: PracticesWanted, after: str | None
) -> list[str]:
    unit = _SCALE / most_score(wanted.which.text)
    scored = view.scored(query)
    texts = (f"{_SCALE - round(score * unit):0{_SCORE_DIGITS}d}{id_}" for score, id_ in scored)
    return nsmallest(wanted.limit + 1, (text for text in texts if after is None or text > after))


def _hit(
    wanted: PracticesWanted, found: Marker | None, practice: PracticeDocument, place: Place
) -> PracticeHit:
    likeness = None
    if wanted.sort == "relevance":
        likeness = (_SCALE - int(place.text[:_SCORE_DIGITS])) / _SCALE
    return PracticeHit(practice, place, likeness, snippets(practice, found) if found else ())
