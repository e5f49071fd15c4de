"""All benchmarks of the registry in one run; ``make bench-registry`` calls it.

``BENCH=short`` measures less of everything, for CI.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.registry import imports, search
from benchmarks.report import Figure, finish
from benchmarks.servers import Servers, servers

Measure = Callable[[Servers], Awaitable[list[Figure]]]


def parts(*, short: bool) -> dict[str, Measure]:
    """Give what is measured, with its size."""
    sizes = search.Sizes(3000, 300, 60, 20) if short else search.Sizes(34_006, 5000, 500, 200)
    rows, many = (1000, 2000) if short else (34_006, 100_000)
    return {
        "search over all cities and practices": lambda on: search.measure(on, sizes),
        "import of all cities": lambda on: imports.measure(on, rows, many),
    }


def main() -> int:
    """Measure, print the table, write reports/bench-registry.json; not 0 when a goal was missed."""
    figures: list[Figure] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=False) as progress:
        for name, measure in parts(short=os.environ.get("BENCH") == "short").items():
            task = progress.add_task(name, total=1)
            with servers() as running:
                figures += asyncio.run(_measured(measure, running))
            progress.update(task, completed=1)
    return finish("bench-registry", figures)


async def _measured(measure: Measure, on: Servers) -> list[Figure]:
    return await measure(on)


if __name__ == "__main__":
    sys.exit(main())
