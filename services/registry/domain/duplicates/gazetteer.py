"""Which places of the shipped list a name may mean: the dictionary of exonyms, scripts and slips.

Promises: answers by country; the spellings of a country are gathered when they are first asked for
and kept (some 170,000 for the whole world). Safe to share between threads: the same gathering twice
gives the same.
"""

from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.registry.domain.duplicates.names import Name, latin_of, likeness, sound_of
from services.registry.places import Place, Places, fold_name

_ONE_SLIP_CHARS: Final = 5
"""A name of this length may hold one slip of the pen; in a shorter one it makes another name."""

_SOUND_CHARS: Final = 3
"""A name in another script may be written without its vowels."""

_TWO_SLIPS_CHARS: Final = 8
"""From this length on, two."""

_MAX_PLACES: Final = 30
"""Places of one name in one country; in the list, San Antonio of Mexico comes closest."""

_MAX_ALIKE: Final = 10
"""Hints for one name; what is less like it is like everything."""

_SHORT_CHARS: Final = 2
"""Words up to this length at the end of a name are abbreviations."""

_SOUNDS_ALIKE: Final = 0.75
_LIKE_ENOUGH: Final = 0.6
"""A fourth of the sounds may differ, and two fifths of letters and sounds together: rough
transliterations of one name are that far apart (Lao "akeln", Auckland)."""

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
    """The ASCII spellings of a country's places, the place of each, and how each sounds."""

    texts: tuple[str, ...]
    ids: tuple[int, ...]
    sounds: tuple[str, ...]


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
        letters = _SOUND_CHARS if name.foreign else _ONE_SLIP_CHARS
        codes = _countries(country) if len(name.latin) >= letters else ()
        found: dict[int, Place] = {}
        for code in codes:
            spellings = self._spellings(code)
            hits = _by_sound(name, spellings) if name.foreign else _by_letters(name, spellings)
            places = (self.places.by_id(spellings.ids[at]) for at in hits)
            found |= {place.geonames_id: place for place in places if place}
        return tuple(found.values())[:_MAX_ALIKE]

    def unabbreviated(self, name: Name, country: str) -> tuple[Place, ...]:
        """Give the places that bear the name without its last short words: "Frankfurt a. M."."""
        words = name.core.split(" ")
        while len(words) > 1 and len(words[-1]) <= _SHORT_CHARS:
            words.pop()
        text = " ".join(words)
        if text == name.core:
            return ()
        found = (place for each in _countries(country) for place in self.places.find(text, each))
        return tuple(found)[:_MAX_ALIKE]

    def gather(self, country: str) -> None:
        """Gather a country's spellings now: 0.5 s for the largest, so from a thread."""
        for code in _countries(country):
            self._spellings(code)

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
        if len(key) > _CODE_CHARS and key.isascii()
    ]
    texts = tuple(text for text, _ in pairs)
    return Spellings(texts, tuple(id_ for _, id_ in pairs), tuple(map(sound_of, texts)))


def _by_letters(name: Name, spellings: Spellings) -> list[int]:
    """Find the spellings within one slip of the pen, or two of a long name."""
    slips = 1 + (len(name.latin) >= _TWO_SLIPS_CHARS)
    hits = process.extract(
        name.latin, spellings.texts, scorer=OSA.distance, score_cutoff=slips, limit=_MAX_PLACES
    )
    return [at for _, _, at in hits]


def _by_sound(name: Name, spellings: Spellings) -> list[int]:
    """Find the spellings that sound like a name from another script, the most alike first."""
    hits = process.extract(
        sound_of(name.latin),
        spellings.sounds,
        scorer=OSA.normalized_similarity,
        score_cutoff=_SOUNDS_ALIKE,
        limit=_MAX_PLACES,
    )
    alike = [(-likeness(name.latin, spellings.texts[at], foreign=True), at) for _, _, at in hits]
    return [at for score, at in sorted(alike) if -score >= _LIKE_ENOUGH]
