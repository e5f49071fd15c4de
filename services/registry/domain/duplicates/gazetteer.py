"""Which places of the shipped list a name may mean: the dictionary of exonyms, scripts and slips.

Promises: answers by country; the spellings of a country are gathered when they are first asked for
and kept (some 170,000 for the whole world). Safe to share between threads: the same gathering twice
gives the same.
"""

from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.registry.domain.duplicates.names import Name, latin_of
from services.registry.places import Place, Places, fold_name

_ONE_SLIP_CHARS: Final = 5
"""A name of this length may hold one slip of the pen; in a shorter one it makes another name."""

_TWO_SLIPS_CHARS: Final = 8
"""From this length on, two."""

_MAX_PLACES: Final = 30
"""Places of one name in one country; in the list, San Antonio of Mexico comes closest."""

_CODE_CHARS: Final = 3
"""GeoNames lists codes of airports as names: PAR is no name of Paris."""

_TERRITORIES: Final = {
    "AU": ("CC", "CX", "NF"),
    "CN": ("HK", "MO", "TW"),
    "DK": ("FO", "GL"),
    "FI": ("AX",),
    "FR": ("GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "YT"),
    "GB": ("GG", "GI", "IM", "JE"),
    "IL": ("PS",),
    "MA": ("EH",),
    "NL": ("AW", "BQ", "CW", "SX"),
    "NO": ("SJ",),
    "RS": ("XK",),
    "US": ("AS", "GU", "MP", "PR", "VI"),
}
SOVEREIGNS: Final = {code: other for other, codes in _TERRITORIES.items() for code in codes}
"""Territories with a code of their own in ISO 3166-1, and the code that people give as well.

Says nothing of whose they are: only that one body may come under either code.
"""


@dataclass(frozen=True, slots=True)
class Spellings:
    """The ASCII spellings of a country's places, and the place of each."""

    texts: tuple[str, ...]
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The list of places, asked by names."""

    places: Places
    gathered: dict[str, Spellings] = field(default_factory=dict)

    def by_id(self, geonames_id: int) -> Place | None:
        """Give the place with this id."""
        return self.places.by_id(geonames_id)

    def named(self, name: Name, country: str) -> tuple[Place, ...]:
        """Give the places that bear the name: the whole of it, else what is in it."""
        for text in dict.fromkeys((name.whole, name.core)):
            found = [
                place
                for each in _countries(country)
                for place in self.places.find(text, each)
                if len(text) != _CODE_CHARS or _bears(place, text)
            ]
            if found:
                return tuple(found[:_MAX_PLACES])
        return ()

    def alike(self, name: Name, country: str) -> tuple[Place, ...]:
        """Give the places that bear nearly this name, nearest first."""
        letters = len(name.latin)
        slips = (letters >= _ONE_SLIP_CHARS) + (letters >= _TWO_SLIPS_CHARS)
        found: dict[int, Place] = {}
        for code in _countries(country) if slips else ():
            spellings = self._spellings(code)
            hits = process.extract(
                name.latin, spellings.texts, scorer=OSA.distance, score_cutoff=slips, limit=20
            )
            places = (self.places.by_id(spellings.ids[at]) for _, _, at in hits)
            found |= {place.geonames_id: place for place in places if place}
        return tuple(found.values())[:_MAX_PLACES]

    def _spellings(self, country: str) -> Spellings:
        known = self.gathered.get(country)
        if known is None:
            known = self.gathered[country] = _gathered(self.places, country)
        return known


def is_own_name(place: Place, name: Name) -> bool:
    """Tell whether the place itself is called so, "City of" and "Greater" included."""
    return fold_name(place.name) == name.whole


def related(country: str, other: str) -> bool:
    """Tell whether one body may come under either code."""
    return SOVEREIGNS.get(country) == other or SOVEREIGNS.get(other) == country


def _countries(country: str) -> tuple[str, ...]:
    below = [code for code, sovereign in SOVEREIGNS.items() if sovereign == country]
    above = [SOVEREIGNS[country]] if country in SOVEREIGNS else []
    return (country, *above, *below)


def _bears(place: Place, key: str) -> bool:
    names = (place.name, place.ascii_name, *place.alternate_names)
    return any(fold_name(each) == key for each in names if not _is_code(each))


def _is_code(name: str) -> bool:
    return len(name) == _CODE_CHARS and name.isascii() and name.isupper()


def _gathered(places: Places, country: str) -> Spellings:
    first, end = places.spans.get(country, (0, 0))
    pairs = [
        (latin_of(key), int(fields[1]))
        for line in places.text[first:end].decode().splitlines()
        for fields in (line.split("\t"),)
        for key in fields[-1].split("|")
        if len(key) >= _ONE_SLIP_CHARS - 1 and key.isascii()
    ]
    return Spellings(tuple(text for text, _ in pairs), tuple(id_ for _, id_ in pairs))
