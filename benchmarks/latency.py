"""Promise: at a tenth of the full load an event takes effect elsewhere within 100 ms (p99).

Measured from the moment at which the command's transaction is known to be committed to the moment
at which the other service's transaction is. Full load is what the whole chain (commands, relay,
consumer) sustains together in the same run on the same cores.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import uuid4

from benchmarks.report import Figure, at_most
from benchmarks.servers import BENCH_GROUPS, Servers
from shared.consumer import Consumer, Group, On
from shared.consumer.dead_letters import Breaker
from shared.contracts.registry import CityEvent
from shared.envelope import Message
from shared.mongo import Mongo
from shared.relay import Relay
from shared.settings import ConsumerSettings, KafkaSettings, RelaySettings
from shared.unit_of_work import Tx
from tests.support.chain import COPIES, copy_city, database, register
from tests.support.waiting import eventually, running

P99_GOAL_MS = 100.0
FULL_LOAD_WORKERS = 16

ResultT = TypeVar("ResultT")


@dataclass
class Stopwatch:
    """Notes when each city's event was committed, and when its effect was."""

    committed: dict[str, float] = field(default_factory=dict)
    effective: dict[str, float] = field(default_factory=dict)
    _in_hand: list[str] = field(default_factory=list)

    async def handle(self, tx: Tx, message: Message[CityEvent]) -> None:
        """Copy the city and remember it until the transaction is committed."""
        await copy_city(tx, message)
        self._in_hand.append(message.event.subject)

    def stamp(self) -> None:
        """Stamp everything of the transaction that has just been committed."""
        now = time.perf_counter()
        self.effective.update(dict.fromkeys(self._in_hand, now))
        self._in_hand.clear()

    def milliseconds(self, share: float) -> float:
        """Give the time from commit to effect that this share of the events did not exceed."""
        spans = sorted(self.effective[city] - at for city, at in self.committed.items())
        return round(spans[min(len(spans) - 1, int(share * len(spans)))] * 1000, 1)


async def measure(servers: Servers, seconds: float) -> list[Figure]:
    """Find the full load, then hold a tenth and a half of it for ``seconds`` each."""
    full_rate = await _with_chain(servers, partial(_full_load, seconds=seconds))
    figures = [Figure("full load, rate", round(full_rate), "events/s")]
    for name, share in (("a tenth of full load", 0.1), ("half of full load", 0.5)):
        rate = full_rate * share
        watch = await _with_chain(servers, partial(_steady_load, rate=rate, seconds=seconds))
        p99 = watch.milliseconds(0.99)
        figures += [
            Figure(f"{name}, rate", round(rate), "events/s"),
            Figure(f"{name}, p50", watch.milliseconds(0.5), "ms"),
            at_most(f"{name}, p99", p99, "ms", P99_GOAL_MS)
            if share == 0.1
            else Figure(f"{name}, p99", p99, "ms"),
        ]
    return figures


async def _with_chain(
    servers: Servers, work: Callable[[Mongo, Stopwatch], Awaitable[ResultT]]
) -> ResultT:
    """Run a producer with its relay and a consumer beside the work, each with its database."""
    run = uuid4().hex[:8]
    broker = KafkaSettings(bootstrap_servers=servers.kafka)
    producer = await database(servers.mongo_url, f"bench_p_{run}")
    other = await database(servers.mongo_url, f"bench_c_{run}")
    watch = Stopwatch()
    reads = On(watch.handle, lambda message: [(COPIES, message.event.subject)])
    group = Group(BENCH_GROUPS[0], {CityEvent: reads})
    consumer = Consumer(
        other, broker, ConsumerSettings(), group, breaker=Breaker(on_success=watch.stamp)
    )
    relay = Relay(producer, broker, RelaySettings(), "bench")
    async with running(relay.run(), consumer.run()):
        await _one_command(producer, watch)
        await _all_effective(watch, 60)  # joined, and whatever other runs left is passed
        watch.committed.clear()
        result = await work(producer, watch)
    await producer.close()
    await other.close()
    return result


async def _full_load(mongo: Mongo, watch: Stopwatch, seconds: float) -> float:
    """Command as fast as it goes, then wait until all is effective; give events a second."""
    started = time.perf_counter()

    async def worker() -> None:
        while time.perf_counter() - started < seconds:
            await _one_command(mongo, watch)

    async with asyncio.TaskGroup() as group:
        for _ in range(FULL_LOAD_WORKERS):
            group.create_task(worker())
    await _all_effective(watch, 120)
    return len(watch.committed) / (time.perf_counter() - started)


async def _steady_load(mongo: Mongo, watch: Stopwatch, rate: float, seconds: float) -> Stopwatch:
    """Command at a fixed rate whatever the answers take (an open loop: no delay hides another)."""
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            group.create_task(_one_command(mongo, watch))
    await _all_effective(watch, 60)
    return watch


async def _one_command(mongo: Mongo, watch: Stopwatch) -> None:
    city = await register(mongo)
    watch.committed[city.id] = time.perf_counter()


async def _all_effective(watch: Stopwatch, seconds: float) -> None:
    async def look() -> bool:
        return watch.committed.keys() <= watch.effective.keys()

    await eventually(look, seconds)
