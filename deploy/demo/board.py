"""The demonstration as people watch it: exchanges as rows with their stage, and live counters.

Promises: nothing but this module draws; on something that is no terminal it prints the end only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from deploy.demo.story_data import Exchange

REFRESHES_PER_SECOND = 8
"""Smooth to the eye, and a hundredth of a core."""

BAR_WIDTH = 16


@dataclass(slots=True)
class Line:
    """One exchange: what happens there, and how many of its steps are done."""

    name: str
    steps: int
    stage: str = "waiting"
    done: int = 0


@dataclass(slots=True)
class Board:
    """What is shown. The story writes into it, the screen reads it."""

    lines: dict[str, Line]
    headline: str = ""
    counters: dict[str, int] = field(
        default_factory=lambda: {"events": 0, "webhooks": 0, "e-mails": 0}
    )

    def stage(self, exchange_key: str, stage: str) -> None:
        """Say what happens in an exchange."""
        self.lines[exchange_key].stage = stage

    def step(self, exchange_key: str) -> None:
        """Count a step of an exchange as done."""
        self.lines[exchange_key].done += 1

    def set(self, counter: str, value: int) -> None:
        """Set a counter."""
        self.counters[counter] = value

    def __rich__(self) -> Group:
        """Give it as rich draws it."""
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        for _ in range(3):
            table.add_column(no_wrap=True)
        for line in self.lines.values():
            complete = line.done >= line.steps
            bar = ProgressBar(total=line.steps, completed=line.done, width=BAR_WIDTH)
            table.add_row(
                Text(line.name), bar, Text(line.stage, style="green" if complete else "cyan")
            )
        counted = Text("   ").join(
            Text.assemble((f"{value}", "bold magenta"), f" {name}")
            for name, value in self.counters.items()
        )
        return Group(Text(self.headline, style="bold"), table, Text(), counted)


def board_for(exchanges: Sequence[Exchange], steps: dict[str, int]) -> Board:
    """Give a board with a line per exchange, which has that many steps."""
    return Board({each.key: Line(_short(each.name), steps[each.key]) for each in exchanges})


def _short(name: str) -> str:
    """Leave out what all of them have in common, so that a line fits into 80 columns."""
    return name.removeprefix("World Cities ")


@contextmanager
def shown(board: Board, console: Console) -> Iterator[None]:
    """Show the board while the block runs; its last state stays."""
    with Live(board, console=console, refresh_per_second=REFRESHES_PER_SECOND):
        yield
