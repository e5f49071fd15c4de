"""The list of places: complete, found under every name, quick to load."""

import gzip
from pathlib import Path
from time import perf_counter
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.build.places import MAX_FILE_BYTES, ascii_name, packed, place_of, source_rows
from services.registry.places import PLACES_FILE, Place, Places, fold_name, load_places


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places()


def test_shipped_file_is_what_the_build_makes_of_geonames() -> None:
    made = packed(place_of(row) for row in source_rows())

    assert gzip.decompress(PLACES_FILE.read_bytes()) == gzip.decompress(made)
    assert PLACES_FILE.stat().st_size < MAX_FILE_BYTES


def test_build_gives_the_same_bytes_whatever_the_order() -> None:
    some = [place_of(row) for row in source_rows()[:500]]

    assert packed(some) == packed(reversed(some))


def test_every_place_of_geonames_is_read_back_unchanged(places: Places) -> None:
    expected = {place.geonames_id: place for place in map(place_of, source_rows())}

    read = {place.geonames_id: place for place in places}

    assert len(places) == len(read) == 34_006
    assert read == expected


def test_loading_takes_less_than_a_second() -> None:
    started = perf_counter()
    loaded = load_places()

    assert perf_counter() - started < 1.0
    assert len(loaded.text) < 16_000_000


@pytest.mark.parametrize(
    ("name", "country", "geonames_id"),
    [
        ("eThekwini", "ZA", 1007311),
        ("Port Elizabeth", "ZA", 964420),
        ("Gqeberha", "ZA", 964420),
        ("vaxjo", "SE", 2663536),
        ("KOSICE", "SK", 724443),
        ("Vitoria Gasteiz", "ES", 3104499),
        ("Saanich", "ca", 6136944),
        ("北九州市", "JP", 1859307),
        ("Lodz", "PL", 3093133),
    ],
)
def test_place_is_found_under_any_of_its_names(
    places: Places, name: str, country: str, geonames_id: int
) -> None:
    assert places.find(name, country)[0].geonames_id == geonames_id


def test_biggest_of_several_places_comes_first(places: Places) -> None:
    found = places.find("Gwangju", "KR")

    assert [place.geonames_id for place in found] == [1841811, 1841810]
    assert found[0].population > found[1].population


@pytest.mark.parametrize(
    ("name", "country"),
    [("Riga", "DE"), ("Leipz", "DE"), ("", "DE"), ("-", "DE"), ("Leipzig", "XX"), ("a|b", "DE")],
)
def test_nothing_is_found_in_another_country_or_by_part_of_a_name(
    places: Places, name: str, country: str
) -> None:
    assert places.find(name, country) == ()


def test_unknown_id_gives_none(places: Places) -> None:
    assert places.by_id(1) is None


def test_every_place_finds_itself_by_its_names(places: Places) -> None:
    for place in list(places)[::97]:
        for name in (place.name, place.ascii_name, *place.alternate_names[:3]):
            assert not fold_name(name) or place in places.find(name, place.country)


def test_fields_are_within_their_ranges(places: Places) -> None:
    zones = available_timezones()

    def in_range(place: Place) -> bool:
        return (
            abs(place.latitude) <= 90
            and abs(place.longitude) <= 180
            and place.population >= 0
            and len(place.country) == 2
            and place.ascii_name.isascii()
            and place.ascii_name != ""
        )

    assert all(in_range(place) for place in places)
    assert {place.time_zone for place in places} <= zones


def test_cut_file_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.tsv.gz"
    cut.write_bytes(PLACES_FILE.read_bytes()[:100_000])

    with pytest.raises(EOFError):
        load_places(cut)


@given(st.text())
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Đà Nẵng", "Da Nang"), ("Łódź", "Lodz"), ("Gießen", "Giessen"), ("I\u011fd\u0131r", "Igdir")],
)
def test_ascii_name_spells_special_letters_out(name: str, expected: str) -> None:
    assert ascii_name(name) == expected
