"""Two consumers of one group: one joins, leaves and is killed under load."""

import random
import time

import pytest

from tests.faults.conftest import Tally, times
from tests.faults.stand import Stand, moment

pytestmark = pytest.mark.faults


@pytest.mark.timeout(900)
async def test_a_rebalance_loses_nothing_and_doubles_nothing(stand: Stand, tally: Tally) -> None:
    stand.start("load,relay")
    stand.start("consumer", instance="")
    recoveries = []

    for number in range(times(8, 2)):
        other = stand.start("consumer", instance="")
        await stand.under_way()
        await moment(0.0, 1.5)
        versions, since = stand.newest(), time.monotonic()
        end = random.choice((other.kill, other.stop)) if number else other.kill
        end()
        recoveries.append(await stand.recovered(versions, since))
        tally.say(f"{number + 1}: {end.__name__}, recovered in {recoveries[-1]:.1f} s")

    tally.note("consumer joins and leaves", len(recoveries), await stand.counted(), recoveries)
