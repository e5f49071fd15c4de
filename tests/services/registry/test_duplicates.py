"""Whether two records are one city: names in all scripts, cities of one name, slips of the pen."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.duplicates.candidates import Candidate, Record, candidate_of
from services.registry.domain.duplicates.index import CandidateIndex, keys_of
from services.registry.domain.duplicates.names import read_name, read_names
from services.registry.domain.duplicates.scoring import Match, compare
from services.registry.domain.geometry import Point, distance_km
from services.registry.reference import shipped_gazetteer

MAIN = Point(50.11, 8.68)
ODER = Point(52.34, 14.55)


def known(name: str, country: str = "DE", **facts: Any) -> Candidate:  # noqa: ANN401 - any fact
    id_ = facts.pop("id", name)
    return candidate_of(Record(id_, (name,), country, **facts), shipped_gazetteer())


def match(one: Candidate, other: Candidate) -> Match:
    return compare(one, other)


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [
        ("Köln", "Cologne", "DE"),
        ("Koln", "Köln", "DE"),
        ("eThekwini", "Durban", "ZA"),
        ("Saigon", "Ho Chi Minh City", "VN"),
        ("北京市", "Peking", "CN"),
        ("Αθήνα", "Athens", "GR"),
        ("대구광역시", "Taegu", "KR"),
        ("თბილისი", "Tiflis", "GE"),
        ("Hannover, Stadt", "Hanover", "DE"),
    ],
)
def test_names_of_one_city_are_certainly_one(one: str, other: str, country: str) -> None:
    found = match(known(one, country), known(other, country))

    assert (found.verdict, "same_place" in found.reasons) == ("certain", True)


@pytest.mark.parametrize(
    ("name", "countries"),
    [
        ("Valencia", ("ES", "VE")),
        ("Cambridge", ("GB", "US")),
        ("Cambridge", ("US", "CA")),
        ("Santiago", ("CL", "DO")),
        ("Córdoba", ("ES", "AR")),
        ("طرابلس", ("LY", "LB")),
    ],
)
def test_cities_of_one_name_in_two_countries_are_apart(
    name: str, countries: tuple[str, str]
) -> None:
    one, other = (known(name, country) for country in countries)

    assert match(one, other).verdict == "different"


def test_cities_of_one_name_in_one_country_are_told_apart_by_their_facts() -> None:
    main, oder = known("Frankfurt", position=MAIN), known("Frankfurt", position=ODER)
    nowhere = known("Frankfurt")

    assert match(main, oder).verdict == "different"
    assert match(known("Frankfurt am Main"), known("Frankfurt (Oder)")).verdict == "different"
    assert match(main, nowhere).verdict == "check"


@pytest.mark.parametrize(
    ("city", "around", "country"),
    [
        ("Barcelona", "Área Metropolitana de Barcelona", "ES"),
        ("Manchester", "Greater Manchester", "GB"),
        ("大阪市", "大阪府", "JP"),
        ("Київ", "Київська область", "UA"),
    ],
)
def test_city_and_the_body_around_it_are_for_a_person(city: str, around: str, country: str) -> None:
    assert match(known(city, country), known(around, country)).verdict == "check"


def test_same_name_with_another_kind_is_for_a_person() -> None:
    city, region = known("Zürich", "CH"), known("Zürich", "CH", kind="region")

    found = match(city, region)

    assert (found.verdict, "other_scope" in found.reasons) == ("check", True)


def test_slip_of_the_pen_is_for_a_person() -> None:
    found = match(known("Colonge", population=1_080_000), known("Köln"))

    assert (found.verdict, found.reasons[0]) == ("check", "nearly_name_of_place")


def test_ids_outweigh_names() -> None:
    one = known("Elberfeld-Barmen", geonames_id=2805753)
    other = known("Wuppertal", geonames_id=2805753)

    assert match(one, other).verdict == "certain"
    assert match(
        known("Corfu", "GR", wikidata_id="Q1"), known("Corfu", "GR", wikidata_id="Q2")
    ) != (match(known("Corfu", "GR"), known("Corfu", "GR")))


def test_place_that_the_list_does_not_have_needs_more_than_its_name() -> None:
    name, here = "Unterkleinhausen", Point(50.0, 10.0)

    bare = match(known(name), known(name))
    near = match(known(name, position=here), known(name, position=Point(50.01, 10.01)))
    far = match(known(name, position=here), known(name, position=Point(53.0, 10.0)))

    assert (bare.verdict, near.verdict, far.verdict) == ("check", "certain", "different")


@pytest.mark.parametrize(
    ("text", "core", "detail", "scope"),
    [
        ("City of Cape Town", "cape town", "", "city"),
        ("Frankfurt (Oder)", "frankfurt", "oder", None),
        ("Portland, Oregon", "portland", "oregon", None),
        ("Hannover, Stadt", "hannover", "", "city"),
        ("Busan Metropolitan City", "busan", "", "city"),
        ("Città Metropolitana di Milano", "milano", "", "metropolitan_area"),
        ("大阪府", "大阪", "", "region"),
        ("京都", "京都", "", None),
        ("г. Москва", "москва", "", "city"),  # noqa: RUF001 - Russian
        ("Stadt", "stadt", "", None),
    ],
)
def test_words_around_a_name_are_read(text: str, core: str, detail: str, scope: str | None) -> None:
    name = read_name(text)

    assert (name.core, name.detail, name.scope) == (core, detail, scope)


def test_double_names_are_read_whole_and_in_parts() -> None:
    assert [each.core for each in read_names(("Bolzano / Bozen",))] == [
        "bolzano bozen",
        "bolzano",
        "bozen",
    ]


@cache
def drawn() -> tuple[Candidate, ...]:
    """Records of all sorts, to be paired at random."""
    names = ["Köln", "Cologne", "Colonge", "Koln Region", "Frankfurt", "Xyz", "東京", "(,)", "-"]
    facts: list[dict[str, Any]] = [
        {},
        {"position": MAIN, "population": 700_000},
        {"kind": "region"},
        {"geonames_id": 2886242},
        {"country": "JP", "population": 5},
    ]
    return tuple(
        known(name, id=f"{name}{at}", **each) for name in names for at, each in enumerate(facts)
    )


@given(st.data())
def test_comparing_is_symmetric_and_bounded(data: st.DataObject) -> None:
    one, other = data.draw(st.sampled_from(drawn())), data.draw(st.sampled_from(drawn()))

    there, back = match(one, other), match(other, one)

    assert (there.score, there.verdict, sorted(there.reasons)) == (
        back.score,
        back.verdict,
        sorted(back.reasons),
    )
    assert 0 <= there.score <= 1


@given(st.text(max_size=40), st.sampled_from(["DE", "JP", "XX"]))
def test_no_name_is_too_strange(text: str, country: str) -> None:
    strange = known(text, country)

    assert match(strange, known("Köln")).score <= 1
    assert len(keys_of(strange)) <= 200


def test_index_gives_who_may_be_the_same_and_forgets() -> None:
    index = CandidateIndex()
    for each in ("Köln", "Bonn", "Frankfurt"):
        index.add(known(each))

    found = index.matches(known("Cologne"))
    index.remove("Köln")

    assert [each.candidate.record.id for each in found] == ["Köln"]
    assert index.matches(known("Cologne")) == ()
    assert set(index.candidates) == {"Bonn", "Frankfurt"}
    assert not any("Köln" in holders for holders in index.by_key.values())


def test_adding_again_replaces() -> None:
    index = CandidateIndex()
    index.add(known("Köln", id="one"))

    index.add(known("Bonn", id="one"))

    assert index.matches(known("Cologne", id="two")) == ()
    assert len(index) == 1


def test_distance_is_that_of_the_great_circle() -> None:
    assert distance_km(Point(52.52, 13.405), Point(48.8566, 2.3522)) == pytest.approx(878, abs=2)
    assert distance_km(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(111.2, abs=0.5)
