"""What the platform's commands print: prefixed logs, a progress bar, where everything is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from deploy.local.plan import SERVICES
from deploy.local.state import Platform, Progress

PREFIX_WIDTH = 13
"""As long as the longest name, `notifications`."""

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan")
"""Told apart on dark and light terminals."""


def line_printer(console: Console) -> Callable[[str, str], None]:
    """Give what prints one line of a part's output behind its name, each name in its colour."""
    order: list[str] = []

    def show(name: str, line: str) -> None:
        if name not in order:
            order.append(name)
        colour = COLOURS[order.index(name) % len(COLOURS)]
        text = Text.assemble((f"{name:>{PREFIX_WIDTH}} │ ", colour))
        console.print(text + Text.from_ansi(line), soft_wrap=True)

    return show


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Show how far the start is; lines that are printed meanwhile stay above it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1)

        def announce(progress: Progress) -> None:
            bar.update(
                task,
                total=progress.total,
                completed=progress.done,
                description=f"waiting for {progress.doing}",
            )

        yield announce


def print_addresses(console: Console, platform: Platform, data: Path) -> None:
    """Print where everything is and what to do next."""
    for note in platform.notes:
        console.print(Text(note, "yellow"))
    if platform.problem:
        console.print(Text(platform.problem, "red"))
    console.print(_address_table(platform))
    console.print(f"Logs and data: {data}", soft_wrap=True)
    console.print("A token:    .venv/bin/worldcities token --role officer")
    console.print("The story:  make demo")
    console.print("Stop:       make down   (make reset also forgets the data)")


def _address_table(platform: Platform) -> Table:
    urls = platform.urls
    table = Table(title="World Cities is up", title_justify="left", show_header=False, box=None)
    table.add_column()
    table.add_column(no_wrap=True, overflow="ignore")
    for service in SERVICES:
        table.add_row(service, f"{urls[service]}/docs")
    table.add_row("mailbox", urls["mailbox"])
    table.add_row("SMTP", urls["smtp"])
    table.add_row("issuer of tokens", urls["issuer"])
    table.add_row("Kafka", urls["kafka"])
    table.add_row("database", urls["mongo"])
    return table
