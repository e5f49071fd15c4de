"""What other people ask of matching while rounds go on: a steady stream of reads and writes.

Each connection is one person, who reads applications and exchanges and revises an exchange of their
own. Nothing grows by it: a list is as long at the end of a measurement as it was at its start.

They ask from a process of their own: whoever measures reads pages of hundreds of kilobytes, and an
answer that waits meanwhile in the same process would count as late.
"""

import asyncio
import gc
import multiprocessing
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from random import Random
from typing import Any

import orjson

from benchmarks.client import read_answer
from benchmarks.matching.running import Matching, Shown

PEOPLE = 4
PAUSE_SECONDS = 0.04
"""Between an answer and that person's next request, in the mean: nearly 100 a second together,
which is more than all officers and coordinators of a programme of 1,000 cities ask for in their
busiest minute. It varies as pauses of people do (exponentially, from a fixed seed): at a fixed pace
one late answer had all four ask in the same millisecond from then on, since all had waited."""

WRITES = 5
"""One request of so many is a command; the others read."""


Sent = list[tuple[float, float]]
"""When each request was sent, by the machine's monotonic clock, and how long it took: seconds."""


@dataclass(slots=True)
class Others:
    """What they saw; complete when they have stopped."""

    sent: Sent = field(default_factory=list)

    def within(self, windows: Sequence[tuple[float, float]]) -> list[float]:
        """Give the latencies of what was sent within one of the windows, shortest first."""
        return sorted(
            took for at, took in self.sent if any(start <= at < end for start, end in windows)
        )


@dataclass(slots=True)
class Person:
    """One of them: what they look at, and the exchange that they revise, as they last saw it."""

    port: int
    token: str
    exchange: Shown
    applications: Sequence[str]
    """Of the exchange that they read about."""
    read_about: str

    def request(self, number: int) -> bytes:
        """Give their n-th request."""
        if number % WRITES == 0:
            return self._revise(number)
        return self._get(
            (
                f"/v1/exchanges/{self.read_about}",
                f"/v1/applications?exchange_id={self.read_about}&limit=20",
                f"/v1/applications/{self.applications[number % len(self.applications)]}",
                "/v1/programmes?limit=20",
            )[number % 4]
        )

    def _revise(self, number: int) -> bytes:
        body = orjson.dumps({"name": f"Their exchange {number}"})
        version = self.exchange["version"]
        self.exchange["version"] += 1
        return self._bytes(
            f"PATCH /v1/exchanges/{self.exchange['id']}",
            {
                "If-Match": f'"v{version}"',
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            },
            body,
        )

    def _get(self, path: str) -> bytes:
        return self._bytes(f"GET {path}", {}, b"")

    def _bytes(self, start: str, headers: dict[str, str], body: bytes) -> bytes:
        host = f"127.0.0.1:{self.port}"
        named = {"Host": host, "Authorization": f"Bearer {self.token}"} | headers
        lines = [f"{start} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@asynccontextmanager
async def others(
    running: Matching, read_about: str, applications: Sequence[str]
) -> AsyncIterator[Others]:
    """Have them ask for as long as the block takes; what they saw is there behind it.

    Raises:
        RuntimeError: one of them got an answer that is not 2xx.
    """
    seen = Others()
    people = [
        Person(
            running.port,
            running.token,
            await running.exchange(f"of person {number}"),
            applications,
            read_about,
        )
        for number in range(PEOPLE)
    ]
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_ask_until_told, args=(theirs, people), daemon=True)
    process.start()
    theirs.close()
    try:
        await _told(ours)
        yield seen
        seen.sent = await _told(ours, "stop")
    finally:
        process.kill()
        process.join()
        ours.close()


async def _told(connection: Connection, order: str | None = None) -> Any:  # noqa: ANN401 - what a pipe brings
    """Give what their process says next, once it has its order."""
    try:
        if order is not None:
            connection.send(order)
        return await asyncio.to_thread(connection.recv)
    except (EOFError, OSError) as error:
        raise RuntimeError("the other people's process ended: see its traceback") from error


def _ask_until_told(connection: Connection, people: Sequence[Person]) -> None:
    gc.disable()  # a pause of ours would count as a late answer
    connection.send("ready")
    connection.send(asyncio.run(_all_ask(connection, people)))


async def _all_ask(connection: Connection, people: Sequence[Person]) -> Sent:
    sent: Sent = []
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(connection.fileno(), stop.set)
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(people):
            group.create_task(_ask(person, Random(number), sent, stop))
    return sent


async def _ask(person: Person, pauses: Random, sent: Sent, stop: asyncio.Event) -> None:
    """Ask, wait for the answer, pause, and ask the next thing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", person.port)
    for number in count():
        await asyncio.sleep(pauses.expovariate(1 / PAUSE_SECONDS))
        if stop.is_set():
            break
        at = time.perf_counter()
        writer.write(person.request(number))
        await read_answer(reader)
        sent.append((at, time.perf_counter() - at))
    writer.close()
    await writer.wait_closed()
