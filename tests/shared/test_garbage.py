"""When the garbage collector may work beside long work."""

import gc
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from shared.errors import Conflict
from shared.garbage import PutOff
from shared.mongo import Mongo, connect
from shared.unit_of_work import Tx


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    yield
    gc.enable()


@pytest.fixture
async def mongo(mongo_url: str) -> AsyncIterator[Mongo]:
    connected = connect(mongo_url, f"g_{uuid4().hex[:12]}")
    yield connected
    await connected.close()


def test_collector_waits_for_the_last_of_several() -> None:
    garbage = PutOff()

    garbage.begin()
    garbage.begin()
    garbage.end()
    assert not gc.isenabled()
    garbage.end()

    assert gc.isenabled()


def test_work_after_work_does_not_put_it_off_for_ever() -> None:
    garbage = PutOff(most_seconds=0)

    garbage.begin()
    garbage.begin()
    assert gc.isenabled()
    garbage.end()
    garbage.end()
    garbage.begin()

    assert not gc.isenabled()


async def test_it_waits_for_a_unit_that_gives_way_and_for_no_other(mongo: Mongo) -> None:
    async def long(tx: Tx) -> bool:
        tx.give_way()
        tx.give_way()
        return gc.isenabled()

    async def short(_tx: Tx) -> bool:
        return gc.isenabled()

    assert [await mongo.transact(long), gc.isenabled()] == [False, True]
    assert await mongo.transact(short)


async def test_it_works_again_after_a_unit_that_failed(mongo: Mongo) -> None:
    async def fails(tx: Tx) -> None:
        tx.give_way()
        raise Conflict

    with pytest.raises(Conflict):
        await mongo.transact(fails)

    assert gc.isenabled()
