"""Leases: who has one, for how long, and how often the database is asked."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from shared.clock import FixedClock
from shared.lease import LEASES, Lease
from shared.mongo import Mongo, connect

SECONDS = 15.0
THIRD = timedelta(seconds=SECONDS / 3)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def mongo(mongo_url: str, clock: FixedClock) -> AsyncIterator[Mongo]:
    connected = connect(mongo_url, f"l_{uuid4().hex[:12]}", clock=clock)
    yield connected
    await connected.close()


def wanted(mongo: Mongo, holder: str) -> Lease:
    return Lease(mongo, "work", holder, SECONDS)


async def ends(mongo: Mongo) -> datetime:
    found = await mongo.database[LEASES].find_one({"_id": "work"})
    assert found is not None
    at: datetime = found["expires_at"]
    return at


async def test_one_of_two_has_it_until_it_falls_silent(mongo: Mongo, clock: FixedClock) -> None:
    first, second = wanted(mongo, "first"), wanted(mongo, "second")

    assert [await first.keep(), await second.keep()] == [True, False]
    clock.advance(3 * THIRD)

    assert [await second.keep(), await first.keep()] == [True, False]


async def test_database_is_asked_every_third_of_its_time(mongo: Mongo, clock: FixedClock) -> None:
    lease = wanted(mongo, "first")
    assert await lease.keep()
    taken = await ends(mongo)

    clock.advance(THIRD - MOMENT)
    assert await lease.keep()
    assert await ends(mongo) == taken
    clock.advance(MOMENT)
    assert await lease.keep()

    assert await ends(mongo) == taken + THIRD


async def test_clock_that_goes_back_has_the_database_asked(mongo: Mongo, clock: FixedClock) -> None:
    lease = wanted(mongo, "first")
    assert await lease.keep()
    await mongo.database[LEASES].update_one({"_id": "work"}, {"$set": {"holder": "second"}})

    clock.advance(-MOMENT)

    assert not await lease.keep()


async def test_released_lease_is_free_at_once(mongo: Mongo) -> None:
    first, second = wanted(mongo, "first"), wanted(mongo, "second")
    assert await first.keep()

    await first.release()

    assert await second.keep()
    assert not await first.keep()
