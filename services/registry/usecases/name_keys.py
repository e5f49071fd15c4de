"""Keeping the keys by which a city's record is found when somebody enters it again.

Every use case that gives a city other names, another country or other ids calls `keep_keys`; the
start of the process makes keys anew when the rules have changed, or where there were none yet.
"""

from collections.abc import Sequence
from typing import Final

from services.registry.domain.cities import City, Facts
from services.registry.domain.duplicates.candidates import Candidate, Record, candidate_of
from services.registry.domain.duplicates.index import RULES, keys_of
from services.registry.domain.geometry import Point
from services.registry.reference import shipped_gazetteer
from services.registry.store import CITIES, NAME_KEYS, NameKeys, ruled_query
from services.registry.store.ranges import BY_ID, behind
from shared.ids import CityId
from shared.mongo import Mongo
from shared.unit_of_work import Tx

_BATCH: Final = 500
"""Records per transaction at the start: some 0.2 s of work."""


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
    keys = tuple(sorted(keys_of(known_of(city.id, city.facts))))
    before = await tx.get(NAME_KEYS, city.id)
    after = NameKeys(city.id, keys, RULES)
    if after != before:
        tx.put(NAME_KEYS, after)


async def refresh_keys(mongo: Mongo) -> int:
    """Make the keys that are missing or of older rules; give how many records were looked at.

    May run more than once, and in several processes at the same time. Looks at two counts when
    there is nothing to do.
    """
    ruled = await mongo.count(NAME_KEYS, ruled_query(RULES))
    if ruled == await mongo.count(CITIES, {}):
        return 0
    looked, last = 0, None
    while cities := await mongo.find(CITIES, behind(last), sort=BY_ID, limit=_BATCH):
        ids = [city.id for city in cities]
        await mongo.transact(lambda tx, ids=ids: _keep_all(tx, ids))  # type: ignore[misc]
        looked, last = looked + len(ids), ids[-1]
    return looked


async def _keep_all(tx: Tx, ids: Sequence[CityId]) -> None:
    await tx.prefetch(CITIES, ids)
    await tx.prefetch(NAME_KEYS, ids)
    for id_ in ids:
        city = await tx.get(CITIES, id_)
        if city is not None:
            await keep_keys(tx, city)
