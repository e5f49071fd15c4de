"""Finding records of what may be the same city, before there are two of it.

Keys are looked up in the same transaction that registers the city, and two entries of one name or
place pass the same turnstile: two officers who enter a city at the same moment don't both succeed.
Nothing is merged here: that is a command of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from services.registry.domain.cities import City, Facts, Statement
from services.registry.domain.duplicates.candidates import Candidate
from services.registry.domain.duplicates.index import keys_of, ranked
from services.registry.domain.duplicates.scoring import Match
from services.registry.errors import CityExists
from services.registry.places import Place
from services.registry.store import CITIES, NAME_KEYS, sharing_query
from services.registry.usecases.cities import register_city
from services.registry.usecases.drafts import verify_draft
from services.registry.usecases.name_keys import known_of
from services.registry.usecases.turns import take_turn
from shared.auth.principal import Principal, Role, require_role
from shared.ids import CityId
from shared.unit_of_work import Tx

MAX_SHOWN: Final = 10
"""Possible duplicates that somebody is shown; the best ones."""

_MAX_COMPARED: Final = 200
"""Records that share a key: a name that is more frequent says nothing."""

_TURNSTILES: Final = 1024
"""Among which names and places are spread; entries that meet in one by chance wait a moment."""


@dataclass(frozen=True, slots=True)
class Possible:
    """A record that may be the same body; `city` is the one that stands for it by now."""

    city: City
    match: Match


@dataclass(frozen=True, slots=True)
class Registered:
    """A city that was registered, and which others it may be the same as."""

    city: City
    possible: tuple[Possible, ...]


async def find_duplicates(tx: Tx, who: Principal, facts: Facts) -> tuple[Possible, ...]:
    """Give the records that may be of the body with these facts, best first; officers only.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    require_role(who, Role.OFFICER)
    return (await _possible(tx, known_of("", facts)))[:MAX_SHOWN]


async def register_unless_known(
    tx: Tx,
    who: Principal,
    statement: Statement,
    place: Place | None,
    different_from: Sequence[CityId],
) -> Registered:
    """Register a city as `register_city` does, unless it certainly is in the register already.

    Raises:
        As `register_city` and `require_unknown`.
    """
    city = await register_city(tx, who, statement, place)
    return Registered(city, await require_unknown(tx, city, different_from))


async def verify_unless_known(
    tx: Tx, who: Principal, key: tuple[CityId, int], different_from: Sequence[CityId]
) -> Registered:
    """Verify a draft as `verify_draft` does, unless the city certainly is in the register already.

    Raises:
        As `verify_draft` and `require_unknown`.
    """
    city = await verify_draft(tx, who, key)
    return Registered(city, await require_unknown(tx, city, different_from))


async def require_unknown(
    tx: Tx, city: City, different_from: Sequence[CityId]
) -> tuple[Possible, ...]:
    """Let pass a new city that is not certainly in the register; give what it may be the same as.

    `different_from` are records that the officer has looked at and found to be of other cities.
    What this unit of work has registered itself is not looked at.

    Raises:
        CityExists: 409 `city_exists`, with the id of the record.
    """
    candidate = known_of(city.id, city.facts)
    for key in sorted(_turns_of(candidate)):
        await take_turn(tx, key)
    found = await _possible(tx, candidate)
    possible = tuple(each for each in found if each.city.id not in different_from)
    for each in possible:
        if each.match.verdict == "certain":
            raise CityExists(each.city.id, similar=True)
    return possible[:MAX_SHOWN]


async def _possible(tx: Tx, candidate: Candidate) -> tuple[Possible, ...]:
    rows = await tx.find(NAME_KEYS, sharing_query(keys_of(candidate)), limit=_MAX_COMPARED)
    await tx.prefetch(CITIES, [row.id for row in rows])
    read = [await tx.get(CITIES, row.id) for row in rows]
    cities = {city.id: city for city in read if city is not None}
    found = ranked(candidate, (known_of(each.id, each.facts) for each in cities.values()))
    best: dict[CityId, Possible] = {}
    for each in found:
        city = await _standing(tx, cities[CityId(each.candidate.record.id)])
        best.setdefault(city.id, Possible(city, each.match))
    return tuple(best.values())


async def _standing(tx: Tx, city: City) -> City:
    """Give the record that stands for this one by now."""
    while city.merge is not None:
        survivor = await tx.get(CITIES, city.merge.into)
        if survivor is None:
            break
        city = survivor
    return city


def _turns_of(candidate: Candidate) -> set[str]:
    """Name the turnstiles that another record passes as well if it certainly is the same one."""
    marks = [f"n:{candidate.names[0].latin}"] if candidate.names else []
    marks += [f"p:{candidate.place.geonames_id}"] if candidate.place else []
    return {f"city_name:{crc32(each.encode()) % _TURNSTILES}" for each in marks}
