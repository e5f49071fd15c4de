"""A process dies exactly where a promise could break: between two steps of the delivery chain."""

import asyncio
import time
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from shared.consumer.dead_letters import dead_letter_topic
from shared.contracts.registry import CITIES as CITIES_TOPIC
from tests.faults.conftest import IS_SHORT, Tally, times
from tests.faults.ledger import read_topic
from tests.faults.points import POINTS
from tests.faults.stand import Stand, ended

pytestmark = pytest.mark.faults

ROLES = "load,relay,consumer"
DEATHS_FULL = (1, 2, 5, 9)
DEATHS_SHORT = (3,)
"""At which call of the function it dies."""

DEAD_LETTER = "dead letter, offset not committed"
DIE_AT = [each for each in POINTS if each != DEAD_LETTER]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", DIE_AT[-2:] if IS_SHORT else DIE_AT)
async def test_dying_at_an_exact_point_loses_nothing(
    stand: Stand, tally: Tally, point: str
) -> None:
    recoveries, deaths = [], times(len(DEATHS_FULL), len(DEATHS_SHORT))
    is_start = point == "read, producer not started"  # happens once in a process

    for call in DEATHS_FULL if deaths > 1 else DEATHS_SHORT:
        process = stand.spawn(ROLES, die_at=f"{point}:{1 if is_start else call}")
        await ended(process)
        assert process.status == -9, stand.tails()
        versions, since = stand.newest(), time.monotonic()
        process = stand.start(ROLES)
        recoveries.append(await stand.recovered(versions, since))
        process.kill()

    tally.note(f"kill -9 at {point}", deaths, await stand.counted(), recoveries)


@pytest.mark.timeout(600)
async def test_dying_after_a_dead_letter_keeps_it_whole(stand: Stand, tally: Tally) -> None:
    load, keys = stand.start("load,relay"), set[str]()
    recoveries, deaths = [], times(4, 1)

    for call in range(1, deaths + 1):
        process = stand.spawn("consumer", die_at=f"{DEAD_LETTER}:{call}")
        keys |= {await _poison(stand) for _ in range(call)}
        await ended(process)
        versions, since = stand.newest(), time.monotonic()
        process = stand.start("consumer")
        recoveries.append(await stand.recovered(versions, since))
        process.kill()
    load.stop()

    counts = await stand.counted()
    letters = await read_topic(stand.kafka.bootstrap, dead_letter_topic(stand.consumer.name))
    assert {(each.key or b"").decode() for each in letters} == keys
    assert all(each.value == b"broken" for each in letters)
    tally.note(f"kill -9 at {DEAD_LETTER}", deaths, counts, recoveries)


async def _poison(stand: Stand) -> str:
    key = f"cty_{uuid4().hex}"
    async with AIOKafkaProducer(bootstrap_servers=stand.kafka.bootstrap) as producer:
        await asyncio.wait_for(
            producer.send_and_wait(CITIES_TOPIC.name, value=b"broken", key=key.encode()), 30
        )
    return key
