"""The proposed cities, apart from the register, so that nothing that reads it can show one."""

from collections.abc import Iterator

from services.registry.domain.drafts import Draft, DraftStatus
from services.registry.domain.manners import CITY_DRAFT
from services.registry.domain.trail import Plain, Step, Told, steps_of
from services.registry.store.ranges import BY_ID, Query, behind
from shared.collection import Collection, Index
from shared.ids import CityId
from shared.mongo import Mongo

DRAFTS = Collection(
    "city_drafts",
    Draft,
    (
        Index((("status", 1), ("_id", 1)), "drafts by status"),
        Index((("author", 1), ("status", 1), ("_id", 1)), "somebody's own drafts by status"),
    ),
)


def draft_steps(before: Draft | None, after: Draft, told: Told) -> Iterator[Step]:
    """Give the step of the trail for a change of a draft; `before` is None for a new one."""
    return steps_of(CITY_DRAFT, _plain(before) if before else {}, _plain(after), (told,))


def _plain(draft: Draft) -> Plain:
    document = DRAFTS.document(draft)
    city = document.pop("city")
    del document["step_id"]
    return document | {"facts": city["facts"], "sources": city["sources"]}


async def draft_of(mongo: Mongo, draft_id: CityId) -> Draft | None:
    """Give one draft."""
    return await mongo.get(DRAFTS, draft_id)


async def list_drafts(
    mongo: Mongo, status: DraftStatus, author: str | None, after: str | None, limit: int
) -> list[Draft]:
    """Give drafts in the order of their creation: all, or those of one author."""
    query = draft_query(status, author, after)
    return await mongo.find(DRAFTS, query, sort=BY_ID, limit=limit)


def draft_query(status: DraftStatus, author: str | None, after: str | None) -> Query:
    """Give the query behind `list_drafts`."""
    query: Query = {"status": status} if author is None else {"author": author, "status": status}
    return query | behind(after)
