"""What the index knows of a city, read from the city and its interests in one place.

Promises: reads the fields of today's city and those of an older or newer one: what a city does not
have is left out. A city that only its makers may see has no document.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from services.registry.domain.cities import City
from services.registry.domain.interests import Interest
from services.registry.places import Places, fold_name
from services.registry.store import Participation

TAKES_PART: Final = "admitted"
"""The status of an application that gives a city its side; who else applied is not public."""

HIDDEN: Final = frozenset({"draft", "submitted"})
"""States in which a city is the business of its makers and the officers alone."""

ACTIVE: Final = ("registered",)
"""The state of a city that takes part; what a search without a status finds."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How much a city seeks and offers on a topic, 0-5."""

    topic: str
    seeks: int
    offers: int


@dataclass(frozen=True, slots=True)
class Seat:
    """A city's side, `eu` or `partner`, in an exchange that it was admitted to."""

    exchange_id: str
    side: str


@dataclass(frozen=True, slots=True)
class Document:
    """A city as it can be found and shown. `position` is latitude and longitude, WGS 84 degrees."""

    id: str
    name: str
    names: tuple[str, ...]
    """All names, folded (`fold_name`), sorted; empty in what the index keeps to show."""
    country: str
    kind: str
    status: str
    population: int | None
    position: tuple[float, float] | None
    stands: tuple[Stand, ...]
    seats: tuple[Seat, ...]
    geonames_id: int | None
    wikidata_id: str | None
    version: int

    def digest(self) -> bytes:
        """Give 16 bytes that differ for documents that differ."""
        return blake2b(repr(self).encode(), digest_size=16).digest()

    def shown(self) -> "Document":
        """Give it without the names that are only for finding: they would double the memory."""
        return replace(self, names=())


def document_of(
    city: City,
    interests: Iterable[Interest],
    participations: Iterable[Participation],
    places: Places,
) -> Document | None:
    """Read a city's document; None for a city that not everyone may know of."""
    if city.status in HIDDEN:
        return None
    facts, at = city.facts, city.facts.position
    declared = (each for each in interests if each.strength > 0)
    stands = (Stand(each.topic, each.levels.seeks, each.levels.offers) for each in declared)
    seats = {Seat(p.exchange_id, p.side) for p in participations if p.status == TAKES_PART}
    folded = {fold_name(name) for name in _names(city)}
    if facts.geonames_id:
        folded.update(places.folded_names(facts.geonames_id))
    return Document(
        id=city.id,
        name=facts.name,
        names=tuple(sorted(folded - {""})),
        country=facts.country,
        kind=facts.kind,
        status=city.status,
        population=facts.population,
        position=(at.latitude, at.longitude) if at else None,
        stands=tuple(sorted(stands, key=lambda stand: stand.topic)),
        seats=tuple(sorted(seats, key=lambda seat: (seat.exchange_id, seat.side))),
        geonames_id=facts.geonames_id,
        wikidata_id=getattr(facts, "wikidata_id", None),
        version=city.version,
    )


def _names(city: City) -> Iterator[str]:
    facts = city.facts
    yield facts.name
    in_languages = getattr(facts, "names", None) or {}
    yield from in_languages.values() if isinstance(in_languages, Mapping) else in_languages
    yield from getattr(facts, "aliases", None) or ()
