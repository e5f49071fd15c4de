"""Bar charts as SVG, made of nothing but text: they need no library, no script and no network.

Promises that a chart can be read without seeing it: it has a title and a description, each bar
names its value, and whoever shows it puts the same figures into a table beside.

Source: WAI-ARIA Graphics Module 1.0 (``role=img`` with title and desc); Okabe and Ito 2008, "Color
Universal Design", for colours that people with colour blindness tell apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

BLUE, SKY, ORANGE, YELLOW, GREY, GREEN = (
    "#0072b2", "#56b4e9", "#d55e00", "#f0e442", "#999999", "#009e73",
)  # fmt: skip

_WIDTH, _LABEL, _RIGHT = 760, 190, 60
_BAR, _GAP, _TOP = 20, 10, 34
_CHAR = 6.6
"""Width of a character of the legend at its size, in the same unit: user units of the SVG."""
_FONT = "system-ui, 'DejaVu Sans', sans-serif"
_MIN_INSIDE = 16
"""A narrower part has no room for its number."""


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every bar: its name, its colour, and whether its numbers are white."""

    name: str
    colour: str
    light: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, and a value for each series."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A stacked bar chart."""

    id: str
    """Unique on its page, letters and hyphens."""
    title: str
    description: str
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    decimals: int = 0


def svg(chart: Chart) -> str:
    """Give the chart as an SVG element, as wide as its page allows."""
    legend, top = _legend(chart.series)
    height = top + len(chart.bars) * (_BAR + _GAP) + _GAP
    greatest = max((sum(bar.values) for bar in chart.bars), default=0) or 1
    scale = (_WIDTH - _LABEL - _RIGHT) / greatest
    rows = [
        _bar(bar, chart, (top + place * (_BAR + _GAP), scale))
        for place, bar in enumerate(chart.bars)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{chart.id}-title {chart.id}-desc" font-family="{_FONT}" font-size="12">'
    )
    parts = [
        head,
        f'<title id="{chart.id}-title">{escape(chart.title)}</title>',
        f'<desc id="{chart.id}-desc">{escape(chart.description)}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *legend,
        *rows,
        "</svg>",
    ]
    return "\n".join(parts)


def _legend(series: Sequence[Series]) -> tuple[list[str], int]:
    """Give the legend, in as many lines as it needs, and where the bars begin."""
    parts, x, y = [], 8.0, 12
    for each in series:
        width = 24 + len(each.name) * _CHAR + 14
        if x + width > _WIDTH:
            x, y = 8.0, y + 18
        parts.append(
            f'<rect x="{x:.0f}" y="{y - 9}" width="12" height="12" fill="{each.colour}" '
            f'stroke="#333333" stroke-width="0.5"/>'
            f'<text x="{x + 17:.0f}" y="{y + 2}" fill="#222222">{escape(each.name)}</text>'
        )
        x += width
    return parts, y + _TOP - 12


def _bar(bar: Bar, chart: Chart, at: tuple[int, float]) -> str:
    y, scale = at
    middle = y + _BAR / 2 + 4
    place = f'x="{_LABEL - 8}" y="{middle:.0f}" text-anchor="end" fill="#222222"'
    parts = [f"<text {place}>{escape(bar.label)}</text>"]
    x = float(_LABEL)
    for series, value in zip(chart.series, bar.values, strict=True):
        width = value * scale
        if not width:
            continue
        shown = f"{value:.{chart.decimals}f}"
        parts.append(
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" '
            f'fill="{series.colour}"><title>{escape(bar.label)}: {escape(series.name)} {shown}'
            "</title></rect>"
        )
        if width >= max(_MIN_INSIDE, len(shown) * _CHAR + 4):
            ink = "#ffffff" if series.light else "#222222"
            parts.append(
                f'<text x="{x + width / 2:.1f}" y="{middle:.0f}" text-anchor="middle" '
                f'fill="{ink}">{shown}</text>'
            )
        x += width
    total = f"{sum(bar.values):.{chart.decimals}f}"
    parts.append(f'<text x="{x + 6:.1f}" y="{middle:.0f}" fill="#222222">{total}</text>')
    return "".join(parts)
