"""Good practices for tests of the index, without a database."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from services.registry.search.index import SearchIndex
from services.registry.search.pages import Place
from services.registry.search.practices.criteria import PracticeCriteria
from services.registry.search.practices.documents import PracticeDocument
from services.registry.search.practices.finding import (
    PracticeIndex,
    PracticesWanted,
    find_practices,
)
from services.registry.search.practices.prose import composed
from services.registry.search.practices.schema import FORM


def practice(
    title: str,
    *,
    problem: str = "A problem",
    solution: str = "A way",
    **facts: Any,  # noqa: ANN401 - any fact
) -> PracticeDocument:
    """Make a published practice of this title."""
    parts = {"title": title, "problem": problem, "solution": solution}
    parts |= {name: facts.pop(name) for name in ("evidence", "cost") if name in facts}
    known = {
        "city_id": "cty_" + "0" * 32,
        "city": "Riga",
        "country": "LV",
        "status": "published",
        "topics": (),
        "labels": (),
        "languages": (),
        "published_at": None,
        "recheck_on": None,
        "illustrative": False,
        "version": 1,
    }
    told = tuple((name, composed(text)) for name, text in parts.items())
    return PracticeDocument(id=f"gpr_{uuid4().hex}", parts=told, **(known | facts))  # type: ignore[arg-type]


def index_of(*practices: PracticeDocument) -> PracticeIndex:
    index: PracticeIndex = SearchIndex(FORM)
    index.change(practices)
    return index


def titles(index: PracticeIndex, wanted: PracticesWanted | PracticeCriteria | str) -> list[str]:
    """Give the titles of the first page."""
    if isinstance(wanted, str):
        wanted = PracticeCriteria(wanted)
    if isinstance(wanted, PracticeCriteria):
        wanted = PracticesWanted(wanted, "relevance" if wanted.text else "title")
    return [hit.practice.title for hit in find_practices(index, wanted).hits]


def all_ids(index: PracticeIndex, wanted: PracticesWanted) -> list[str]:
    """Follow the pages to the end."""
    ids: list[str] = []
    after: Place | None = None
    while True:
        page = find_practices(index, replace(wanted, after=after))
        ids += [hit.practice.id for hit in page.hits]
        if not page.more:
            return ids
        after = page.hits[-1].place
