"""A loop that asks the database ends when it is told to, at whatever moment: docs/adr/0007."""

import asyncio
from random import Random

import pytest

from shared.mongo import connect

CANCELS = 150


# pymongo leaves a socket to the garbage collector where its opening is cancelled.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_default_driver_loses_no_cancellation(mongo_url: str) -> None:
    mongo = connect(mongo_url, "cancelled")
    moments = Random(0)
    lost = 0

    async def ask_for_ever() -> None:
        while True:
            await mongo.database["some"].find_one({"_id": 1})

    for _ in range(CANCELS):
        asking = asyncio.create_task(ask_for_ever())
        await asyncio.sleep(moments.random() * 0.004)
        asking.cancel()
        done, _ = await asyncio.wait({asking}, timeout=1.0)
        lost += not done
        while not asking.done():
            asking.cancel()
            await asyncio.wait({asking}, timeout=0.1)

    await mongo.close()
    assert lost == 0
