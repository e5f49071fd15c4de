"""The fairness report as one page that needs nothing else: plots, and each with its table."""

from collections.abc import Iterable, Mapping
from html import escape

from services.matching.charts import BLUE, GREEN, GREY, ORANGE, SKY, YELLOW, Bar, Chart, Series, svg
from services.matching.domain.fairness import OTHERS, OUTCOMES, Dimension, Fairness, Group, Outcome

_SERIES: Mapping[Outcome, Series] = {
    "cooperating": Series("cooperating", GREEN),
    "proposed": Series("proposed, awaits answers", BLUE),
    "without": Series("admitted, went without", ORANGE),
    "reserve": Series("on the reserve list", SKY, light=False),
    "pending": Series("not decided yet", YELLOW, light=False),
    "not_admitted": Series("not admitted or withdrawn", GREY, light=False),
}

_TITLES = {"side": "By side", "country": "By country", "size": "By size", "topic": "By topic"}
_SIDES = {"eu": "EU cities", "partner": "partner cities"}

_STYLE = """
body { font: 16px/1.5 system-ui, 'DejaVu Sans', sans-serif; color: #222; background: #fff;
  max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
svg { width: 100%; height: auto; border: 1px solid #ddd; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; margin-top: .6rem; }
caption { text-align: left; color: #555; padding: .3rem 0; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .35rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: normal; white-space: nowrap; }
""".strip()

_COLUMNS = ("applied", *OUTCOMES, "rounds_without", "longest_without", "waited_days")
_HEADS = (
    "applied", "cooperating", "proposed", "went without", "reserve", "not decided", "not admitted",
    "turns without", "longest", "days waited",
)  # fmt: skip


def page(name: str, fairness: Fairness, labels: Mapping[str, str]) -> str:
    """Give the page about an exchange or programme of that name; ``labels`` are topics by code."""
    title, counted = f"Fairness: {name}", f"{fairness.counted_at:%Y-%m-%d %H:%M}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(text)}</p>" for text in sentences(fairness)),
        *(_section(each, labels) for each in fairness.dimensions),
        f"<p><small>Counted from the record at {counted} UTC.</small></p>",
    ]
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def sentences(fairness: Fairness) -> Iterable[str]:
    """Say the report in a few sentences."""
    whole = fairness.whole
    admitted = whole.cooperating + whole.proposed + whole.without
    yield (
        f"{_counted(whole.applied, 'application')}, {fairness.rounds} published rounds. "
        f"{admitted} of them were admitted: {whole.cooperating} cooperate or have cooperated, "
        f"{whole.proposed} await answers, {whole.without} went without a partner."
    )
    if whole.longest_without:
        yield (
            f"The city that waited longest went without in {whole.longest_without} rounds. Each "
            "round without favours a city in the next one."
        )
    if fairness.pooled_below > 1:
        yield (
            f"Groups of fewer than {fairness.pooled_below} cities are shown together as "
            f"“{OTHERS}”, so that no city can be told from the figures."
        )


def _section(dimension: Dimension, labels: Mapping[str, str]) -> str:
    title = _TITLES[dimension.kind]
    named = [(_named(group, dimension, labels), group) for group in dimension.groups]
    chart = Chart(
        id=f"by-{dimension.kind}",
        title=f"{title}: what became of the applications",
        description=_described(named),
        series=tuple(_SERIES.values()),
        bars=tuple(
            Bar(name, tuple(getattr(group, outcome) for outcome in _SERIES))
            for name, group in named
        ),
    )
    note = " A city counts in each of its topics." if dimension.kind == "topic" else ""
    return f"<section><h2>{title}</h2>\n{svg(chart)}\n{_table(named, title, note)}</section>"


def _table(named: Iterable[tuple[str, Group]], title: str, note: str) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("", *_HEADS))
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{_cell(getattr(group, column))}</td>" for column in _COLUMNS)
        + "</tr>"
        for name, group in named
    )
    caption = (
        f"<caption>{title}: the figures of the plot; turns without a partner in all "
        f"and of one city at most; days waited at the median.{note}</caption>"
    )
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: int | None) -> str:
    return "" if value is None else str(value)


def _named(group: Group, dimension: Dimension, labels: Mapping[str, str]) -> str:
    if dimension.kind == "topic":
        return labels.get(group.name, group.name)
    return _SIDES.get(group.name, group.name) if dimension.kind == "side" else group.name


def _described(named: Iterable[tuple[str, Group]]) -> str:
    return " ".join(
        f"{name}: {_counted(group.applied, 'application')}, {group.cooperating} cooperating, "
        f"{group.proposed} proposed, {group.without} without a partner."
        for name, group in named
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
