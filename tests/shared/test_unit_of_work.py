"""Transactions on a real database, through both drivers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.collection import ROWS_PER_BREATH
from shared.errors import Conflict
from shared.flush import PART, ROWS_PART
from shared.ids import new_id
from shared.mongo import Mongo
from shared.outbox import OUTBOX
from shared.traffic import READ_PART, Traffic
from shared.unit_of_work import Tx
from tests.support.chain import CITIES, COPIES, City, CityCopy, database, event_of, grow, register


@pytest.fixture(params=["motor", "pymongo"])
async def mongo(mongo_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Mongo]:
    connected = await database(mongo_url, f"u_{uuid4().hex[:12]}", request.param)
    yield connected
    await connected.close()


async def test_a_state_and_its_event_are_saved_together(mongo: Mongo) -> None:
    city = await register(mongo)

    rows = await mongo.database[OUTBOX].find({}).to_list(None)

    assert await mongo.get(CITIES, city.id) == city
    assert [(row["subject"], row["sequence"]) for row in rows] == [(city.id, 1)]


async def test_a_command_that_fails_leaves_nothing(mongo: Mongo) -> None:
    async def work(tx: Tx) -> None:
        city = City(new_id("cty"), "Köln")
        tx.save(CITIES, city, event_of(city))
        raise Conflict

    with pytest.raises(Conflict):
        await mongo.transact(work)

    assert await mongo.database[CITIES.name].count_documents({}) == 0
    assert await mongo.database[OUTBOX].count_documents({}) == 0


async def test_ten_at_once_each_take_effect(mongo: Mongo) -> None:
    city = await register(mongo)

    await asyncio.gather(*(grow(mongo, city.id) for _ in range(10)))

    saved = await mongo.get(CITIES, city.id)
    rows = await mongo.database[OUTBOX].find({}).sort("_id", 1).to_list(None)
    assert saved is not None
    assert (saved.population, saved.version) == (10, 11)
    assert [row["sequence"] for row in rows] == list(range(1, 12))


async def test_a_unit_sees_its_own_changes(mongo: Mongo) -> None:
    city = await register(mongo)

    async def work(tx: Tx) -> City | None:
        held = await tx.get(CITIES, city.id)
        assert held is not None
        renamed = replace(held, name="Cologne")
        tx.save(CITIES, renamed, event_of(renamed))
        return await tx.get(CITIES, city.id)

    seen = await mongo.transact(work)

    assert seen is not None
    assert (seen.name, seen.version) == ("Cologne", 2)


async def test_many_writes_and_few_are_kept_alike(mongo: Mongo) -> None:
    cities = [City(new_id("cty"), f"City {number}") for number in range(40)]

    async def work(tx: Tx) -> None:
        for city in cities:
            tx.save(CITIES, city, event_of(city))

    await mongo.transact(work)

    assert len(await mongo.find(CITIES, {})) == 40
    assert await mongo.database[OUTBOX].count_documents({}) == 40


async def test_an_id_that_exists_is_refused(mongo: Mongo) -> None:
    city = await register(mongo)

    async def work(tx: Tx) -> None:
        tx.save(CITIES, City(city.id, "another"), event_of(city))

    with pytest.raises(Conflict):
        await mongo.transact(work)


async def test_a_copy_is_kept_only_when_newer(mongo: Mongo) -> None:
    async def keep(tx: Tx, version: int) -> bool:
        return await tx.put_newer(COPIES, CityCopy("cty_1", "Köln", None, 0, version))

    kept = [await mongo.transact(lambda tx, v=v: keep(tx, v)) for v in (2, 1, 2, 3)]  # type: ignore[misc]

    assert kept == [True, False, False, True]


async def test_a_deleted_state_is_gone_in_the_unit_and_after(mongo: Mongo) -> None:
    async def put(tx: Tx) -> None:
        tx.put(COPIES, CityCopy("cty_1", "Köln", None, 0, 1))

    async def delete(tx: Tx) -> CityCopy | None:
        tx.delete(COPIES, "cty_1")
        return await tx.get(COPIES, "cty_1")

    await mongo.transact(put)

    assert await mongo.transact(delete) is None
    assert await mongo.get(COPIES, "cty_1") is None


async def test_a_unit_that_gives_way_writes_and_reads_in_parts_with_a_gap_before_each(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps = 0

    async def gap() -> None:
        nonlocal gaps
        gaps += 1

    monkeypatch.setattr(Traffic, "gaps", lambda _: gap)
    number = READ_PART + 5

    async def write(tx: Tx) -> None:
        tx.give_way()
        for each in range(number):
            city = City(new_id("cty"), f"City {each}")
            tx.save(CITIES, city, event_of(city))

    async def read(tx: Tx) -> int:
        tx.give_way()
        return len(await tx.find(CITIES, {}))

    await mongo.transact(write)

    # Before each part of the documents and of their events, and before the commit.
    assert gaps == -(-number // PART) - (-number // ROWS_PART) + 1
    assert await mongo.database[OUTBOX].count_documents({}) == number
    gaps = 0
    assert await mongo.transact(read) == number
    # Before the first message, behind each part, and between the rows that are made into states.
    assert gaps == 2 + number // ROWS_PER_BREATH
