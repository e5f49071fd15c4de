"""Cities written as files, a piece at a time.

Promises: `reading` gives back every fact with its source, whatever text is in it; no cell of a CSV
file is taken for a formula (numbers of ours are written as numbers: a longitude may begin with -).

Source: RFC 4180 (CSV), RFC 7946 (GeoJSON: longitude first).
"""

import csv
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from io import StringIO
from itertools import count
from typing import Any, Final

import orjson

from services.registry.api.city_models import facts_shown
from services.registry.domain.cities import City
from services.registry.domain.imports import ImportFormat
from services.registry.transfer.cells import COLUMNS, guarded, joined, paired

MEDIA_TYPES: Final[dict[ImportFormat, str]] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
}
_PIECE: Final = 200
"""Cities in one piece: some 60 kB."""

_BOM: Final = b"\xef\xbb\xbf"
_LISTS: Final = {"languages", "members", "aliases"}
_PAIRS: Final = {"names", "sources"}


async def written(
    cities: AsyncIterable[City], format_: ImportFormat, *, bom: bool = False
) -> AsyncIterator[bytes]:
    """Write cities in the order in which they come; with `bom`, Excel sees that CSV is UTF-8."""
    yield _head(format_, bom=bom)
    numbers = count()
    waiting: list[City] = []
    async for city in cities:
        waiting.append(city)
        if len(waiting) == _PIECE:
            yield piece(waiting, format_, first=next(numbers) == 0)
            waiting = []
    if waiting:
        yield piece(waiting, format_, first=next(numbers) == 0)
    yield b"\n]}\n" if format_ == "geojson" else b""


def piece(cities: Sequence[City], format_: ImportFormat, *, first: bool) -> bytes:
    """Write some cities; in GeoJSON what is not `first` goes on behind a comma."""
    if format_ == "csv":
        return _lines([_cells(city) for city in cities])
    if format_ == "jsonl":
        return b"".join(orjson.dumps(_shown(city)) + b"\n" for city in cities)
    return (b"" if first else b",\n") + b",\n".join(_feature(city) for city in cities)


def _head(format_: ImportFormat, *, bom: bool) -> bytes:
    if format_ == "csv":
        return (_BOM if bom else b"") + _lines([list(COLUMNS)])
    return b'{"type":"FeatureCollection","features":[\n' if format_ == "geojson" else b""


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _shown(city: City) -> dict[str, Any]:
    shown = facts_shown(city)
    at = city.facts.position
    shown["position"] = at and {"latitude": at.latitude, "longitude": at.longitude}
    return {"id": city.id, "status": city.status} | shown


def _feature(city: City) -> bytes:
    shown = _shown(city)
    at = shown.pop("position")
    geometry = at and {"type": "Point", "coordinates": [at["longitude"], at["latitude"]]}
    id_ = shown.pop("id")
    return orjson.dumps({"type": "Feature", "id": id_, "geometry": geometry, "properties": shown})


def _cells(city: City) -> list[str]:
    shown = _shown(city)
    shown |= shown.pop("position") or {}
    return [_cell(name, shown.get(name)) for name in COLUMNS]


def _cell(name: str, value: Any) -> str:  # noqa: ANN401 - any fact
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if name in _LISTS:
        return guarded(joined(value))
    return guarded(paired(value) if name in _PAIRS else value)
