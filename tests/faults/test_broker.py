"""The broker is killed under load, is away for long, and a cluster of three loses its leader."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from benchmarks.report import at_least, at_most
from tests.faults.conftest import Tally, times
from tests.faults.stand import Stand, moment, raised

pytestmark = pytest.mark.faults

AWAY_FULL_SECONDS = 30.0
AWAY_SHORT_SECONDS = 5.0


@pytest.mark.timeout(600)
async def test_a_killed_broker_loses_nothing(stand: Stand, tally: Tally) -> None:
    stand.start("load,relay,consumer")
    recoveries = []

    for number in range(times(6, 2)):
        await stand.under_way()
        await moment(0.0, 1.0)
        stand.kafka.nodes[0].kill()
        await moment(0.0, 2.0)
        versions = stand.newest()
        stand.kafka.start_node(0)
        recoveries.append(await stand.recovered(versions, time.monotonic()))
        tally.say(f"broker kill {number + 1}: recovered in {recoveries[-1]:.1f} s")

    tally.note("kill -9 broker", len(recoveries), await stand.counted(), recoveries, least=5)


@pytest.mark.timeout(300)
async def test_commands_are_answered_while_the_broker_is_away(stand: Stand, tally: Tally) -> None:
    seconds = times(int(AWAY_FULL_SECONDS), int(AWAY_SHORT_SECONDS))
    stand.start("load,relay,consumer")
    await stand.under_way()

    stand.kafka.nodes[0].kill()
    began = time.time()
    await asyncio.sleep(seconds)
    answered = sorted(stand.latencies(began, time.time()))
    versions = stand.newest()
    stand.kafka.start_node(0)
    recovery = await stand.recovered(versions, time.monotonic())

    fault = "broker away"
    tally.note(fault, 1, await stand.counted(), [recovery])
    tally.figure(at_least(f"{fault}: commands answered meanwhile", len(answered), "", 10 * seconds))
    slowest = answered[int(len(answered) * 0.99)]
    tally.figure(at_most(f"{fault}: command p99", round(slowest), "ms", 1000))
    assert len(answered) >= 10 * seconds


@pytest.mark.timeout(600)
async def test_a_cluster_loses_its_leader_and_no_event(tmp_path: Path, tally: Tally) -> None:
    recoveries = []
    async with raised(tmp_path, nodes=3) as stand:
        stand.start("load,relay,consumer")

        for number in range(times(5, 1)):
            await stand.under_way()
            killed = random.randrange(3)
            stand.kafka.nodes[killed].kill()  # leads a third of the partitions
            since = time.monotonic()
            recoveries.append(await stand.recovered(stand.newest(), since))
            tally.say(f"leader kill {number + 1}: recovered in {recoveries[-1]:.1f} s")
            stand.kafka.start_node(killed)
            await stand.under_way()

        tally.note("kill -9 leader of three", len(recoveries), await stand.counted(), recoveries)
