"""Collections: many documents become states without keeping the loop to themselves."""

import asyncio
from dataclasses import dataclass

from shared.collection import ROWS_PER_BREATH, Collection


@dataclass(frozen=True, slots=True)
class Thing:
    id: str


THINGS = Collection("things", Thing)


async def test_many_are_read_in_order_and_others_have_their_turn() -> None:
    documents = [{"_id": str(number)} for number in range(3 * ROWS_PER_BREATH)]
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    states = await THINGS.read_many(documents)
    task.cancel()

    assert [each.id for each in states] == [each["_id"] for each in documents]
    assert turns >= 2
