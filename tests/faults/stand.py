"""The stand of a fault test: servers of its own, processes to kill, and what they acknowledged."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from pymongo.errors import PyMongoError

from deploy.local.kafka import Kafka
from deploy.local.mongo import Database
from deploy.local.process import Child, Command, stop_all
from shared.errors import ProblemError
from shared.mongo import DEFAULT_DRIVER, DriverName, Mongo, connect
from shared.outbox import OUTBOX
from shared.topics import apply
from tests.faults.ledger import Acknowledged, Counts, count
from tests.support.chain import CITIES, COPIES
from tests.support.servers import private_database, private_kafka
from tests.support.waiting import eventually

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60.0
"""A Python process needs 1.5 s on two idle cores, which fault tests share with much else."""

RECOVERY_SECONDS = 120.0
"""A chain that has not recovered by then never will."""

Versions = dict[str, int]
"""The newest acknowledged version by aggregate id."""


@dataclass(slots=True)
class Stand:
    """Kafka, a database, and the processes of one delivery chain between them."""

    kafka: Kafka
    database: Database
    folder: Path
    driver: DriverName = DEFAULT_DRIVER
    name: str = "faults"
    children: list[Child] = field(default_factory=list)
    producer: Mongo = field(init=False)
    consumer: Mongo = field(init=False)

    def __post_init__(self) -> None:
        self.producer = connect(self.database.url, f"{self.name}_p")
        self.consumer = connect(self.database.url, f"{self.name}_c")

    async def make_topics(self) -> None:
        """Make the topics of the contracts and of this stand's group."""
        await apply(self.kafka.bootstrap, groups=[f"{self.name}_c"])

    def spawn(self, roles: str, **options: object) -> Child:
        """Start a process with these roles; `die_at`, `freeze`, `holder`... as in service.py."""
        number = len(self.children)
        given: dict[str, object] = {
            "kafka": self.kafka.bootstrap,
            "mongo": self.database.url,
            "driver": self.driver,
            "name": self.name,
            "roles": roles,
            "acks": self.folder / f"{number}.acks",
        }
        arguments = [sys.executable, "-m", "tests.faults.service"]
        for option, value in (given | options).items():
            flag = f"--{option.replace('_', '-')}"
            arguments += [flag] if value is True else [flag, str(value)]
        child = Child(Command(roles, arguments, self.folder / f"{number}.log", directory=ROOT))
        child.start()
        self.children.append(child)
        return child

    def start(self, roles: str, **options: object) -> Child:
        """Start a process and wait until it serves."""
        child = self.spawn(roles, **options)
        wait_serving(child)
        return child

    def acknowledged(self) -> Acknowledged:
        """Give every version that a command was answered with."""
        found: dict[str, set[int]] = {}
        for id_, version, *_ in self._lines():
            found.setdefault(id_, set()).add(int(version))
        return {id_: frozenset(versions) for id_, versions in found.items()}

    def newest(self) -> Versions:
        """Give the newest acknowledged version of each aggregate."""
        return {id_: max(versions) for id_, versions in self.acknowledged().items()}

    def latencies(self, since: float, until: float) -> list[float]:
        """Give the milliseconds of each command that was answered between two times."""
        lines = [(float(line[2]), float(line[3])) for line in self._lines()]
        return [spent for at, spent in lines if since <= at <= until]

    async def effective(self, versions: Versions) -> bool:
        """Tell whether all of these versions have taken effect."""
        try:
            copies = {each.id: each.version for each in await self.consumer.find(COPIES, {})}
        except (PyMongoError, ProblemError):
            return False  # the database is away: the fault of this test
        return all(copies.get(id_, 0) >= version for id_, version in versions.items())

    async def recovered(self, versions: Versions, since: float) -> float:
        """Wait until these versions took effect; give the seconds since `since` (monotonic)."""
        while not await self.effective(versions):
            if time.monotonic() - since > RECOVERY_SECONDS:
                raise AssertionError(f"no recovery in {RECOVERY_SECONDS:g} s: {self.tails()}")
            await asyncio.sleep(0.05)
        return time.monotonic() - since

    async def under_way(self, commands: int = 50) -> None:
        """Wait until so many more commands were acknowledged: there is load."""
        wanted = sum(map(len, self.acknowledged().values())) + commands
        deadline = time.monotonic() + RECOVERY_SECONDS
        while sum(map(len, self.acknowledged().values())) < wanted:
            if time.monotonic() > deadline:
                raise AssertionError(f"no load: {self.tails()}")
            await asyncio.sleep(0.05)

    async def counted(self) -> Counts:
        """End the load, let everything arrive, and count."""
        self.stop()
        self.start("relay,consumer")
        await self._settled()
        counts = await count(
            self.kafka.bootstrap, self.producer, self.consumer, self.acknowledged()
        )
        self.stop()
        return counts

    def stop(self) -> None:
        """Stop every process of the chain; the servers stay."""
        for child in self.children:
            child.resume()
        stop_all(self.children)

    async def close(self) -> None:
        """Stop the processes and let go of the database."""
        self.stop()
        await self.producer.close()
        await self.consumer.close()

    def tails(self) -> str:
        """Give the last lines of what the processes said."""
        return "\n".join(f"[{each.command.name}] {each.log_tail()}" for each in self.children[-3:])

    async def _settled(self) -> None:
        """Wait until nothing is on its way; what does not come is counted as lost later."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            waiting = await self.producer.database[OUTBOX].count_documents({})
            cities = {each.id: each.version for each in await self.producer.find(CITIES, {})}
            if not waiting and await self.effective(cities):
                return
            await asyncio.sleep(0.1)

    def _lines(self) -> Iterator[list[str]]:
        for file in self.folder.glob("*.acks"):
            for line in file.read_text("ascii").splitlines(keepends=True):
                if line.endswith("\n"):  # else the process was killed while writing it
                    yield line.split()


def wait_serving(child: Child) -> None:
    """Wait until a process says that it serves."""
    log = child.command.log_file
    child.wait_ready(lambda: "process_started" in log.read_text("utf-8", "replace"), START_SECONDS)


async def ended(child: Child) -> None:
    """Wait until a process has ended by itself."""

    async def look() -> bool:
        return not child.is_running

    await eventually(look, RECOVERY_SECONDS)


async def frozen(child: Child) -> None:
    """Wait until a process has stopped itself."""

    async def look() -> bool:
        return psutil.Process(child.pid).status() == psutil.STATUS_STOPPED

    await eventually(look, RECOVERY_SECONDS)


@asynccontextmanager
async def raised(
    folder: Path, *, nodes: int = 1, driver: DriverName = DEFAULT_DRIVER
) -> AsyncIterator[Stand]:
    """Raise a stand with servers of its own."""
    with (
        private_kafka(folder / "kafka", nodes=nodes) as kafka,
        private_database(folder / "mongo") as database,
    ):
        stand = Stand(kafka, database, folder, driver)
        try:
            await stand.make_topics()
            yield stand
        finally:
            await stand.close()


async def moment(least: float, most: float) -> None:
    """Let a random time pass: what is killed after it is killed anywhere."""
    await asyncio.sleep(random.uniform(least, most))
