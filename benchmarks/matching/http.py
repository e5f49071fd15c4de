"""Promise: a round of 500 by 500 cities is published two seconds after it was asked for.

On the embedded platform, over HTTP, each round on an exchange of its own: from `POST /v1/rounds`
until every proposal is shown as published, with an officer who publishes as soon as it is solved.
Meanwhile others go on reading and writing at a fixed pace, as they do between the rounds; that time
between counts as "without" once the round's events are all on their way.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import orjson

from benchmarks.client import Request, post, read_answer
from benchmarks.matching.running import Matching, admit, fill_cities, matching
from benchmarks.report import Figure, at_most, print_table
from benchmarks.servers import Servers
from shared.ids import new_id
from shared.mongo import Mongo, connect
from shared.outbox import OUTBOX

SUBJECT = "500 x 500 over HTTP"
GOAL_SECONDS = 2.0
RISE_GOAL = 1.2
JUDGED_ROUNDS = 20
"""A 95th percentile of fewer says nothing: then the figures are shown without their goals."""
POLL_SECONDS = 0.02
PAGE = 100

CONNECTIONS = 4
PACE_SECONDS = 0.04
"""Between two requests of one connection: 100 a second together, a tenth of what the API can."""

WRITES = 5
"""One request of so many is a command; the others read."""

LEAST_QUIET_SECONDS = 1.0
ROUND_SECONDS = 60.0


@dataclass(slots=True)
class Others:
    """What the other requests saw: when each was sent, and how long it took."""

    sent: list[tuple[float, float]] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def within(self, windows: Sequence[tuple[float, float]]) -> list[float]:
        """Give the latencies of what was sent within one of the windows, shortest first."""
        return sorted(
            took for at, took in self.sent if any(start <= at < end for start, end in windows)
        )


async def measure(
    servers: Servers, rounds: int, size: int = 500, told: Callable[[], None] = lambda: None
) -> list[Figure]:
    """Take so many rounds from command to proposals, with other requests between and meanwhile."""
    async with matching(servers, "matching_bench") as running:
        mongo = connect(servers.mongo_url, "matching_bench")
        try:
            return await _measured(running, mongo, (rounds, size), told)
        finally:
            await mongo.close()


async def _measured(
    running: Matching, mongo: Mongo, counts: tuple[int, int], told: Callable[[], None]
) -> list[Figure]:
    rounds, size = counts
    cities = await fill_cities(mongo, size)
    exchanges = [await running.exchange(number) for number in range(rounds + 1)]
    admitted = [await admit(mongo, exchange["id"], cities) for exchange in exchanges]
    others = Others()
    took: list[float] = []
    busy: list[tuple[float, float]] = []
    quiet: list[tuple[float, float]] = []
    async with asyncio.TaskGroup() as group:
        requests = _requests(running, exchanges[0]["id"], admitted[0])
        for number in range(CONNECTIONS):
            group.create_task(_go_on(running.port, requests, number, others))
        for exchange in exchanges:  # the first one warms the service up
            started = time.perf_counter()
            took.append(await _round(running, exchange["id"]))
            await _published(mongo)
            ended = time.perf_counter()
            busy.append((started, ended))
            await asyncio.sleep(max(LEAST_QUIET_SECONDS, ended - started))
            quiet.append((ended, time.perf_counter()))
            told()
        others.stop.set()
    return _figures(took[1:], others.within(quiet[1:]), others.within(busy[1:]))


async def _round(running: Matching, exchange_id: str) -> float:
    """Ask for a round, publish it as soon as it is solved, see all proposals; give the seconds."""
    started = time.perf_counter()
    asked = await running.create("/v1/rounds", {"exchange_id": exchange_id})
    path = f"/v1/rounds/{asked['id']}"
    async with asyncio.timeout(ROUND_SECONDS):
        while (now := await running.read(path))["status"] == "requested":  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(POLL_SECONDS)
    if now["status"] != "solved":
        raise RuntimeError(f"the round is {now['status']}: {now}")
    await running.change(now, f"{path}/publish")
    query: dict[str, str | int] = {"round_id": asked["id"], "limit": PAGE}
    while True:
        page = await running.read("/v1/proposals", **query)
        if any(each["status"] != "published" for each in page["items"]):
            raise RuntimeError("a proposal of a published round is not published")
        if page["next"] is None:
            return time.perf_counter() - started
        query["cursor"] = page["next"]


async def _published(mongo: Mongo) -> None:
    """Wait until the round's events have left."""
    async with asyncio.timeout(ROUND_SECONDS):
        while await mongo.database[OUTBOX].count_documents({}):  # noqa: ASYNC110 - another process
            await asyncio.sleep(POLL_SECONDS)


def _requests(running: Matching, exchange_id: str, applications: Sequence[str]) -> Request:
    """Give the other requests: an exchange, an application, a list of them, and a new programme."""
    base = f"http://127.0.0.1:{running.port}"
    authorised = {"Authorization": f"Bearer {running.token}"}
    reads = [
        f"/v1/exchanges/{exchange_id}",
        f"/v1/applications?exchange_id={exchange_id}&limit=20",
        "/v1/programmes?limit=20",
    ]

    def request(number: int) -> bytes:
        if number % WRITES == 0:
            body = {"name": f"Other {number}", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
            key = {"Idempotency-Key": new_id("key")}
            return post(f"{base}/v1/programmes", orjson.dumps(body), authorised | key)
        path = reads[number % len(reads)]
        if number % 2:
            path = f"/v1/applications/{applications[number % len(applications)]}"
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{running.port}"]
        lines += [f"{name}: {value}" for name, value in authorised.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    return request


async def _go_on(port: int, request: Request, first: int, others: Others) -> None:
    """Send at a fixed pace; a late answer makes the next request late, never two at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = time.perf_counter() + first * PACE_SECONDS / CONNECTIONS
    number = first
    while not others.stop.is_set():
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sent = time.perf_counter()
        writer.write(request(number))
        await read_answer(reader)
        others.sent.append((sent, time.perf_counter() - sent))
        number += CONNECTIONS
        due = max(due + PACE_SECONDS, time.perf_counter())
    writer.close()
    await writer.wait_closed()


def _figures(took: list[float], quiet: list[float], busy: list[float]) -> list[Figure]:
    """Give the figures, all in the column of times."""
    without, during = _percentile(quiet, 0.99) * 1000, _percentile(busy, 0.99) * 1000
    p50, p95 = (round(_percentile(sorted(took), share) * 1000) for share in (0.5, 0.95))
    rounds = f"{SUBJECT}, command to proposals, {len(took)} rounds"
    others = f"{SUBJECT}, other requests' p99"
    most = round(without * RISE_GOAL, 1)
    figures = [
        Figure(f"{rounds}, p50: time", p50, "ms"),
        at_most(f"{rounds}, p95: time", p95, "ms", GOAL_SECONDS * 1000),
        Figure(f"{others} without ({len(quiet):,}): time", round(without, 1), "ms"),
        at_most(f"{others} meanwhile ({len(busy):,}): time", round(during, 1), "ms", most),
    ]
    if len(took) < JUDGED_ROUNDS:
        return [replace(each, goal="", ok=True) for each in figures]
    return figures


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    from benchmarks.servers import servers as started_servers

    NUMBERS = [int(each) for each in sys.argv[1:]] or [5, 500]
    with started_servers() as on:
        print_table(asyncio.run(measure(on, NUMBERS[0], NUMBERS[1])), title="over HTTP")
