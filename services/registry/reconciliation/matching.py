"""Candidates for a name, scored.

Promises: scores are 0 to 100 and say how a name fits: 100 is the whole name as written, 60 has one
typo. A country narrows the search; an id of GeoNames or Wikidata that agrees makes certain, one
that contradicts rules out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.registry.places import fold_name
from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.documents import Document
from services.registry.search.cities.finding import CityIndex, Hit, Wanted, find

_CERTAIN: Final = 100.0
_LOOKED_AT: Final = 100
"""Candidates that are scored; cities of one name in one country are fewer."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: a name, of which types, and ids and country as far as they are known."""

    name: str
    kinds: tuple[str, ...] = ()
    limit: int = 10
    country: str | None = None
    geonames_id: str | None = None
    wikidata_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A city that may be meant."""

    city: Document
    score: float
    match: bool


def candidates(index: CityIndex, sought: Sought) -> list[Candidate]:
    """Give the candidates, best first, at most so many as are wanted.

    Raises:
        IndexBrokenError: the index is to be built anew.
    """
    if not fold_name(sought.name):
        return []
    which = Criteria(text=sought.name, kinds=sought.kinds, country=sought.country)
    hits = find(index, Wanted(which, "relevance", max(_LOOKED_AT, sought.limit))).hits
    known = [hit for hit in hits if not _contradicted(hit.city, sought)]
    agreeing = [hit for hit in known if _agrees(hit.city, sought)]
    whole = [hit for hit in known if hit.likeness == 1]
    certain = agreeing or whole
    match = certain[0].city.id if len(certain) == 1 else None
    scored = [(_score(hit, sought), hit) for hit in known]
    ranked = sorted(scored, key=lambda each: -each[0])[: sought.limit]
    return [Candidate(hit.city, score, hit.city.id == match) for score, hit in ranked]


def _score(hit: Hit, sought: Sought) -> float:
    return _CERTAIN if _agrees(hit.city, sought) else round(hit.likeness * 100, 1)


def _ids(city: Document, sought: Sought) -> Sequence[tuple[str, str]]:
    """Pair the ids that both sides know."""
    pairs = ((sought.geonames_id, city.geonames_id), (sought.wikidata_id, city.wikidata_id))
    return [(str(one), str(other)) for one, other in pairs if one and other]


def _agrees(city: Document, sought: Sought) -> bool:
    pairs = _ids(city, sought)
    return bool(pairs) and all(one == other for one, other in pairs)


def _contradicted(city: Document, sought: Sought) -> bool:
    return any(one != other for one, other in _ids(city, sought))
