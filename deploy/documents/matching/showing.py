"""How an example is shown: tables and code in Markdown, plots as SVG."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploy.documents.matching.cities import TOPICS, Body
from services.matching.charts import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SKY,
    YELLOW,
    Bar,
    Chart,
    Series,
    svg,
)
from services.matching.solver.problem import ONE_POINT
from services.matching.solver.solution import Solution, Suggestion

Names = Mapping[str, str]

_PARTS = (
    ("needs met", ("topic:",), Series("needs met", GREEN)),
    ("same challenges", ("peer",), Series("same challenges", BLUE)),
    ("similar size", ("size",), Series("similar size", ORANGE)),
    ("language", ("language",), Series("a language in common", SKY, light=False)),
    ("clocks", ("zone",), Series("few hours apart", YELLOW, light=False)),
    ("other", ("project", "maturity", "preference", "novelty"), Series("other reasons", GREY)),
)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give a Markdown table; the first column is text, the others are numbers or text."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def cities_table(bodies: Iterable[Body]) -> str:
    """Show what is known of cities."""
    return table(
        ("city", "country", "inhabitants", "seeks", "offers"),
        (
            (each.name, each.country, f"{each.population:,}", _levels(each, 1), _levels(each, 2))
            for each in bodies
        ),
    )


def pairs_table(solution: Solution, names: Names) -> str:
    """Show the chosen pairs with their scores, topics and firmness."""
    rows = []
    for each in solution.suggestions:
        topics = [part.name for part in each.parts if part.name.startswith("topic:")]
        labels = ", ".join(TOPICS[name.removeprefix("topic:")] for name in topics)
        kept = "locked" if each.locked else "firm" if each.firm else "interchangeable"
        eu, partner = names[each.pair.eu_city_id], names[each.pair.partner_city_id]
        rows.append((eu, partner, f"{each.score / ONE_POINT:.1f}", labels, kept))
    return table(("EU city", "partner city", "score of 100", "topics", "how firm"), rows)


def scores_plot(id_: str, title: str, solution: Solution, names: Names) -> str:
    """Plot what each chosen pair's score is made of."""
    used = [
        (prefixes, series)
        for _, prefixes, series in _PARTS
        if any(_points(each, prefixes) for each in solution.suggestions)
    ]
    bars = tuple(
        Bar(
            f"{names[each.pair.eu_city_id]} with {names[each.pair.partner_city_id]}",
            tuple(_points(each, prefixes) / ONE_POINT for prefixes, _ in used),
        )
        for each in solution.suggestions
    )
    described = " ".join(f"{bar.label}: {sum(bar.values):.1f} points." for bar in bars)
    series = tuple(each for _, each in used)
    return svg(Chart(id_, title, described, series, bars, decimals=1)) + "\n"


def request(route: str, body: Mapping[str, Any]) -> str:
    """Show a request as one would send it."""
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return f"```http\n{route}\nContent-Type: application/json\n\n{text}\n```"


def quoted(sentences: Iterable[str]) -> str:
    """Show sentences that the platform says."""
    return "\n".join(f"> {sentence}  " for sentence in sentences)


def _levels(body: Body, place: int) -> str:
    levels = sorted(body.levels, key=lambda level: -int(level[place]))
    return ", ".join(f"{TOPICS[str(each[0])]} {each[place]}" for each in levels if each[place])


def _points(suggestion: Suggestion, prefixes: tuple[str, ...]) -> int:
    return sum(part.points for part in suggestion.parts if part.name.startswith(prefixes))
