"""What other people ask of matching while rounds go on: a steady stream of reads and writes.

Each connection is one person, who reads applications and exchanges and revises an exchange of their
own. Nothing grows by it: a list is as long at the end of a measurement as it was at its start.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import orjson

from benchmarks.client import read_answer
from benchmarks.matching.running import Matching, Shown

PEOPLE = 4
PACE_SECONDS = 0.16
"""Between two requests of one person: 25 a second together, which is more than all officers and
coordinators of a programme of 1,000 cities ask for in their busiest minute."""

WRITES = 5
"""One request of so many is a command; the others read."""


@dataclass(slots=True)
class Others:
    """What they saw: when each request was sent, and how long it took."""

    sent: list[tuple[float, float]] = field(default_factory=list)

    def within(self, windows: Sequence[tuple[float, float]]) -> list[float]:
        """Give the latencies of what was sent within one of the windows, shortest first."""
        return sorted(
            took for at, took in self.sent if any(start <= at < end for start, end in windows)
        )


@dataclass(slots=True)
class Person:
    """One of them: what they look at, and the exchange that they revise, as they last saw it."""

    running: Matching
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
        host = urlsplit(str(self.running.client.base_url)).netloc
        named = {"Host": host, "Authorization": f"Bearer {self.running.token}"} | headers
        lines = [f"{start} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@asynccontextmanager
async def others(
    running: Matching, read_about: str, applications: Sequence[str]
) -> AsyncIterator[Others]:
    """Have them ask for as long as the block takes.

    Raises:
        RuntimeError: one of them got an answer that is not 2xx.
    """
    seen, stop = Others(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(PEOPLE):
            own = await running.exchange(f"of person {number}")
            person = Person(running, own, applications, read_about)
            group.create_task(_ask(person, number * PACE_SECONDS / PEOPLE, seen, stop))
        yield seen
        stop.set()


async def _ask(person: Person, first: float, seen: Others, stop: asyncio.Event) -> None:
    """Ask at a fixed pace; a late answer makes the next request late, never two at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", person.running.port)
    due = time.perf_counter() + first
    for number in count():
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if stop.is_set():
            break
        sent = time.perf_counter()
        writer.write(person.request(number))
        await read_answer(reader)
        seen.sent.append((sent, time.perf_counter() - sent))
        due = max(due + PACE_SECONDS, time.perf_counter())
    writer.close()
    await writer.wait_closed()
