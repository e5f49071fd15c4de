"""What the index finds of good practices, in which order, and how it shows why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.registry.search.pages import Place
from services.registry.search.practices.criteria import PracticeCriteria
from services.registry.search.practices.documents import Label
from services.registry.search.practices.finding import (
    PracticeFacet,
    PracticeIndex,
    PracticeSort,
    PracticesWanted,
    find_practices,
)
from services.registry.search.practices.snippets import MOST_CHARS, Snippet
from tests.services.registry.search.practices import all_ids, index_of, practice, titles

TEXT = st.text(max_size=60)
OWN, OTHER = "cty_" + "1" * 32, "cty_" + "2" * 32
CYCLING, MOBILITY = Label("en", "Cycling"), Label("de", "Radverkehr")


@pytest.fixture(scope="module")
def index() -> PracticeIndex:
    return index_of(
        practice("Wider cycle lanes", problem="Cyclists were crowded out", languages=("en",)),
        practice("Les écoles économes", problem="Chauffer les bâtiments", languages=("fr-CH",)),
        practice("Straßen für alle", problem="Die Städte sind zu laut", languages=("de",)),
        practice("自転車道を広げる", problem="東京の道は狭い", languages=("ja",)),
        practice("Textile waste", problem="Old clothes were burnt", cost="3 million a year"),
        practice("Parking", labels=(CYCLING, MOBILITY), evidence="Łódź has 400 places less"),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cycle", ["Wider cycle lanes", "Parking"]),
        ("lane", ["Wider cycle lanes"]),
        ("cyclist", ["Wider cycle lanes"]),
        ("ecole", ["Les écoles économes"]),
        ("chauffés", ["Les écoles économes"]),
        ("batiment", ["Les écoles économes"]),
        ("strasse", ["Straßen für alle"]),
        ("laute stadt", ["Straßen für alle"]),
        ("自転車", ["自転車道を広げる"]),
        ("車転", []),
        ("東京", ["自転車道を広げる"]),
        ("radverkehr", ["Parking"]),
        ("lodz 400", ["Parking"]),
        ("textl", ["Textile waste"]),
        ("txtile wsate", ["Textile waste"]),
        ("clothes burnt", ["Textile waste"]),
        ("clothes 2031", ["Textile waste"]),
        ("wast", ["Textile waste"]),
        ("qqqqqqqq", []),
    ],
)
def test_words_are_found_in_any_form_and_with_typos(
    index: PracticeIndex, text: str, found: list[str]
) -> None:
    assert titles(index, text) == found


def test_stems_are_of_the_languages_of_the_practice() -> None:
    """French takes `portes` and `porter` to one stem, English does not."""
    index = index_of(practice("A", problem="portes ouvertes", languages=("fr",)))
    other = index_of(practice("A", problem="portes ouvertes", languages=("en",)))

    assert titles(index, PracticeCriteria("porter ouvertes")) == ["A"]
    french, english = (_likeness(each, "porter")[0] for each in (index, other))
    assert french > english


def _likeness(index: PracticeIndex, text: str) -> list[float]:
    return [hit.likeness or 0 for hit in find_practices(index, _wanted(text)).hits]


def _wanted(text: str, limit: int = 50, sort: PracticeSort = "relevance") -> PracticesWanted:
    return PracticesWanted(PracticeCriteria(text), sort, limit)


def test_word_in_the_title_counts_more_than_below() -> None:
    index = index_of(
        practice("Noise", cost="little heat"),
        practice("Other", solution="Heat pumps"),
        practice("Heat plans"),
        practice("Labels", labels=(Label("en", "Heat"),)),
    )

    hits = find_practices(index, _wanted("heat")).hits

    assert [hit.practice.title for hit in hits] == ["Heat plans", "Labels", "Other", "Noise"]
    likeness = _likeness(index, "heat")
    assert likeness == sorted(likeness, reverse=True)
    assert 0 < likeness[-1] < likeness[0] <= 1


def test_score_does_not_depend_on_what_else_is_there() -> None:
    one = practice("Heat plans", problem="Streets are hot")
    before = find_practices(index_of(one), _wanted("heat hot")).hits[0].likeness

    crowd = index_of(one, *(practice(f"Heat {n}", problem="hot") for n in range(30)))

    again = find_practices(crowd, _wanted("heat hot")).hits
    assert {hit.likeness for hit in again if hit.practice.id == one.id} == {before}


def test_not_published_is_found_by_those_who_may_read_it() -> None:
    index = index_of(
        practice("Ours", status="draft", city_id=OWN),
        practice("Theirs", status="draft", city_id=OTHER),
        practice("Public", city_id=OTHER),
    )

    def found(status: str | None, readable: frozenset[str] | None) -> list[str]:
        return titles(index, PracticeCriteria(status=status, readable=readable))

    assert found("published", frozenset()) == ["Public"]
    assert found(None, frozenset()) == ["Public"]
    assert found("draft", frozenset()) == []
    assert found("draft", frozenset({OWN})) == ["Ours"]
    assert found(None, frozenset({OWN})) == ["Ours", "Public"]
    assert found("draft", None) == ["Ours", "Theirs"]
    assert found(None, None) == ["Ours", "Public", "Theirs"]


def test_facets_count_only_what_may_be_read() -> None:
    index = index_of(
        practice("A", topics=("heat", "water"), languages=("fr", "fr-CH")),
        practice("B", topics=("heat",), country="DE"),
        practice("C", topics=("heat",), status="draft"),
    )

    which = PracticeCriteria(status=None)
    wanted = PracticesWanted(which, "title", 1, facets=get_args(PracticeFacet))
    found = find_practices(index, wanted)

    assert (found.total, found.more) == (2, True)
    assert found.facets == {
        "topic": {"heat": 2, "water": 1},
        "country": {"DE": 1, "LV": 1},
        "language": {"fr": 1},
        "status": {"published": 2},
    }


def test_filters_hold_together() -> None:
    index = index_of(
        practice("A", topics=("heat",), country="DE", languages=("de-AT",), city_id=OWN),
        practice("B", topics=("noise",), recheck_on=date(2027, 1, 1)),
        practice("C", recheck_on=date(2027, 1, 2)),
    )

    assert titles(index, PracticeCriteria(topic="heat", country="DE", language="de")) == ["A"]
    assert titles(index, PracticeCriteria(topic="heat", country="LV")) == []
    assert titles(index, PracticeCriteria(city_id=OWN)) == ["A"]
    assert titles(index, PracticeCriteria(due_until=date(2027, 1, 1))) == ["B"]
    assert titles(index, PracticeCriteria(due_until=date(2027, 1, 2))) == ["B", "C"]


def test_orders_are_newest_first_and_longest_due_first() -> None:
    index = index_of(
        practice("Old", published_at=datetime(2025, 1, 1, tzinfo=UTC), recheck_on=date(2027, 1, 1)),
        practice("New", published_at=datetime(2026, 1, 1, tzinfo=UTC), recheck_on=date(2028, 1, 1)),
        practice("Draftlike"),
    )

    assert titles(index, _wanted("", sort="newest")) == ["New", "Old", "Draftlike"]
    assert titles(index, _wanted("", sort="recheck")) == ["Old", "New", "Draftlike"]
    assert titles(index, _wanted("", sort="title")) == ["Draftlike", "New", "Old"]


@pytest.mark.parametrize("sort", get_args(PracticeSort))
@pytest.mark.parametrize("text", ["heat", "haet", "heat zzzzzz", ""])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_give_each_practice_once_in_one_order(
    sort: PracticeSort, text: str, limit: int
) -> None:
    alike = [practice("Heat") for _ in range(5)]
    index = index_of(*alike, *(practice(f"{n % 3}", problem="heat") for n in range(6)))
    wanted = _wanted(text, limit, sort)

    paged = all_ids(index, wanted)

    assert paged == all_ids(index, replace(wanted, limit=100))
    assert (len(paged), len(set(paged))) == (11, 11)


def test_page_goes_on_though_others_came_meanwhile() -> None:
    practices = [practice("Heat", problem="heat" if n % 2 else "no") for n in range(8)]
    index = index_of(*practices)
    first = find_practices(index, _wanted("heat", 3))

    index.change([practice("Heat heat", solution="heat") for _ in range(40)])

    after = first.hits[-1].place
    rest = find_practices(index, replace(_wanted("heat", 100), after=after)).hits
    seen = [hit.practice.id for hit in (*first.hits, *rest)]
    assert {each.id for each in practices} <= set(seen)
    assert len(seen) == len(set(seen))


def _snippets(index: PracticeIndex, text: str) -> list[Snippet]:
    return list(find_practices(index, _wanted(text)).hits[0].snippets)


def _marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.marks]


@pytest.mark.parametrize(
    ("text", "part", "marked"),
    [
        ("cycles", "title", ["cycle"]),
        ("wid", "title", ["Wider"]),
        ("ECOLE", "title", ["écoles"]),
        ("strasse", "title", ["Straßen"]),
        ("自転車", "title", ["自転車"]),
        ("lodz", "evidence", ["Łódź"]),
        ("radverkehr", "topic", ["Radverkehr"]),
        ("txtile", "title", ["Textile"]),
        ("old clothes", "problem", ["Old", "clothes"]),
    ],
)
def test_snippet_marks_the_words_that_were_found(
    index: PracticeIndex, text: str, part: str, marked: list[str]
) -> None:
    first, *_ = _snippets(index, text)

    assert (first.part, _marked(first)) == (part, marked)


def test_snippet_is_cut_around_the_words_of_a_long_text() -> None:
    long = "word " * 300 + "the needle here " + "word " * 300
    index = index_of(practice("Title", problem=long))

    (snippet,) = _snippets(index, "needle")

    assert (_marked(snippet), snippet.cut) == (["needle"], (True, True))
    assert len(snippet.text) <= MOST_CHARS
    assert not snippet.text.startswith("ord")


def test_change_and_leaving_are_seen() -> None:
    one, gone = practice("Before"), practice("Gone")
    index = index_of(one, gone)

    index.change([replace(one, parts=(("title", "After"),), version=2)], [gone.id])

    assert titles(index, PracticeCriteria()) == ["After"]
    assert titles(index, "before") == []
    assert index.view().all_ids() == set(index.digests)


@given(text=TEXT, body=TEXT)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_breaks_the_index(text: str, body: str) -> None:
    index = index_of(practice("T", problem=body), practice(text or "x"))

    for hit in find_practices(index, _wanted(text)).hits:
        for snippet in hit.snippets:
            assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.marks)


@given(text=st.text(alphabet="abcdé ß東京प्र", min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_what_stands_in_a_text_is_found_as_it_stands(text: str) -> None:
    index = index_of(practice("T", problem=text), practice("Unlike"))

    assert "T" in titles(index, text)


@example(text="", sort="relevance", tier=2)
@given(text=TEXT, sort=st.sampled_from(get_args(PracticeSort)), tier=st.integers())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_forged_place_is_refused(
    index: PracticeIndex, text: str, sort: PracticeSort, tier: int
) -> None:
    wanted = replace(_wanted("cycle", sort=sort), after=Place(tier, text))

    with pytest.raises(ValueError, match=r"no place|no such tier"):
        find_practices(index, wanted)
