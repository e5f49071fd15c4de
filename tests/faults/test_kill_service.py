"""A process with load, relay and consumer is killed at random points and started again."""

import random
import time

import pytest

from tests.faults.conftest import Tally, times
from tests.faults.stand import Stand, moment

pytestmark = pytest.mark.faults

ROLES = "load,relay,consumer"
KILLS_FULL = 24
KILLS_SHORT = 4


@pytest.mark.timeout(900)
async def test_kill_at_random_points_loses_nothing(stand: Stand, tally: Tally) -> None:
    recoveries, kills = [], times(KILLS_FULL, KILLS_SHORT)
    process = stand.start(ROLES)
    await stand.under_way()

    for number in range(kills):
        await moment(0.0, 1.5)
        versions, since = stand.newest(), time.monotonic()
        process.kill()
        process = stand.start(ROLES)
        if number % 2 or random.random() < 0.3:
            recoveries.append(await stand.recovered(versions, since))
            tally.say(f"kill {number + 1}/{kills}: recovered in {recoveries[-1]:.1f} s")
            await stand.under_way()

    tally.note("kill -9 service", kills, await stand.counted(), recoveries, least=20)
