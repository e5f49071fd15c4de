"""The delivery chain of one process: its relay and its consumers as jobs, with their probes.

Promises to run only what the process's roles ask for, so that operators scale each alone.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.consumer import Consumer, Group
from shared.mongo import Mongo
from shared.process import Job
from shared.relay import Relay
from shared.settings import ServiceSettings
from shared.web import Probe


@dataclass(frozen=True, slots=True)
class Delivery:
    """What ``main.py`` lists: jobs to supervise, and probes for ``/readyz`` by dependency."""

    jobs: Sequence[Job]
    probes: Mapping[str, Probe]


def delivery(settings: ServiceSettings, mongo: Mongo, groups: Sequence[Group]) -> Delivery:
    """Give the relay and one consumer per group, as far as the roles include them."""
    jobs: list[Job] = []
    probes: dict[str, Probe] = {"database": mongo.ping}
    if "relay" in settings.roles:
        relay = Relay(mongo, settings.kafka, settings.relay, holder_name())
        jobs.append(endless_job("relay", relay.run))
    for group in groups if "consumer" in settings.roles else ():
        consumer = Consumer(mongo, settings.kafka, settings.consumer, group)
        jobs.append(endless_job(f"consumer {group.name}", consumer.run))
        probes[f"consumer {group.name}"] = consumer.ready
    return Delivery(jobs, probes)


def holder_name() -> str:
    """Name this process among all that may want the same lease."""
    return f"{socket.gethostname()}:{os.getpid()}"


def endless_job(name: str, run: Callable[[], Awaitable[None]]) -> Job:
    """Make a job of a loop that works until it is cancelled."""

    async def work(stop: asyncio.Event) -> None:
        loop, told = asyncio.ensure_future(run()), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({loop, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            loop.cancel()
            await asyncio.wait({loop})
        if not loop.cancelled():
            loop.result()

    return Job(name, work)
