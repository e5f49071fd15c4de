"""The summary of the demonstration for people."""

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from deploy.demo.summary import Document

COUNTED = (
    "programmes",
    "exchanges",
    "cities",
    "applications",
    "rounds",
    "proposals",
    "activities",
    "delegations",
    "emails",
    "webhook_deliveries",
    "events",
)

PAIR_WIDTHS = (27, 20, 4, 19)
"""Of EU city, partner, score and reason: what fits into a terminal of 80 columns."""

PERFECT = 1_000_000
"""The score of a perfect pair."""


def print_summary(console: Console, summary: Document) -> None:
    """Print what was played, what arrived, and whether everything is as it should be."""
    console.print()
    pairs = [_pairs(each) for each in summary["by_exchange"]]
    parts = (*pairs, _counts(summary), _places(summary), _hops(summary))
    console.print(Group(*(line for part in parts for line in (part, Text()))))
    pairings = summary["pairings"]
    if summary["webhooks_under_way"]:
        console.print(
            f"{summary['webhooks_under_way']} webhooks that nobody took come again later."
        )
    console.print(
        f"{pairings['active']} of {pairings['published']} published pairings are active; the "
        f"free optimum chose {pairings['chosen_by_the_free_optimum']} of them by itself.",
        style="bold",
        highlight=False,
    )
    ok = summary["ok"]
    verdict = (
        "Nothing lost, nothing doubled, nothing out of order." if ok else "Something is wrong."
    )
    console.print(verdict, style="bold green" if ok else "bold red")


def _pairs(exchange: Document) -> Table:
    """Show an exchange's pairs with their scores, and whether the free optimum has them too."""
    table = Table(title=exchange["name"], title_justify="left", show_header=False, box=None)
    for width in PAIR_WIDTHS:
        table.add_column(no_wrap=True, width=width)
    for each in exchange["proposals"]:
        score = f"{each['score'] / PERFECT:.0%}"
        table.add_row(each["eu"], each["partner"], score, _why(each))
    return table


def _why(proposal: Document) -> str:
    if not proposal["published"]:
        return "proposal only"
    return "history and optimum" if proposal["chosen_freely"] else "history"


def _counts(summary: Document) -> Table:
    table = Table(title="The story in figures", title_justify="left", show_header=False, box=None)
    for name in COUNTED:
        table.add_row(name.replace("_", " "), str(summary[name]))
    return table


def _places(summary: Document) -> Table:
    table = Table(title="Counted at", title_justify="left", box=None)
    table.add_column("")
    for name in ("lost", "doubled", "reordered"):
        table.add_column(name, justify="right")
    for place, tally in summary["counted_at"].items():
        table.add_row(place, *(str(tally[name]) for name in ("lost", "doubled", "reordered")))
    return table


def _hops(summary: Document) -> Table:
    table = Table(title="Milliseconds", title_justify="left", box=None)
    table.add_column("")
    for name in ("p50", "p99", "samples"):
        table.add_column(name, justify="right")
    for hop, figures in summary["latency_milliseconds"].items():
        cells = ("-" if figures[name] is None else f"{figures[name]:g}" for name in ("p50", "p99"))
        table.add_row(hop.replace("_", " "), *cells, str(figures["samples"]))
    return table
