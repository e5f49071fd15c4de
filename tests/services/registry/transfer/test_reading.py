"""Files as people send them: separators, broken rows, wrong columns, cut ends."""

import pytest

from services.registry.domain.imports import ImportFormat, Row, Unread
from services.registry.transfer.splitting import MAX_RECORD_BYTES, ContentUnreadableError
from tests.services.registry.transfer.nasty import rows_in


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_is_seen_in_the_header(separator: str) -> None:
    lines = ["name|country|population", "Riga|LV|605802", "Köln|DE|"]

    rows = rows_in("csv", "\r\n".join(lines).replace("|", separator).encode())

    assert [row.statement.facts for row in rows if isinstance(row, Row)] == [
        {"name": "Riga", "country": "LV", "population": 605802},
        {"name": "Köln", "country": "DE"},
    ]


def test_fault_names_row_column_code_and_remedy() -> None:
    content = b"name,country,population\nRiga,LV,many\n\nKoge,Denmark,5\nB\xff,DE,1\n"

    rows = rows_in("csv", content)

    faults = [row.faults[0] for row in rows if isinstance(row, Unread)]
    assert [(each.row, each.column, each.code) for each in faults] == [
        (2, "population", "int_type"),
        (4, "country", "string_pattern_mismatch"),
        (5, None, "row_malformed"),
    ]
    assert all(each.remedy for each in faults)


def test_half_a_position_and_cells_too_many_are_refused() -> None:
    rows = rows_in("csv", b"name,country,latitude,longitude\nA,DE,1,\nB,DE,1,2,3\n")

    codes = [row.faults[0].code for row in rows if isinstance(row, Unread)]
    assert codes == ["position_half", "cells_too_many"]


def test_names_may_have_a_column_for_each_language() -> None:
    (row,) = rows_in("csv", "name,country,name:fr,name:ja\nVienna,AT,Vienne,ウィーン\n".encode())

    assert isinstance(row, Row)
    assert row.statement.facts["names"] == {"fr": "Vienne", "ja": "ウィーン"}


@pytest.mark.parametrize(
    ("format_", "content", "words"),
    [
        ("csv", b"name,colour\nA,red\n", "column 2 is unknown"),
        ("csv", b"name,name\nA,B\n", "there twice"),
        ("csv", "name,country".encode("utf-16"), "not UTF-8"),
        ("csv", b'name\n"' + b"x" * MAX_RECORD_BYTES, "quotation mark"),
        ("geojson", b'{"type":"Feature"}', "no FeatureCollection"),
        ("geojson", b'{"features":[{"a":1},{"b"', "ends in the middle"),
    ],
)
def test_file_of_no_such_format_is_refused_as_a_whole(
    format_: ImportFormat, content: bytes, words: str
) -> None:
    with pytest.raises(ContentUnreadableError, match=words):
        rows_in(format_, content)


def test_features_are_found_among_foreign_members() -> None:
    content = (
        b'{"bbox":[1,{"features":[{"x":1}]}],"note":"\\"features\\": [{",'
        b'"features":[{"type":"Feature","geometry":null,"properties":{"name":"}]","country":"DE"}},'
        b'{"type":"Feature","geometry":{"type":"Point","coordinates":[24.1,56.9]},'
        b'"properties":{"name":"Riga"}},{"type":"Feature","geometry":{"type":"Polygon"},'
        b'"properties":{}}],"crs":{"a":[]}}'
    )

    for part in (1, 7, 1000):
        first, second, third = rows_in("geojson", content, part)

        assert isinstance(first, Row)
        assert first.statement.facts["name"] == "}]"
        assert isinstance(second, Row)
        assert second.statement.facts["position"].latitude == 56.9  # type: ignore[union-attr]
        assert isinstance(third, Unread)
        assert (third.number, third.faults[0].code) == (3, "geometry_unfit")


def test_objects_that_are_none_and_unknown_fields_are_refused() -> None:
    rows = rows_in("jsonl", b'[1]\n{"name": "A", "colour": 1}\n{\n{"name": "a\\u0000b"}')

    codes = [row.faults[0].code for row in rows if isinstance(row, Unread)]
    assert codes == ["row_malformed", "extra_forbidden", "row_malformed", "nul_character"]
