"""What is kept of every change for ever: who changed what, when, why, and what counts since then.

Promises: one step per event, under the event's id, so that steps sort in the order of an
aggregate's changes; of people's data the names of the fields that changed, never a value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

Countable = Literal["city", "topic", "interest", "practice", "contact", "participation"]
Aggregate = Literal[Countable, "city_draft"]
Plain = Mapping[str, Any]
"""A state as plain values, the way it is stored."""
Facts = Mapping[str, Any]
"""What an aggregate counts as: its status, country and the like; lists where several hold."""

_PLUMBING: Final = frozenset(
    {"_id", "id", "version", "event_id", "audit", "folded_name", "restated", "strength", "taxonomy"}
)
"""Changes with every event, or follows from another field."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as a path with dots, before and after; None where it had or has no value."""

    field: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one aggregate; the id is its event's.

    `at` is the time of its transaction. `facts` is what the aggregate counts as from now on;
    `counted` tells whether that is something else than before.
    """

    id: str
    aggregate: Aggregate
    subject: str
    event: str
    version: int
    at: datetime
    by: str
    facts: Facts
    counted: bool
    changed: tuple[FieldChange, ...] = ()
    why: str | None = None
    values: bool = field(default=True)
    """False where `changed` has names only: people's data, and the first facts of a city."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as far as a step needs it: its id, short name, the version after it, and time."""

    id: str
    event: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Manner:
    """How steps of one kind of aggregate are made.

    `facts` reads what it counts as; `values` is False for people's data; `first` is whether the
    first step lists its values: not for cities, which are imported by the hundred thousand and
    whose first values are in their state and in the steps that changed them. `by` is who changes
    what has no author of ours.
    """

    aggregate: Aggregate
    facts: Callable[[Plain], Facts]
    values: bool = True
    first: bool = True
    by: str = ""


def steps_of(manner: Manner, before: Plain, after: Plain, events: Sequence[Told]) -> Iterator[Step]:
    """Give the steps of one save; where it has several events, the last one has the changes."""
    facts = manner.facts(after)
    counted = not before or manner.facts(before) != facts
    new, audit = not before, after.get("audit", {})
    whole = tuple(_differences(before, after)) if manner.first or not new else ()
    changed = whole if manner.values else tuple(FieldChange(each.field) for each in whole)
    for told in events:
        last = told is events[-1]
        yield Step(
            told.id,
            manner.aggregate,
            str(after["_id"]),
            told.event,
            told.version,
            told.at,
            audit.get("changed_by", manner.by),
            facts,
            counted=counted and last,
            changed=changed if last else (),
            why=_reason(whole) if last and manner.values else None,
            values=manner.values and (manner.first or not new),
        )


def bound_of(moment: datetime) -> str:
    """Give a string that sorts before every event id of this millisecond, behind all earlier ones.

    Source: RFC 9562 section 5.7 (a UUIDv7 starts with 48 bits of milliseconds).
    """
    milliseconds = f"{max(0, (moment - _EPOCH) // timedelta(milliseconds=1)):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}"


def _differences(before: Plain, after: Plain, path: str = "") -> Iterator[FieldChange]:
    for name in sorted(before.keys() | after.keys()):
        if not path and name in _PLUMBING:
            continue
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(new or old, dict) and isinstance(old or new, dict):
            yield from _differences(old or {}, new or {}, f"{path}{name}.")
        else:
            yield FieldChange(path + name, _plain(old), _plain(new))


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value that is stored
    return value if value not in ((), [], {}) else None


def _reason(changed: Sequence[FieldChange]) -> str | None:
    """Give the reason that was stated with the change, in whatever field ends so."""
    said = (each.after for each in changed if each.field.endswith("reason"))
    return next((str(each) for each in said if each), None)
