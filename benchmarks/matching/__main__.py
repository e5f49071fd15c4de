"""All benchmarks of rounds in one run; ``make bench-matching`` calls it.

``BENCH=short`` leaves out slow peers and asks for fewer rounds over HTTP, for CI; ``--stress`` adds
10,000 and 50,000 cities a side.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.matching import http, solvers
from benchmarks.report import Figure, finish
from benchmarks.servers import Servers, servers

ROUNDS = 60
"""A disk that stands still for half a second makes five late answers: a fifth of those that decide
a 99th percentile of 20 rounds."""

SHORT_ROUNDS = 3


def main(arguments: list[str]) -> int:
    """Measure, print, write reports/bench-matching.json; not 0 when a goal was missed."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    short = os.environ.get("BENCH") == "short"
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    todo = solvers.runs(short=short, stress="--stress" in arguments)
    rounds = SHORT_ROUNDS if short else ROUNDS
    with Progress(*columns) as progress:
        task = progress.add_task("solvers", total=len(todo))
        figures = solvers.measure(todo, lambda _: progress.advance(task))
        asked = progress.add_task("rounds over HTTP", total=rounds + 1)
        with servers(http.SERVER) as running:
            figures += asyncio.run(_over_http(running, rounds, lambda: progress.advance(asked)))
    return finish("bench-matching", figures)


async def _over_http(on: Servers, rounds: int, told: Callable[[], None]) -> list[Figure]:
    return await http.measure(on, rounds, told=told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
