"""Inputs and results of rounds as bytes, and back.

Promises that equal values have equal bytes, on every machine: JSON without blanks, names in the
order in which the value's class has them, integers only. So a round that is solved again can be
compared with what was stored, and what was read and written again is the same.

They are kept packed: an eighth of the bytes to send, to store and to read again.
"""

import zlib
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any, TypeVar

import orjson
from cattrs.errors import BaseValidationError
from cattrs.preconf.orjson import make_converter

from services.matching.domain.comparison import Comparison
from services.matching.domain.rounds import Cities
from services.matching.solver.problem import Problem
from services.matching.solver.solution import Infeasible, Solution
from shared.collection import Breathe

RecordT = TypeVar("RecordT", Problem, Solution, Infeasible, Comparison)

_CONVERTER = make_converter()


def written(value: Problem | Solution | Infeasible | Comparison) -> bytes:
    """Give the value in canonical JSON."""
    return orjson.dumps(value)


async def written_in_parts(problem: Problem, breathe: Breathe) -> bytes:
    """Give what ``written`` gives of a problem, and let others have their turn in between.

    A thousand cities at a stretch keep the event loop for five milliseconds.
    """
    sides = {"eu": problem.eu, "partner": problem.partner}
    parts: dict[str, list[bytes]] = {side: [] for side in sides}
    for side, cities in sides.items():
        for start in range(0, len(cities), _CITIES_AT_ONCE):
            parts[side].append(orjson.dumps(cities[start : start + _CITIES_AT_ONCE])[1:-1])
            await breathe()
    known = {side: orjson.Fragment(b"[%b]" % b",".join(some)) for side, some in parts.items()}
    names = (each.name for each in fields(Problem))
    return orjson.dumps({name: known.get(name) or getattr(problem, name) for name in names})


_CITIES_AT_ONCE = 100
# A millisecond.


def packed(record: bytes) -> bytes:
    """Give the record as it is kept: deflated (RFC 1950)."""
    return zlib.compress(record, _QUICKEST)


def unpacked(kept: bytes) -> bytes:
    """Give the record that was packed; what was kept before records were is one already.

    Raises:
        ValueError: it is damaged.
    """
    if kept.startswith(b"{"):
        return kept
    try:
        return zlib.decompress(kept)
    except zlib.error as error:
        raise ValueError(f"the record is damaged: {error}") from error


_QUICKEST = 1
# Of zlib's levels: 500 cities a side take a millisecond; the best takes 20 and saves a third more.


def revised(record: bytes, changes: Mapping[str, object]) -> bytes:
    """Give the record of a problem with some of its fields changed, to values as in the problem."""
    return orjson.dumps(_loaded(record) | dict(changes))


def cities_of(record: bytes) -> Cities:
    """Give the ids of the cities of a problem, without making it."""
    loaded = _loaded(record)
    eu, partner = ([city["id"] for city in loaded[side]] for side in ("eu", "partner"))
    return eu, partner


def digest(record: bytes) -> str:
    """Give the SHA-256 of a record as hex."""
    return sha256(record).hexdigest()


def read_problem(record: bytes | dict[str, Any]) -> Problem:
    """Give the problem that a record keeps.

    Raises:
        ValueError: it keeps no problem.
    """
    return _made(_loaded(record), Problem)


def read_answer(record: bytes | dict[str, Any]) -> Solution | Infeasible:
    """Give the solution that a record keeps, or why there was none.

    Raises:
        ValueError: it keeps neither.
    """
    loaded = _loaded(record)
    if "certificate" in loaded:
        return _made(loaded, Solution)
    return _made(loaded, Infeasible)


def read_comparison(record: bytes) -> Comparison:
    """Give the comparison that a record keeps.

    Raises:
        ValueError: it keeps none.
    """
    return _made(_loaded(record), Comparison)


def _loaded(record: bytes | dict[str, Any]) -> dict[str, Any]:
    if isinstance(record, dict):
        return record
    loaded: dict[str, Any] = orjson.loads(unpacked(record))
    return loaded


def _made(loaded: dict[str, Any], kind: type[RecordT]) -> RecordT:
    try:
        return _CONVERTER.structure(loaded, kind)
    except BaseValidationError as error:
        raise ValueError(f"the record keeps no {kind.__name__}") from error
