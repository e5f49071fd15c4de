"""Writes the figures of the last runs into docs/performance.md and docs/reliability.md.

Only what stands between the marks of a target is replaced; the words around it are written by hand.
What has not been run keeps its figures, and that is said. Run by `make pages`.
"""

import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report

DOCS = Path(__file__).parent.parent.parent / "docs"

BEGIN = "<!-- figures of `make {}`: written by `make pages`, never by hand -->"
END = "<!-- end of figures -->"


class MarksMissingError(Exception):
    """A page has lost the marks between which figures go."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of docs/ and a target whose report it shows."""

    name: str
    target: str


PAGES = (
    Page("performance.md", "bench"),
    Page("performance.md", "bench-registry"),
    Page("performance.md", "eval-duplicates"),
    Page("performance.md", "bench-matching"),
    Page("performance.md", "eval-matching"),
    Page("reliability.md", "faults"),
)


def main() -> int:
    """Rewrite each block of figures whose report is there; return 1 when none was."""
    written = [page for page in PAGES if _write(page)]
    return 0 if written else 1


def _write(page: Page) -> bool:
    try:
        figures = report.read_report(page.target)
    except FileNotFoundError:
        told = f"pages: docs/{page.name} keeps its figures of `make {page.target}`: run it first\n"
        sys.stdout.write(told)
        return False
    path = DOCS / page.name
    block = f"{_heading(page.target)}\n\n{markdown(report.grid(figures))}"
    path.write_text(replaced(path.read_text("utf-8"), page.target, block), "utf-8")
    sys.stdout.write(f"pages: docs/{page.name} has the figures of reports/{page.target}.json\n")
    return True


def _heading(target: str) -> str:
    """Say when and where the figures were taken, without naming the machine."""
    path = report.REPORTS / f"{target}.json"
    day = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()
    where = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"Measured by `make {target}` on {day}: {where}."


def markdown(grid: report.Grid) -> str:
    """Give a grid as a Markdown table; what misses its goal is bold."""
    rows = [list(grid.header), ["---", *["---:"] * (len(grid.header) - 1)]]
    rows.extend([_marked(cell) for cell in line] for line in grid.lines)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _marked(cell: report.Cell) -> str:
    text = cell.text.replace("|", "\\|")
    return f"**{text}**" if cell.ok is False else text


def replaced(text: str, target: str, block: str) -> str:
    """Return the page with the block between the target's marks.

    Raises:
        MarksMissingError: the page has no such marks, or has them in the wrong order.
    """
    begins = BEGIN.format(target)
    before, begin, rest = text.partition(begins)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarksMissingError(f"no '{begins}' ... '{END}' in the page")
    return f"{before}{begins}\n\n{block}\n\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
