"""Cities with the texts that break spreadsheets, for Hypothesis."""

from hypothesis import strategies as st

from services.registry.domain.changes import Author, started
from services.registry.domain.cities import City, Facts, Position, known_facts
from services.registry.domain.imports import AnyRow, ImportFormat
from services.registry.places import fold_name
from services.registry.transfer.reading import parser_for, splitter_for
from shared.clock import FixedClock
from shared.ids import CityId

_MARKS = "=+-@\t\r\n'\"|\\,;＝＋－＠\ufeff\u2028é市 a"  # noqa: RUF001 - the marks in question
TEXTS = (
    st.text(st.sampled_from(_MARKS), min_size=1, max_size=12)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
).map(str.strip)
LINES = TEXTS.filter(bool)
_TAGS = st.sampled_from(["fr", "ja", "zh-Hans", "pt-BR"])
_DEGREES = st.floats(-90, 90, allow_nan=False)
_SOURCES = ["name", "country", "population", "names"]
FORMATS: tuple[ImportFormat, ...] = ("csv", "jsonl", "geojson")


@st.composite
def cities(draw: st.DrawFn) -> City:
    """Give a city as the API would have stored it: texts without space around them."""
    facts = Facts(
        draw(LINES),
        "DE",
        draw(st.sampled_from(["city", "region"])),
        population=draw(st.none() | st.integers(0, 10**9)),
        position=draw(st.none() | st.builds(Position, _DEGREES, _DEGREES)),
        time_zone=draw(st.sampled_from([None, "Europe/Berlin"])),
        languages=draw(st.sampled_from([(), ("de",), ("de", "sr-Cyrl-RS")])),
        geonames_id=draw(st.none() | st.integers(1, 2**31 - 1)),
        names=draw(st.dictionaries(_TAGS, LINES, max_size=3)),
        aliases=tuple(draw(st.lists(LINES, max_size=4, unique=True))),
        illustrative=draw(st.booleans()),
    )
    audit = started(Author("usr_1", FixedClock().now()))
    sources = draw(st.dictionaries(st.sampled_from(_SOURCES), LINES, max_size=4))
    city = City(CityId("cty_" + "0" * 32), facts, fold_name(facts.name), audit, sources=sources)
    assert known_facts(facts)
    return city


def rows_in(format_: ImportFormat, content: bytes, part: int = 1 << 20) -> list[AnyRow]:
    """Read a file in parts of so many bytes."""
    splitter = splitter_for(format_)
    parts = [content[at : at + part] for at in range(0, len(content), part)]
    records = [record for each in parts for record in splitter.feed(each)]
    records += splitter.finish()
    if not records:
        return []
    parse = parser_for(format_, records[0])
    return [parse(record) for record in (records[1:] if format_ == "csv" else records)]
