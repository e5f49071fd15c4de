"""All benchmarks of the delivery chain in one run; ``make bench`` calls it.

``BENCH=short`` measures less of everything, for CI: the ratios hold, their noise is larger.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import command, consumer, latency, relay
from benchmarks.report import Figure, finish
from benchmarks.servers import Servers, servers

Measure = Callable[[Servers], Awaitable[list[Figure]]]


def parts(*, short: bool) -> dict[str, Measure]:
    """Give what is measured, with its size."""
    commands, rows, records, seconds = (
        (500, 2000, 6000, 10.0) if short else (3000, 5000, 24000, 15.0)
    )
    return {
        "command against two bare writes": lambda on: command.measure(on, commands),
        "relay against a bare loop": lambda on: relay.measure(on, rows),
        "consumer against a bare loop": lambda on: consumer.measure(on, records),
        "from commit to effect": lambda on: latency.measure(on, seconds),
    }


def main() -> int:
    """Measure, print the table, write reports/bench.json; not 0 when a goal was missed."""
    # While a new broker elects leaders, the client says each of its retries: they are expected.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures: list[Figure] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=False) as progress:
        for name, measure in parts(short=os.environ.get("BENCH") == "short").items():
            task = progress.add_task(name, total=1)
            with servers() as running:
                figures += asyncio.run(_measured(measure, running))
            progress.update(task, completed=1)
    return finish("bench", figures)


async def _measured(measure: Measure, on: Servers) -> list[Figure]:
    return await measure(on)


if __name__ == "__main__":
    sys.exit(main())
