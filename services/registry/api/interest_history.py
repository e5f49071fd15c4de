"""The route that shows all that a city has ever said of a topic."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query

from services.registry import store
from services.registry.api.interests import interest_key
from services.registry.domain.trail import Step
from services.registry.errors import InterestNotFound
from services.registry.store import ChangeFilter
from shared.auth import OfficerOrCoordinator, require_city
from shared.commands import Database
from shared.ids import CityId, TopicCode
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import Output

ROUTER = APIRouter(prefix="/v1", tags=["interests"])

_MOST: Final = 2000
"""Changes of one interest that are read: one a week for forty years."""


class SaidOut(Output):
    """What a city said at a time; both levels 0 where it took it back."""

    id: str
    at: datetime
    by: str
    """The subject of the token."""
    seeks: int
    offers: int
    evidence: str | None
    practice_id: str | None
    reason: str | None


@ROUTER.get("/cities/{city_id}/interests/{topic}/history")
async def read_interest_history(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, TopicCode], Depends(interest_key)],
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[SaidOut]:
    """Read all that a city has said of a topic, oldest first; officers and the city itself."""
    require_city(who, key[0])
    interest = await store.interest_in(mongo, *key)
    if interest is None:
        raise InterestNotFound
    steps = await store.list_changes(mongo, ChangeFilter(subject=interest.id), None, _MOST)
    after = decode_cursor(cursor, str)[0] if cursor else ""
    said = [each for each in _said(steps) if each.id > after]
    items, next_ = cut(said[: limit + 1], limit, lambda each: (each.id,))
    return Page(items=items, next=next_)


def _said(steps: Sequence[Step]) -> Iterator[SaidOut]:
    """Put together what was said by what each change changed."""
    values: dict[str, Any] = {}
    for step in steps:
        values |= {each.field: each.after for each in step.changed}
        yield SaidOut(
            id=step.id,
            at=step.at,
            by=step.by,
            seeks=values.get("levels.seeks") or 0,
            offers=values.get("levels.offers") or 0,
            evidence=values.get("levels.evidence"),
            practice_id=values.get("levels.practice_id"),
            reason=values.get("levels.reason"),
        )
