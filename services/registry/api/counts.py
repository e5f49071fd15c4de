"""Routes about figures at any date, and about every change: the register's audit."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter, Depends, Query
from pydantic import JsonValue

from services.registry import store
from services.registry.domain.trail import Aggregate, Countable, Step
from services.registry.errors import ChangeFilterUnfit
from services.registry.store import ChangeFilter
from services.registry.usecases.counting import Counted, count_records
from shared.auth import Officer, OfficerOrOperator
from shared.commands import Database
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import Moment, Output

ROUTER = APIRouter(prefix="/v1", tags=["counts and changes"])

_MAX_DIMENSIONS: Final = 3
"""More tell so much apart that each figure is 1."""

_MAX_ID_CHARS: Final = 255
"""Of an id, a topic's code, or the subject of a token. Source: OpenID Connect Core, section 2."""

Dimension = Literal[
    "programme", "exchange", "side", "country", "kind", "status", "topic", "seeks", "offers",
    "illustrative",
]  # fmt: skip


class CountOut(Output):
    """How many there were with these values; null where the value is not known."""

    values: dict[str, str | int | bool | None]
    count: int


class CountsOut(Output):
    """Figures as of a moment."""

    of: Countable
    by: tuple[str, ...]
    as_of: datetime
    settled: bool
    """Whether they are final: a change of the last minute may still be under way."""
    total: int
    """How many there were at all; with topics, one may be in several rows."""
    items: tuple[CountOut, ...]

    @classmethod
    def of_counted(cls, counted: Counted) -> Self:
        """Show figures."""
        return cls(
            of=counted.of,
            by=counted.by,
            as_of=counted.as_of,
            settled=counted.settled,
            total=counted.total,
            items=tuple(
                CountOut(values=dict(zip(counted.by, row.values, strict=True)), count=row.count)
                for row in counted.rows
            ),
        )


class FieldChangeOut(Output):
    """A field, before and after; both null where only the name is kept."""

    field: str
    before: JsonValue
    after: JsonValue


class ChangeOut(Output):
    """Who changed what, when and why."""

    id: str
    """The id of the event that told of it; of a draft nobody is told."""
    aggregate: Aggregate
    subject: str
    """The id of what was changed."""
    event: str
    version: int
    at: datetime
    by: str
    """The subject of the token; `matching` for what that service told."""
    why: str | None
    """The reason that was given, if one was."""
    changed: tuple[FieldChangeOut, ...]
    values: bool
    """Whether `changed` has values: not for people's data, nor for a city's first facts."""

    @classmethod
    def of(cls, step: Step) -> Self:
        """Show a change."""
        return cls(
            id=step.id,
            aggregate=step.aggregate,
            subject=step.subject,
            event=step.event,
            version=step.version,
            at=step.at,
            by=step.by,
            why=step.why,
            changed=tuple(
                FieldChangeOut(field=each.field, before=_json(each.before), after=_json(each.after))
                for each in step.changed
            ),
            values=step.values,
        )


def change_filter(
    aggregate: Aggregate | None = None,
    id_: Annotated[str | None, Query(alias="id", max_length=_MAX_ID_CHARS)] = None,
    by: Annotated[
        str | None, Query(max_length=_MAX_ID_CHARS, description="The subject of a token.")
    ] = None,
    after: Annotated[Moment | None, Query(description="From this time on.")] = None,
) -> ChangeFilter:
    """Read the filters of the listing.

    Raises:
        ChangeFilterUnfit: 422 `change_filter_unfit`.
    """
    named = {"id": id_, "aggregate": aggregate, "by": by}
    given = [name for name, value in named.items() if value is not None]
    if len(given) != 1:
        raise ChangeFilterUnfit(given)
    return ChangeFilter(id_, aggregate, by, after)


@ROUTER.get("/counts")
async def read_counts(
    _who: OfficerOrOperator,
    mongo: Database,
    by: Annotated[list[Dimension], Query(max_length=_MAX_DIMENSIONS)] = [],  # noqa: B006 - copied
    of: Annotated[Countable | None, Query(description="What to count.")] = None,
    as_of: Annotated[Moment | None, Query(description="Now unless given.")] = None,
) -> CountsOut:
    """Count what there was at a moment of the past, told apart by up to three properties.

    The same question gives the same figures for ever. Without `of`, cities are counted, or else
    interests or participations, whichever can be told apart by what is asked.
    """
    return CountsOut.of_counted(await count_records(mongo, of, by, as_of))


@ROUTER.get("/changes")
async def list_changes(
    _who: Officer,
    mongo: Database,
    which: Annotated[ChangeFilter, Depends(change_filter)],
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[ChangeOut]:
    """List changes, oldest first: of one thing, of a kind of things, or by somebody."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await store.list_changes(mongo, which, after, limit + 1)
    steps, next_ = cut(rows, limit, lambda step: (step.id,))
    return Page(items=[ChangeOut.of(step) for step in steps], next=next_)


def _json(value: Any) -> JsonValue:  # noqa: ANN401 - whatever a state is stored as
    if isinstance(value, dict):
        return {str(name): _json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(each) for each in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
