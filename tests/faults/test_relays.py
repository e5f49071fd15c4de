"""Two relays at once, and one that was frozen while another took over."""

import random
import time

import pytest

from tests.faults.conftest import IS_SHORT, Tally, times
from tests.faults.points import POINTS
from tests.faults.stand import Stand, frozen, moment

pytestmark = pytest.mark.faults

LEASE = 1.5
"""Seconds. Short, so that the other takes over soon."""

FROZEN_AT = [each for each in POINTS if "offset" not in each]


@pytest.mark.timeout(300)
async def test_two_relays_that_both_believe_in_the_lease(stand: Stand, tally: Tally) -> None:
    stand.start("load,consumer")
    for _ in range(2):
        stand.start("relay", holder="the same")
    recoveries = []

    for _ in range(times(8, 2)):
        await stand.under_way(100)
        versions, since = stand.newest(), time.monotonic()
        recoveries.append(await stand.recovered(versions, since))

    tally.note("two relays at once", len(recoveries), await stand.counted(), recoveries)


@pytest.mark.timeout(600)
async def test_a_relay_frozen_at_random_is_fenced(stand: Stand, tally: Tally) -> None:
    stand.start("load,consumer")
    relays = [stand.start("relay", holder=name, lease=LEASE) for name in ("a", "b")]
    recoveries = []

    for _ in range(times(6, 2)):
        for chosen in random.sample(relays, 2):
            await moment(0.0, 0.5)
            chosen.suspend()
            versions, since = stand.newest(), time.monotonic()
            recoveries.append(await stand.recovered(versions, since))
            chosen.resume()
            await stand.under_way(20)

    tally.note("relay frozen at random", len(recoveries), await stand.counted(), recoveries)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", FROZEN_AT[1:2] if IS_SHORT else FROZEN_AT)
async def test_a_relay_frozen_at_an_exact_point_is_fenced(
    stand: Stand, tally: Tally, point: str
) -> None:
    stand.start("load,consumer")
    recoveries, tries = [], times(3, 1)

    for number in range(1, tries + 1):
        call = 1 if point.startswith("read,") else number
        first = stand.start("relay", holder="a", lease=LEASE, die_at=f"{point}:{call}", freeze=True)
        await frozen(first)
        second = stand.start("relay", holder="b", lease=LEASE)
        versions, since = stand.newest(), time.monotonic()
        recoveries.append(await stand.recovered(versions, since))
        await stand.under_way(30)
        first.resume()
        await stand.under_way(60)
        first.kill()
        second.stop()

    fault = f"relay frozen at {point}"
    tally.note(fault, tries, await stand.counted(), recoveries)
