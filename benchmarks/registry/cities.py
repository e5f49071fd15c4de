"""All cities of the extract as the registry keeps them, put straight into its database."""

import random
from collections.abc import Iterator
from itertools import islice

from services.registry.domain.changes import Author, started
from services.registry.domain.cities import City
from services.registry.domain.cities.facts import Facts, Position
from services.registry.domain.duplicates.index import RULES
from services.registry.domain.interests import Interest, Levels
from services.registry.places import Place, Places, fold_name
from services.registry.store import (
    CITIES,
    COLLECTIONS,
    INTERESTS,
    NAME_KEYS,
    PARTICIPATION_COPIES,
    TURNSTILES,
    NameKeys,
    Participation,
    Turnstile,
)
from services.registry.usecases.backfill import _DONE as TRAIL_DONE
from shared.clock import SystemClock
from shared.ids import CityId, EventIds, InterestId, TopicCode, new_id
from shared.migrations import migrate
from shared.mongo import Mongo

TOPICS = tuple(TopicCode(f"topic-{number}") for number in range(40))
"""As many as a taxonomy has at its second level."""

EXCHANGES = tuple(f"exc_{number:032x}" for number in range(20))
"""As many as some programmes have together."""

_INTERESTS_EACH = 3
_SILENT = 5
"""One city of so many has said what it seeks and offers; the others are not that far."""
_SEED = 4
_BATCH = 1000


async def fill(mongo: Mongo, places: Places, most: int) -> int:
    """Put places in as registered cities, some with interests; give how many there are.

    The registry's start finds nothing left to do: the trail and the keys of duplicates, which a
    search does not read, are marked as made.
    """
    await migrate(mongo, COLLECTIONS)
    chance = random.Random(_SEED)
    done = TURNSTILES.document(Turnstile(TRAIL_DONE, 1))
    await mongo.database[TURNSTILES.name].insert_one(done)
    clock = SystemClock()
    author, ids = Author("bench", clock.now()), EventIds(clock)
    cities = (_city(place, author) for place in islice(places, most))
    count = 0
    while batch := list(islice(cities, _BATCH)):
        speaking = batch[::_SILENT]
        interests = [each for city in speaking for each in _interests(city.id, author, chance)]
        keys = [NAME_KEYS.document(NameKeys(city.id, (), RULES)) for city in batch]
        documents = [CITIES.document(city) | {"event_id": ids.next()} for city in batch]
        await mongo.database[CITIES.name].insert_many(documents)
        await mongo.database[NAME_KEYS.name].insert_many(keys)
        await mongo.database[INTERESTS.name].insert_many(
            [INTERESTS.document(each) | {"event_id": ids.next()} for each in interests]
        )
        await mongo.database[PARTICIPATION_COPIES.name].insert_many(
            [PARTICIPATION_COPIES.document(_seat(city, chance)) for city in speaking]
        )
        count += len(batch)
    return count


def _city(place: Place, author: Author) -> City:
    facts = Facts(
        place.name,
        place.country,
        population=place.population or None,
        position=Position(place.latitude, place.longitude),
        time_zone=place.time_zone,
        geonames_id=place.geonames_id,
    )
    city_id = CityId(new_id("cty"))
    return City(city_id, facts, fold_name(place.name), started(author), version=1)


def _seat(city: City, chance: random.Random) -> Participation:
    exchange, side = chance.choice(EXCHANGES), chance.choice(("eu", "partner"))
    return Participation(new_id("app"), 1, city.id, exchange, side, "admitted")


def _interests(city: CityId, author: Author, chance: random.Random) -> Iterator[Interest]:
    for topic in chance.sample(TOPICS, _INTERESTS_EACH):
        levels = Levels(chance.randint(0, 5), chance.randint(1, 5))
        interest_id, strength = InterestId(new_id("int")), levels.strength
        yield Interest(interest_id, city, topic, levels, strength, started(author), version=1)
