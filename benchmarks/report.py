"""Figures of one run: a table for people, a file for machines, and an exit code for both.

Every proof target (`make faults`, `make bench`) writes `reports/<target>.json`: a list of
`{"name", "value", "unit", "goal", "ok"}`, one per figure, measured in that run.
A name of the form `subject: measure` puts the figure into a grid, one line per subject.
`python -m benchmarks.report TARGET` shows what a target wrote; it fails when a figure misses its
goal, or when there is no report at all.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

LOG_COLUMNS = 150
"""Width of a table in a log: no line of it is folded there."""

REPORTS = Path(__file__).parent.parent / "reports"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `goal` is for people (`<= 100`, empty: none), `ok` says it is met."""

    name: str
    value: float | str
    unit: str
    goal: str = ""
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a shown table; `ok` is None where nothing was to be reached."""

    text: str
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table ready to be shown: a header and lines of equal length."""

    header: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    """Make a figure that is good when small."""
    return Figure(name, value, unit, f"<= {number(limit)}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    """Make a figure that is good when large."""
    return Figure(name, value, unit, f">= {number(limit)}", value >= limit)


def exactly(name: str, value: float, unit: str, wanted: float) -> Figure:
    """Make a figure that has one right value, such as 0 lost."""
    return Figure(name, value, unit, f"= {number(wanted)}", value == wanted)


def write_report(target: str, figures: Sequence[Figure]) -> Path:
    """Write `reports/<target>.json` whole, in place of an older one; an empty report is refused.

    Raises:
        ValueError: nothing was measured, or two figures have one name.
    """
    names = [figure.name for figure in figures]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{target}: {'no figures' if not names else 'two figures of one name'}")
    REPORTS.mkdir(exist_ok=True)
    path = REPORTS / f"{target}.json"
    half = path.with_suffix(".part")
    half.write_bytes(
        orjson.dumps([asdict(figure) for figure in figures], option=orjson.OPT_INDENT_2)
    )
    return half.replace(path)


def read_report(target: str) -> list[Figure]:
    """Read what the last run of a target wrote.

    Raises:
        FileNotFoundError: the target has not been run, or died before it had figures.
    """
    return [Figure(**row) for row in orjson.loads((REPORTS / f"{target}.json").read_bytes())]


def grid(figures: Sequence[Figure]) -> Grid:
    """Lay figures out: subjects by measures when every name has both, else one line per figure."""
    if figures and all(": " in figure.name for figure in figures):
        return _by_subject(figures)
    header = ("figure", "value", "unit", "goal", "ok")
    return Grid(header, tuple(_line(figure) for figure in figures))


def _line(figure: Figure) -> tuple[Cell, ...]:
    judged = figure.ok if figure.goal or not figure.ok else None
    texts = (figure.name, number(figure.value), figure.unit, figure.goal)
    return (*map(Cell, texts), Cell("yes" if figure.ok else "NO", judged))


def _by_subject(figures: Sequence[Figure]) -> Grid:
    found: dict[str, dict[str, Figure]] = {}
    titles: dict[str, str] = {}
    for figure in figures:
        subject, measure = figure.name.split(": ", 1)
        found.setdefault(subject, {})[measure] = figure
        unit = f" ({figure.unit})" if figure.unit else ""
        titles.setdefault(measure, measure + unit)
    lines = []
    for subject, measures in found.items():
        cells = [_cell(measures.get(measure)) for measure in titles]
        lines.append((Cell(subject), *cells))
    return Grid(("", *titles.values()), tuple(lines))


def _cell(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell("")
    missed = "" if figure.ok else f" (goal {figure.goal})"
    return Cell(number(figure.value) + missed, figure.ok if figure.goal else None)


def number(value: float | str) -> str:
    """Show a value as people read it: thousands apart, three significant digits of a fraction."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) or value.is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def print_table(figures: Sequence[Figure], title: str = "") -> bool:
    """Print the figures and tell whether all are ok; what misses its goal is red."""
    shown = grid(figures)
    table = Table(title=title or None, title_justify="left")
    for position, name in enumerate(shown.header):
        table.add_column(name, justify="left" if position == 0 else "right")
    for line in shown.lines:
        table.add_row(*(_coloured(cell) for cell in line))
    Console(width=None if sys.stdout.isatty() else LOG_COLUMNS).print(table)
    missed = [figure for figure in figures if not figure.ok]
    for figure in missed:
        goal = f" (goal {figure.goal})" if figure.goal else ""
        text = f"not reached: {figure.name}: {number(figure.value)} {figure.unit}{goal}"
        Console().print(text, markup=False, highlight=False)
    return not missed


def _coloured(cell: Cell) -> Text:
    style = "" if cell.ok is None else ("green" if cell.ok else "bold red")
    return Text(cell.text, style=style)


def finish(target: str, figures: Sequence[Figure]) -> int:
    """Write, print and judge: the last line of a proof target; returns the process's exit code."""
    write_report(target, figures)
    return 0 if print_table(figures, title=target) else 1


def main(arguments: list[str]) -> int:
    """Show the report of the named target and return 1 when it is missing or not good."""
    target = arguments[0] if arguments else ""
    try:
        figures = read_report(target)
    except FileNotFoundError:
        sys.stderr.write(f"no report '{target}': run `make {target or 'bench'}`\n")
        return 1
    return 0 if print_table(figures, title=target) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
