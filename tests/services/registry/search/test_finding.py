"""What the index finds, in which order, and how often."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.finding import CityIndex, Sort, Wanted, find
from services.registry.search.cities.globe import Circle
from services.registry.search.pages import Place
from tests.services.registry.search.cities import all_ids, city, index_of, names, stands

TEXT = st.text(max_size=60)
AROUND = Criteria("kol", near=Circle((50.0, 10.0), 10_000))


@pytest.fixture(scope="module")
def index() -> CityIndex:
    return index_of(
        city("Köln", "Cologne", "Кёльн", country="DE", population=1_000_000, position=(50.9, 7.0)),
        city("Kolín", country="CZ", population=30_000, position=(50.0, 15.2)),
        city("New York City", "New York", country="US", population=8_000_000),
        city("York", country="GB", population=150_000),
        city("Yorkton", country="CA", population=16_000),
        city("Ho Chi Minh City", "Saigon", country="VN", population=9_000_000),
        city("東京", "Tokyo", country="JP", population=14_000_000),
        city("Amsterdam", country="NL", population=900_000),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("koln", ["Köln"]),
        ("COLOGNE", ["Köln"]),
        ("кёл", ["Köln"]),
        ("東", ["東京"]),
        ("saigon", ["Ho Chi Minh City"]),
        ("kol", ["Köln", "Kolín"]),
        ("york", ["York", "Yorkton", "New York City"]),
        ("amsterdm", ["Amsterdam"]),
        ("amstrdm", ["Amsterdam"]),
        ("masterdam", ["Amsterdam"]),
        ("qqqqqqqq", []),
    ],
)
def test_name_is_found_in_any_script_and_with_typos(
    index: CityIndex, text: str, found: list[str]
) -> None:
    assert names(index, text) == found


def test_typos_are_allowed_only_when_nothing_is_found_without(index: CityIndex) -> None:
    exact = find(index, Wanted(Criteria("york"), "relevance")).hits
    near = find(index, Wanted(Criteria("yorc"), "relevance")).hits

    assert [hit.likeness for hit in exact] == [1.0, 0.8, 0.7]
    assert {hit.likeness for hit in near} == {0.6}


def test_filter_counts_when_typos_are_weighed(index: CityIndex) -> None:
    assert names(index, Wanted(Criteria("kolin", country="DE"), "relevance")) == ["Köln"]


def test_short_text_is_taken_as_written(index: CityIndex) -> None:
    assert names(index, "zk") == []


def test_levels_are_of_the_same_topic_or_of_any() -> None:
    one = city("One", stands=stands(("waste", 4, 0), ("noise", 0, 5)))
    two = city("Two", stands=stands(("waste", 2, 3)))
    index = index_of(one, two)

    assert names(index, Criteria(topic="waste")) == ["One", "Two"]
    assert names(index, Criteria(topic="waste", min_seeks=3)) == ["One"]
    assert names(index, Criteria(topic="waste", min_offers=1)) == ["Two"]
    assert names(index, Criteria(min_seeks=4, min_offers=5)) == ["One"]
    assert names(index, Criteria(topic="waste", min_seeks=5)) == []


def test_status_country_kind_and_population_filter() -> None:
    index = index_of(
        city("A", population=10, kind="region"),
        city("B", population=20, country="SE"),
        city("C", status="withdrawn"),
    )

    assert names(index, Criteria()) == ["A", "B"]
    assert names(index, Criteria(status="withdrawn")) == ["C"]
    assert names(index, Criteria(country="SE")) == ["B"]
    assert names(index, Criteria(kinds=("region",))) == ["A"]
    assert names(index, Criteria(min_population=10, max_population=19)) == ["A"]
    assert names(index, Criteria(min_population=11)) == ["B"]
    assert names(index, Criteria(min_population=9, max_population=1)) == []


def test_change_replaces_what_was_found_before() -> None:
    before = city("Before", population=1)
    index = index_of(before, city("Other"))

    index.change([replace(before, name="After", names=("after",), version=2)])

    assert names(index, Criteria()) == ["After", "Other"]
    assert (names(index, "before"), len(index)) == ([], 2)


def test_city_that_is_gone_is_not_found() -> None:
    gone = city("Gone")
    index = index_of(gone, city("Here"))

    index.change([], [gone.id, "cty_unknown"])

    assert (names(index, Criteria()), len(index)) == (["Here"], 1)
    assert index.view().all_ids() == set(index.digests)


@pytest.mark.parametrize("sort", [each for each in get_args(Sort) if each != "distance"])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_give_each_city_once_in_one_order(sort: Sort, limit: int) -> None:
    alike = [city("Alike", population=5) for _ in range(7)]
    index = index_of(*alike, *(city(f"Alikeness {n % 3}") for n in range(9)), city("The Alike"))
    wanted = Wanted(Criteria("alike"), sort, limit)

    paged = all_ids(index, wanted)

    assert paged == all_ids(index, replace(wanted, limit=100))
    assert (len(paged), len(set(paged))) == (17, 17)


def test_orders_are_by_name_without_accents_and_by_population_most_first() -> None:
    index = index_of(city("Zz", population=9), city("Åb", population=90), city("ac"))

    assert names(index, Wanted(Criteria(), "name")) == ["Åb", "ac", "Zz"]
    assert names(index, Wanted(Criteria(), "population")) == ["Åb", "Zz", "ac"]


def test_page_goes_on_though_its_last_city_has_left() -> None:
    cities = [city(name) for name in "abcd"]
    index = index_of(*cities)
    first = find(index, Wanted(Criteria(), "name", 2))

    index.change([], [cities[1].id])

    rest = find(index, Wanted(Criteria(), "name", 2, first.hits[-1].place))
    assert [hit.city.name for hit in rest.hits] == ["c", "d"]


def test_facets_count_all_that_is_found() -> None:
    index = index_of(
        city("Sa", country="SE", stands=stands(("waste", 1, 0), ("noise", 1, 0))),
        city("Sb", country="SE", stands=stands(("waste", 0, 1))),
        city("Sc", country="NO", kind="region"),
        city("T", country="NO"),
    )

    found = find(index, Wanted(Criteria("s"), "name", 1, None, ("country", "kind", "topic")))

    assert (found.total, found.more) == (3, True)
    assert found.facets == {
        "country": {"SE": 2, "NO": 1},
        "kind": {"city": 2, "region": 1},
        "topic": {"waste": 2, "noise": 1},
    }


@given(text=TEXT, low=st.integers(0, 2**34), high=st.integers(0, 2**34))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_breaks_the_index(index: CityIndex, text: str, low: int, high: int) -> None:
    which = Criteria(text, min_population=low, max_population=high)

    assert len(find(index, Wanted(which, "relevance", facets=("topic",))).hits) <= 8


@given(text=TEXT, sort=st.sampled_from(get_args(Sort)), tier=st.integers(-1, 5) | st.integers())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_forged_place_is_refused(index: CityIndex, text: str, sort: Sort, tier: int) -> None:
    with pytest.raises(ValueError, match=r"no place|no such tier"):
        find(index, Wanted(AROUND, sort, 50, Place(tier, text)))


@pytest.mark.parametrize("sort", [each for each in get_args(Sort) if each != "relevance"])
def test_place_of_another_tier_is_refused_where_all_are_one_order(
    index: CityIndex, sort: Sort
) -> None:
    last = find(index, Wanted(AROUND, sort, 1)).hits[0].place

    assert find(index, Wanted(AROUND, sort, 1, last)).hits
    with pytest.raises(ValueError, match="no such tier"):
        find(index, Wanted(AROUND, sort, 1, replace(last, tier=1)))
