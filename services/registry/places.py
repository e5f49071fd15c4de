"""The world's cities as GeoNames lists them, to tie a participating body to a real place.

Promises: one read-only object, loaded from the file the project ships (no network); places are
parsed when they are asked for, so that 34,006 cities with all their names cost the size of their
text and little more.
The list also holds city districts: the registry's cities are the participants, never this list.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PLACES_FILE = Path(__file__).parent / "data" / "places.tsv.gz"
"""Written by deploy/build/places.py (`make places`); source and licence: data/ATTRIBUTION.md."""

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",  # noqa: RUF001 - the dotless i of Turkish
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ə": "a",
    }
)
"""Letters that Unicode does not decompose into a base letter and an accent."""

_ACCENTS = re.compile("[\u0300-\u036f]")
"""Only the block of Latin, Greek and Cyrillic accents: marks of other scripts tell words apart."""

_SEPARATORS = re.compile(r"""[\s|/_.,'"`´’‘ʻʼ‐‑–-]+""")  # noqa: RUF001 - these are the marks of real names


@dataclass(frozen=True, slots=True)
class Place:
    """A populated place of GeoNames.

    `country` is ISO 3166-1 alpha-2, `admin1` GeoNames' code of the first-order division (""
    where it has none), positions are WGS 84 degrees, `time_zone` is an IANA zone, `population` is 0
    where GeoNames has no figure.
    """

    geonames_id: int
    name: str
    ascii_name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    population: int
    time_zone: str
    alternate_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """All places: `text` holds a line each, by country and id; the rest says where lines begin."""

    text: bytes
    starts: Mapping[int, int]
    spans: Mapping[str, tuple[int, int]]

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Place]:
        return (self._parse(start) for start in self.starts.values())

    def by_id(self, geonames_id: int) -> Place | None:
        """Return the place with this GeoNames id, None when the list has no such place."""
        start = self.starts.get(geonames_id)
        return None if start is None else self._parse(start)

    def folded_names(self, geonames_id: int) -> tuple[str, ...]:
        """Return all names of a place as they are compared; none when the list has no such place.

        They are read, not folded again: that takes a tenth of the time.
        """
        start = self.starts.get(geonames_id)
        if start is None:
            return ()
        line = self.text[start : self.text.index(b"\n", start)]
        return tuple(line[line.rindex(b"\t") + 2 : -1].decode().split("|"))

    def find(self, name: str, country: str) -> tuple[Place, ...]:
        """Return the places of a country that bear this name in any language, biggest first.

        Case, accents, hyphens and apostrophes make no difference; the whole name must match.
        Places of equal population come in order of their id.
        """
        key = fold_name(name)
        if not key:
            return ()
        found = (self._parse(start) for start in self._lines_with(f"|{key}|".encode(), country))
        return tuple(sorted(found, key=lambda place: (-place.population, place.geonames_id)))

    def _lines_with(self, needle: bytes, country: str) -> Iterator[int]:
        position, end = self.spans.get(country.upper(), (0, 0))
        while (hit := self.text.find(needle, position, end)) != -1:
            yield self.text.rfind(b"\n", 0, hit) + 1
            position = self.text.index(b"\n", hit) + 1

    def _parse(self, start: int) -> Place:
        return _place_of(self.text[start : self.text.index(b"\n", start)].decode())


def load_places(path: Path = PLACES_FILE) -> Places:
    """Read the list of places from its file; call once, when the process starts.

    Raises:
        OSError: the file is missing or is not gzip; EOFError: it is cut short.
    """
    text = gzip.decompress(path.read_bytes())
    starts: dict[int, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    position = 0
    while position < len(text):
        country, geonames_id, _ = text[position : position + 24].split(b"\t", 2)
        starts[int(geonames_id)] = position
        line_end = text.index(b"\n", position) + 1
        first, _ = spans.get(country.decode(), (position, position))
        spans[country.decode()] = (first, line_end)
        position = line_end
    return Places(text, MappingProxyType(starts), MappingProxyType(spans))


def fold_name(name: str) -> str:
    """Return the form by which names are compared: no case, accents, hyphens, apostrophes."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold())).casefold()
    plain = unicodedata.normalize("NFKC", bare).translate(_LETTERS)
    return _SEPARATORS.sub(" ", plain).strip()


def place_line(place: Place) -> str:
    """Return a place as its line of the file, without the line's end."""
    names = (place.name, place.ascii_name, *place.alternate_names)
    keys = sorted({fold_name(name) for name in names} - {""})
    fields = (
        place.country,
        str(place.geonames_id),
        place.name,
        place.ascii_name,
        place.admin1,
        f"{place.latitude:.5f}",
        f"{place.longitude:.5f}",
        str(place.population),
        place.time_zone,
        "|".join(place.alternate_names),
        f"|{'|'.join(keys)}|",
    )
    return "\t".join(fields)


def _place_of(line: str) -> Place:
    country, geonames_id, name, ascii_name, admin1, latitude, longitude, people, zone, others, _ = (
        line.split("\t")
    )
    return Place(
        geonames_id=int(geonames_id),
        name=name,
        ascii_name=ascii_name,
        country=country,
        admin1=admin1,
        latitude=float(latitude),
        longitude=float(longitude),
        population=int(people),
        time_zone=zone,
        alternate_names=tuple(others.split("|")) if others else (),
    )
