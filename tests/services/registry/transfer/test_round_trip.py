"""What is written is read again: every fact, whatever is in its text."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.cities import City
from services.registry.domain.imports import ImportFormat, Row
from services.registry.transfer.cells import bare, guarded, joined, paired, parted, unpaired
from services.registry.transfer.writing import written
from tests.services.registry.transfer.nasty import FORMATS, LINES, TEXTS, cities, rows_in

FORMULA_STARTS = tuple("=+-@\t\r\n")


@given(TEXTS)
def test_guard_is_taken_away_again_and_leaves_no_formula(text: str) -> None:
    cell = guarded(text)

    assert bare(cell) == text
    assert not cell.startswith(FORMULA_STARTS)


@given(st.lists(LINES), st.dictionaries(st.sampled_from(["fr", "zh-Hans"]), LINES))
def test_lists_and_pairs_come_back_from_one_cell(texts: list[str], named: dict[str, str]) -> None:
    assert list(parted(joined(texts))) == texts
    assert unpaired(paired(named)) == named


@pytest.mark.parametrize("format_", FORMATS)
@given(rows=st.lists(cities(), max_size=4), part=st.integers(1, 300), bom=st.booleans())
async def test_file_gives_back_every_fact_however_it_is_cut(
    format_: ImportFormat, rows: list[City], part: int, *, bom: bool
) -> None:
    pieces = [piece async for piece in written(_each(rows), format_, bom=bom)]

    back = rows_in(format_, b"".join(pieces), part)

    assert len(back) == len(rows)
    for row, city in zip(back, rows, strict=True):
        assert isinstance(row, Row), row
        assert (row.id, row.status) == (city.id, "registered")
        stated, sources = row.statement.facts, row.statement.sources
        assert {name: getattr(city.facts, name) for name in stated} == stated
        assert sources == city.sources
        assert city.facts.position is None or stated["position"] == city.facts.position


async def _each(rows: list[City]) -> AsyncIterator[City]:
    for city in rows:
        yield city
