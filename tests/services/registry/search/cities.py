"""Cities for tests of the index, without a database."""

from typing import Any
from uuid import uuid4

from services.registry.places import fold_name
from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.documents import Document, Stand
from services.registry.search.cities.finding import CityIndex, Wanted, find
from services.registry.search.cities.schema import FORM
from services.registry.search.index import SearchIndex
from services.registry.search.pages import Place


def city(name: str, *others: str, **facts: Any) -> Document:  # noqa: ANN401 - any fact
    """Make a city of this name that is also known by others."""
    names = tuple(sorted({fold_name(each) for each in (name, *others)} - {""}))
    known = {
        "country": "DK",
        "kind": "city",
        "status": "registered",
        "population": None,
        "position": None,
        "stands": (),
        "seats": (),
        "geonames_id": None,
        "wikidata_id": None,
        "version": 1,
    }
    return Document(id=f"cty_{uuid4().hex}", name=name, names=names, **(known | facts))


def stands(*each: tuple[str, int, int]) -> tuple[Stand, ...]:
    return tuple(Stand(*one) for one in each)


def index_of(*cities: Document) -> CityIndex:
    index: CityIndex = SearchIndex(FORM)
    index.change(cities)
    return index


def names(index: CityIndex, wanted: Wanted | Criteria | str) -> list[str]:
    """Give the names of the first page."""
    if isinstance(wanted, str):
        wanted = Wanted(Criteria(wanted), "relevance")
    if isinstance(wanted, Criteria):
        wanted = Wanted(wanted)
    return [hit.city.name for hit in find(index, wanted).hits]


def all_ids(index: CityIndex, wanted: Wanted) -> list[str]:
    """Follow the pages to the end."""
    ids: list[str] = []
    after: Place | None = None
    while True:
        page = find(index, Wanted(wanted.which, wanted.sort, wanted.limit, after))
        ids += [hit.city.id for hit in page.hits]
        if not page.more:
            return ids
        after = page.hits[-1].place
