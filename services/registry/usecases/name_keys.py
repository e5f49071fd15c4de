"""Keeping the keys by which a city's record is found when somebody enters it again.

Every use case that gives a city other names, another country or other ids calls `keep_keys`; the
start of the process makes keys anew when the rules have changed, or where there were none yet.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from services.registry.domain.cities import City, Facts
from services.registry.domain.duplicates.candidates import Candidate, Record, candidate_of
from services.registry.domain.duplicates.index import RULES, keys_of
from services.registry.domain.geometry import Point
from services.registry.reference import shipped_gazetteer
from services.registry.store import CITIES, NAME_KEYS, TURNSTILES, NameKeys, documents_of
from services.registry.usecases.turns import take_turn
from shared.ids import CityId
from shared.mongo import Mongo
from shared.unit_of_work import Tx

_BATCH: Final = 500
"""Records per transaction at the start: some 0.2 s of work."""

REFRESHED: Final = f"name_keys:{RULES}"
"""The turnstile that is passed once all records have keys of these rules."""


def known_of(id_: str, facts: Facts) -> Candidate:
    """Put together what is known of a record that has these facts."""
    at = facts.position
    record = Record(
        id=id_,
        names=tuple(dict.fromkeys((facts.name, *facts.names.values(), *facts.aliases))),
        country=facts.country,
        kind=facts.kind,
        position=Point(at.latitude, at.longitude) if at else None,
        population=facts.population,
        geonames_id=facts.geonames_id,
        wikidata_id=facts.wikidata_id,
    )
    return candidate_of(record, shipped_gazetteer())


async def keep_keys(tx: Tx, city: City) -> None:
    """Keep the keys of a city as it is from now on."""
    after = NameKeys(city.id, tuple(sorted(keys_of(known_of(city.id, city.facts)))), RULES)
    if after != await tx.get(NAME_KEYS, city.id):
        tx.put(NAME_KEYS, after)


async def refresh_keys(mongo: Mongo) -> int:
    """Make all keys by today's rules, once; give how many records were looked at.

    May run more than once, and in several processes at the same time.
    """
    if await mongo.get(TURNSTILES, REFRESHED):
        return 0
    looked = 0
    async for documents in documents_of(mongo, CITIES, _BATCH):
        looked += await mongo.transact(_keeping([each["_id"] for each in documents]))
    await mongo.transact(_finish)
    return looked


def _keeping(ids: Sequence[CityId]) -> Callable[[Tx], Awaitable[int]]:
    async def keep(tx: Tx) -> int:
        await tx.prefetch(CITIES, ids)
        await tx.prefetch(NAME_KEYS, ids)
        for id_ in ids:
            city = await tx.get(CITIES, id_)
            if city is not None:
                await keep_keys(tx, city)
        return len(ids)

    return keep


async def _finish(tx: Tx) -> None:
    await take_turn(tx, REFRESHED)
