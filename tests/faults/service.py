"""A process with the real delivery chain that fault tests kill: load, relay and consumer by role.

`python -m tests.faults.service --kafka SERVERS --mongo URL --name NAME --roles load,relay,consumer`
The load is a loop of random commands; each acknowledged one is a line of the file `--acks`:
aggregate id, version, time, milliseconds. `--die-at POINT[:CALLS]` kills (or with `--freeze`
stops) the process at an exact point, see points.py.
"""

import argparse
import asyncio
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from shared.consumer import Consumer
from shared.delivery import endless_job
from shared.errors import ProblemError
from shared.ids import new_id
from shared.mongo import DEFAULT_DRIVER, Mongo
from shared.process import Job, run, supervise
from shared.relay import Relay
from shared.settings import ConsumerSettings, KafkaSettings, RelaySettings
from shared.unit_of_work import Tx
from tests.faults.points import arm
from tests.support.chain import CITIES, City, copying, database, event_of, grow

WORKERS = 8
"""Commands at once: enough for batches to form and for two commands to meet on one city."""

CITIES_AT_MOST = 60
"""Few, so that each has a long history whose order can go wrong."""

READY = "serving"
"""Is printed once everything has started."""


@dataclass(slots=True)
class Load:
    """Random commands at a rate, remembered when acknowledged."""

    mongo: Mongo
    acks: int
    rate: float
    cities: list[str]

    async def run(self) -> None:
        """Send commands for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        pause = WORKERS / self.rate
        while True:
            started = time.time()
            try:
                city = await self._command()
            except (ProblemError, TimeoutError):
                await asyncio.sleep(0.05)  # not acknowledged: it may have happened or not
                continue
            spent = time.time() - started
            line = f"{city.id} {city.version} {started + spent:.3f} {spent * 1000:.1f}\n"
            os.write(self.acks, line.encode())
            await asyncio.sleep(max(0.0, random.uniform(0, 2 * pause) - spent))

    async def _command(self) -> City:
        is_new = not self.cities or (len(self.cities) < CITIES_AT_MOST and random.random() < 0.1)
        if not is_new:
            return await grow(self.mongo, random.choice(self.cities))
        city = City(new_id("cty"), "Köln")

        async def work(tx: Tx) -> City:
            return tx.save(CITIES, city, event_of(city))

        registered = await self.mongo.transact(work)
        self.cities.append(city.id)
        return registered


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--mongo", required=True)
    parser.add_argument("--driver", default=DEFAULT_DRIVER, choices=("motor", "pymongo"))
    parser.add_argument("--name", required=True)
    parser.add_argument("--roles", required=True)
    parser.add_argument("--acks", type=Path)
    parser.add_argument("--rate", type=float, default=120.0)
    parser.add_argument("--holder", default="one")
    parser.add_argument("--instance", default="one")
    parser.add_argument("--lease", type=float, default=5.0)
    parser.add_argument("--die-at", default="")
    parser.add_argument("--freeze", action="store_true")
    return parser.parse_args()


async def main() -> None:
    """Run the roles until told to stop."""
    options = parsed()
    if options.die_at:
        arm(options.die_at, freeze=options.freeze)
    kafka = KafkaSettings(bootstrap_servers=options.kafka)
    jobs: list[Job] = []
    producing = await database(options.mongo, f"{options.name}_p", options.driver)
    consuming = await database(options.mongo, f"{options.name}_c", options.driver)
    if "consumer" in options.roles:
        group = copying(f"{options.name}_c")
        settings = ConsumerSettings(instance_id=options.instance)
        jobs.append(endless_job("consumer", Consumer(consuming, kafka, settings, group).run))
    if "relay" in options.roles:
        relay = Relay(producing, kafka, RelaySettings(lease_seconds=options.lease), options.holder)
        jobs.append(endless_job("relay", relay.run))
    if "load" in options.roles:
        acks = os.open(options.acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        cities = [each.id for each in await producing.find(CITIES, {})]
        load = Load(producing, acks, options.rate, cities)
        jobs.append(endless_job("load", load.run))
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    await supervise(*jobs)


if __name__ == "__main__":
    run(main)
