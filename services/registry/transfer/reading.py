"""Rows of files: from the bytes of a record to what it states.

Promises: a record that can't be read is a row with a fault; only a file as a whole that is none of
its format is refused.
"""

import csv
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from services.registry.domain.imports import AnyRow, ImportFormat
from services.registry.transfer.cells import COLUMNS, bare, parted, unpaired
from services.registry.transfer.rows import row_of, unread
from services.registry.transfer.splitting import (
    ContentUnreadableError,
    Features,
    Lines,
    Record,
    Splitter,
)

_NAME_IN: Final = re.compile(r"name:([a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?)")
"""A column with the names in one language, such as `name:fr`."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,30})?([eE]-?[0-9]{1,3})?")
_SEPARATORS: Final = (",", ";", "\t")
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False, "TRUE": True, "FALSE": False}

Parse = Callable[[Record], AnyRow]


def splitter_for(format_: ImportFormat) -> Splitter:
    """Give what cuts a file of this format."""
    return Features() if format_ == "geojson" else Lines(quotes=format_ == "csv")


def parser_for(format_: ImportFormat, first: Record) -> Parse:
    """Give what reads the records of a file; `first` is the first one of it.

    Raises:
        ContentUnreadableError: the header has columns that we don't know.
    """
    if format_ == "csv":
        return _csv_parser(first)
    return _read_object if format_ == "jsonl" else _read_feature


def _csv_parser(header: Record) -> Parse:
    try:
        text = header.raw.decode()
    except UnicodeDecodeError as error:
        raise ContentUnreadableError("The file is not UTF-8: save it again as UTF-8.") from error
    separator = max(_SEPARATORS, key=text.count)
    columns = [name.strip() for name in next(csv.reader([text], delimiter=separator), [])]
    for number, name in enumerate(columns, start=1):
        if name not in COLUMNS and not _NAME_IN.fullmatch(name):
            # Not by its name: of a file without a header that would be somebody's data.
            known = ", ".join(COLUMNS)
            text = f"Row 1: column {number} is unknown. Columns are {known}, and name:fr etc."
            raise ContentUnreadableError(text)
    if len(set(columns)) < len(columns):
        raise ContentUnreadableError("Row 1: a column is there twice.")

    def parse(record: Record) -> AnyRow:
        try:
            cells = next(csv.reader([record.raw.decode()], delimiter=separator, strict=True))
        except (UnicodeDecodeError, csv.Error, StopIteration) as error:
            return unread(record.number, None, "row_malformed", f"can't be read: {error}")
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            message = f"has {len(cells)} cells for {len(columns)} columns"
            return unread(record.number, None, "cells_too_many", message)
        given = zip(columns, cells, strict=False)
        return _read_cells(record.number, {name: cell for name, cell in given if cell.strip()})

    return parse


def _read_cells(number: int, cells: dict[str, str]) -> AnyRow:
    if ("latitude" in cells) != ("longitude" in cells):
        column = "longitude" if "latitude" in cells else "latitude"
        return unread(number, column, "position_half", "is missing")
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for name, cell in cells.items():
        if in_language := _NAME_IN.fullmatch(name):
            names[in_language[1]] = bare(cell)
        else:
            values[name] = _read_cell(name, bare(cell))
    if names:
        values["names"] = values.get("names", {}) | names
    if "latitude" in values:
        position = {name: values.pop(name) for name in ("latitude", "longitude")}
        values["position"] = position
    return row_of(number, values)


def _read_cell(name: str, cell: str) -> object:
    """Give what JSON would have; what is no number stays a text, which is then refused."""
    plain = cell.strip()
    match name:
        case "population" | "population_year" | "geonames_id":
            return int(plain) if _WHOLE.fullmatch(plain) else plain
        case "latitude" | "longitude":
            return float(plain) if _DECIMAL.fullmatch(plain) else plain
        case "languages" | "members" | "aliases":
            return parted(cell)
        case "names" | "sources":
            return unpaired(cell)
        case "illustrative":
            return _TRUTHS.get(plain, plain)
    return cell


def _read_object(record: Record) -> AnyRow:
    try:
        values = orjson.loads(record.raw)
    except orjson.JSONDecodeError as error:
        return unread(record.number, None, "row_malformed", f"is not JSON: {error}")
    if not isinstance(values, dict):
        return unread(record.number, None, "row_malformed", "is not a JSON object")
    return row_of(record.number, values)


def _read_feature(record: Record) -> AnyRow:
    try:
        feature = orjson.loads(record.raw)
    except orjson.JSONDecodeError as error:
        return unread(record.number, None, "row_malformed", f"is not JSON: {error}")
    values = feature.get("properties")
    if feature.get("type") != "Feature" or not isinstance(values, dict):
        message = "is no Feature with properties"
        return unread(record.number, None, "row_malformed", message)
    if "id" in feature:
        values = values | {"id": feature["id"]}
    geometry = feature.get("geometry")
    if geometry is None:
        return row_of(record.number, values | {"position": None})
    at = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(at, list) or geometry.get("type") != "Point" or len(at) not in {2, 3}:
        return unread(record.number, "geometry", "geometry_unfit", "is neither a Point nor null")
    position = {"longitude": at[0], "latitude": at[1]}
    return row_of(record.number, values | {"position": position})
