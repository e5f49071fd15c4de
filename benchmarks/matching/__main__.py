"""All benchmarks of rounds in one run; ``make bench-matching`` calls it.

``BENCH=short`` gives peers less time and asks for fewer rounds over HTTP, for CI; ``--stress`` adds
10,000 and 50,000 cities a side.
"""

import logging
import os
import sys

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.matching import solvers
from benchmarks.report import finish


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
    with Progress(*columns) as progress:
        task = progress.add_task("solvers", total=len(todo))
        figures = solvers.measure(todo, lambda _: progress.advance(task))
    return finish("bench-matching", figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
