"""The database is killed under load and started again on its data."""

import time

import pytest

from shared.mongo import DEFAULT_DRIVER
from tests.faults.conftest import IS_SHORT, Tally, times
from tests.faults.stand import Stand, moment

pytestmark = pytest.mark.faults


@pytest.mark.timeout(600)
@pytest.mark.parametrize("driver", [DEFAULT_DRIVER] if IS_SHORT else ["motor", "pymongo"])
async def test_a_killed_database_keeps_what_was_acknowledged(
    stand: Stand, tally: Tally, driver: str
) -> None:
    stand.start("load,relay,consumer", driver=driver)
    recoveries = []

    for number in range(times(5, 1)):
        await stand.under_way()
        await moment(0.0, 1.0)
        stand.database.process.kill()
        await moment(0.0, 2.0)
        versions = stand.newest()
        stand.database.start()
        recoveries.append(await stand.recovered(versions, time.monotonic()))
        tally.say(f"database kill {number + 1}: recovered in {recoveries[-1]:.1f} s")

    fault = f"kill -9 database ({driver})"
    tally.note(fault, len(recoveries), await stand.counted(), recoveries, least=5)
