"""Finding cities page by page: order, distance, facets, and where the next page begins.

Promises: every city that stays as it is comes exactly once, in an order without ties; the total and
the facets count all that is found, not just the page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from tantivy import Query

from services.registry.search.cities.criteria import (
    Criteria,
    Level,
    Tier,
    filter_query,
    levels,
)
from services.registry.search.cities.documents import Document
from services.registry.search.cities.globe import Circle, distances_km
from services.registry.search.cities.schema import schema
from services.registry.search.index import SearchIndex
from services.registry.search.orders import key_of
from services.registry.search.pages import ID_CHARS, Found, Place
from services.registry.search.queries import both
from services.registry.search.view import View

Sort = Literal["relevance", "name", "population", "distance"]
FacetName = Literal["country", "kind", "topic", "side"]

_METRE_DIGITS: Final = 8
"""Half the earth's circumference is 20,015,087 m."""

_MEASURED: Final = re.compile(f"[0-9]{{{_METRE_DIGITS}}}cty_[0-9a-f]{{32}}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page of a search; `after` is the place of the last city of the page before."""

    which: Criteria
    sort: Sort = "name"
    limit: int = 50
    after: Place | None = None
    facets: Sequence[FacetName] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A city that was found; `likeness` is 1 for a whole name without typos, less for less."""

    city: Document
    place: Place
    likeness: float
    metres: int | None = None
    """From the centre of the circle, where one was given."""


CityIndex = SearchIndex[Document]


def find(index: CityIndex, wanted: Wanted) -> Found[Hit]:
    """Find a page of cities.

    Raises:
        IndexBrokenError: the index is to be built anew. ValueError: `after` is of another search.
    """
    search = _search(index.view(), wanted)
    waiting = _still_to_try(levels(wanted.which.text), wanted.sort, wanted.after)
    _require_place(search.view, wanted)
    level, hits = waiting[0], search.level(waiting[0])
    for each in () if wanted.after else waiting[1:]:
        if not hits:
            level, hits = each, search.level(each)
    page = Found(hits[: wanted.limit], len(hits) > wanted.limit)
    if not wanted.facets:
        return page
    total, facets = search.view.counted(both(search.filters, level.query), wanted.facets)
    return replace(page, total=total, facets=facets)


def _still_to_try(known: list[Level], sort: Sort, after: Place | None) -> list[Level]:
    """Give the levels that a page is looked for in; only by relevance are their tiers apart."""
    if after is None:
        return known
    for level in known:
        tiers = level.tiers if sort == "relevance" else level.tiers[:1]
        if any(tier.number == after.tier for tier in tiers):
            return [level]
    raise ValueError("no such tier")


def _require_place(view: View[Document], wanted: Wanted) -> None:
    """Let pass what can be the place of a city in this order."""
    if wanted.after is None:
        return
    if wanted.sort != "distance":
        order = "population" if wanted.sort == "relevance" else wanted.sort
        key_of(view.form.orders, f"by_{order}", wanted.after.text)
    elif not _MEASURED.fullmatch(wanted.after.text):
        raise ValueError("no place in this order")


@dataclass(frozen=True, slots=True)
class _Search:
    view: View[Document]
    wanted: Wanted
    filters: Query
    distances: dict[int, int] | None
    """Metres by slot of all in the circle that pass the filters."""

    def level(self, level: Level) -> list[Hit]:
        """Find one hit more than the page takes, with as many typos as the level allows."""
        sort, limit = self.wanted.sort, self.wanted.limit
        if sort == "distance":
            return self._by_distance(level)
        if sort != "relevance":
            tier = replace(level.tiers[0], query=level.query)
            return self._tier(tier, f"by_{sort}", limit + 1)
        first = self.wanted.after.tier if self.wanted.after else 0
        hits: list[Hit] = []
        for tier in level.tiers:
            if tier.number >= first and len(hits) <= limit:
                hits += self._tier(tier, "by_population", limit + 1 - len(hits))
        return hits

    def _tier(self, tier: Tier, order: str, limit: int) -> list[Hit]:
        after = self.wanted.after
        behind = after.text if after and after.tier == tier.number else None
        texts = self.view.read(both(self.filters, tier.query), order, behind, limit)
        found = ((self.view.shown.get(text[-ID_CHARS:]), text) for text in texts)
        return [self._hit(city, tier, text) for city, text in found if city]

    def _hit(self, city: Document, tier: Tier, text: str, metres: int | None = None) -> Hit:
        return Hit(city, Place(tier.number, text), tier.likeness, metres)

    def _by_distance(self, level: Level) -> list[Hit]:
        metres, after = self.distances or {}, self.wanted.after
        slots = self.view.slots(both(self.filters, level.query))
        texts = sorted(f"{metres[slot]:0{_METRE_DIGITS}d}{self.view.ids[slot]}" for slot in slots)
        found = [
            (self.view.shown.get(text[-ID_CHARS:]), text)
            for text in texts
            if after is None or text > after.text
        ]
        return [
            self._hit(city, level.tiers[0], text, int(text[:_METRE_DIGITS]))
            for city, text in found[: self.wanted.limit + 1]
            if city
        ]


def _search(view: View[Document], wanted: Wanted) -> _Search:
    filters = filter_query(wanted.which)
    if wanted.which.near is None:
        return _Search(view, wanted, filters, None)
    slots, metres = _inside(view, filters, wanted.which.near)
    inside = Query.term_set_query(schema(), "slot", slots)
    return _Search(view, wanted, inside, dict(zip(slots, metres, strict=True)))


def _inside(view: View[Document], query: Query, circle: Circle) -> tuple[list[int], list[int]]:
    """Give the slots of what the query finds in the circle, and their distances in metres."""
    slots, latitudes, longitudes = view.values(query, ("slot", "latitude", "longitude"))
    km = distances_km(circle.centre, latitudes, longitudes)
    near = km <= circle.radius_km
    metres = np.rint(km[near] * 1000).astype(int)
    return slots[near].astype(int).tolist(), metres.tolist()
