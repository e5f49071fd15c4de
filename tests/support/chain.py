"""A small producer and a small consumer on the real delivery chain, for tests and benchmarks.

The producer keeps cities and tells of them with the registry's own events; the consumer keeps
copies and counts how often each event took effect.
"""

from dataclasses import dataclass, replace

from shared.collection import Collection
from shared.consumer import Group, On
from shared.contracts.registry import CityEvent, CityRegisteredV1, CityState, CityUpdatedV1
from shared.envelope import Message
from shared.ids import new_id
from shared.migrations import migrate
from shared.mongo import DEFAULT_DRIVER, DriverName, Mongo, connect
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class City:
    """The producer's aggregate."""

    id: str
    name: str
    population: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class CityCopy:
    """The consumer's copy; ``effects`` counts the events that took effect on it."""

    id: str
    name: str
    population: int | None
    effects: int
    version: int


CITIES = Collection("cities", City)
COPIES = Collection("city_copies", CityCopy)


async def database(url: str, name: str, driver: DriverName = DEFAULT_DRIVER) -> Mongo:
    """Give a migrated database of this name."""
    mongo = connect(url, name, driver=driver)
    await migrate(mongo, [CITIES, COPIES])
    return mongo


def event_of(city: City) -> CityEvent:
    """Tell of a city: registered at first, updated later."""
    state = CityState(
        id=city.id, name=city.name, kind="city", country="DE", population=city.population
    )
    return (CityUpdatedV1 if city.version else CityRegisteredV1)(state=state)


async def register(mongo: Mongo, name: str = "Köln") -> City:
    """Register one city in a transaction of its own."""

    async def work(tx: Tx) -> City:
        city = City(new_id("cty"), name)
        return tx.save(CITIES, city, event_of(city))

    return await mongo.transact(work)


async def grow(mongo: Mongo, city_id: str) -> City:
    """Add one inhabitant in a transaction of its own."""

    async def work(tx: Tx) -> City:
        city = await tx.get(CITIES, city_id)
        assert city is not None
        grown = replace(city, population=city.population + 1)
        return tx.save(CITIES, grown, event_of(grown))

    return await mongo.transact(work)


async def copy_city(tx: Tx, message: Message[CityEvent]) -> None:
    """Keep the copy of a city, and count."""
    state = message.event.state
    held = await tx.get(COPIES, state.id)
    effects = held.effects + 1 if held else 1
    copy = CityCopy(state.id, state.name, state.population, effects, message.sequence)
    if not await tx.put_newer(COPIES, copy) and held:
        tx.put(COPIES, replace(held, effects=effects))


def copying(group: str) -> Group:
    """Give a group that copies cities."""
    return Group(group, {CityEvent: On(copy_city, lambda m: [(COPIES, m.event.state.id)])})
