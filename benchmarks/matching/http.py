"""Promise: a round of 500 by 500 cities is published two seconds after it was asked for.

On the embedded platform with the fast database server (`make up FAST=1`), over HTTP, each round on
an exchange of its own: from `POST /v1/rounds` until every proposal is shown as published, with an
officer who publishes as soon as it is solved. Meanwhile others go on reading and writing, as they
do between the rounds; that time between counts as "without" once the round's events
are all on their way.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.matching.others import others
from benchmarks.matching.running import Matching, admit, fill_cities, matching
from benchmarks.report import Figure, at_most, print_table
from benchmarks.servers import Servers
from deploy.local.mongo import Server
from shared.mongo import Mongo, connect
from shared.outbox import OUTBOX

SUBJECT = "500 x 500 over HTTP"
SERVER: Server = "secantusd-rs"
GOAL_SECONDS = 2.0
RISE_GOAL = 1.2
JUDGED_ROUNDS = 20
"""A 95th percentile of fewer says nothing: then the figures are shown without their goals."""
POLL_SECONDS = 0.1
"""Between two looks of the officer who waits: oftener only takes time from what is waited for."""
PAGE = 200
"""The most that one page may have: whoever wants all proposals asks for no less."""

LEAST_QUIET_SECONDS = 1.0
ROUND_SECONDS = 60.0


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
    exchanges = [await running.exchange(str(number)) for number in range(rounds + 1)]
    admitted = [await admit(mongo, exchange["id"], cities) for exchange in exchanges]
    took: list[float] = []
    busy: list[tuple[float, float]] = []
    quiet: list[tuple[float, float]] = []
    async with others(running, exchanges[0]["id"], admitted[0]) as seen:
        for exchange in exchanges:  # the first one warms the service up
            started = time.perf_counter()
            took.append(await _round(running, exchange["id"]))
            await _published(mongo)
            ended = time.perf_counter()
            busy.append((started, ended))
            await asyncio.sleep(max(LEAST_QUIET_SECONDS, ended - started))
            quiet.append((ended, time.perf_counter()))
            told()
    # What the others saw is whole only now.
    return _figures(took[1:], seen.within(quiet[1:]), seen.within(busy[1:]))


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
        while await mongo.database[OUTBOX].estimated_document_count():  # noqa: ASYNC110 - another process
            await asyncio.sleep(POLL_SECONDS)


def _figures(took: list[float], quiet: list[float], busy: list[float]) -> list[Figure]:
    """Give the figures, all in the column of times."""
    without, during = _percentile(quiet, 0.99) * 1000, _percentile(busy, 0.99) * 1000
    p50, p95 = (round(_percentile(sorted(took), share) * 1000) for share in (0.5, 0.95))
    rounds = f"{SUBJECT}, command to proposals, {len(took)} rounds"
    asked = f"{SUBJECT}, other requests' p99"
    most = round(without * RISE_GOAL, 1)
    figures = [
        Figure(f"{rounds}, p50: time", p50, "ms"),
        at_most(f"{rounds}, p95: time", p95, "ms", GOAL_SECONDS * 1000),
        Figure(f"{asked} without ({len(quiet):,}): time", round(without, 1), "ms"),
        at_most(f"{asked} meanwhile ({len(busy):,}): time", round(during, 1), "ms", most),
    ]
    if len(took) < JUDGED_ROUNDS:
        return [replace(each, goal="", ok=True) for each in figures]
    return figures


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    from benchmarks.servers import servers as started_servers

    NUMBERS = [int(each) for each in sys.argv[1:]] or [5, 500]
    with started_servers(SERVER) as on:
        print_table(asyncio.run(measure(on, NUMBERS[0], NUMBERS[1])), title="over HTTP")
