"""Old ids of cities go on to the record that stands for them, for ever."""

from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from fastapi import Response

from services.registry import store
from services.registry.domain.cities import City
from services.registry.errors import ContactNotFound
from shared.errors import Forbidden
from shared.ids import CityId
from shared.mongo import Mongo

ResultT = TypeVar("ResultT")

MOVED: Final[dict[int | str, dict[str, Any]]] = {
    308: {"description": "It was merged; `Location` is the record that stands for it."}
}
"""What the document says of it."""


async def redirect(mongo: Mongo, city: City | None, rest: str = "") -> Response | None:
    """Give the redirect of a merged record, None for any other; `rest` follows its id in the path.

    Source: RFC 9110 section 15.4.9 (308 Permanent Redirect).
    """
    if city is None or city.merge is None:
        return None
    survivor = await store.standing_for(mongo, city)
    location = f"/v1/cities/{survivor.id}{rest}"
    return Response(status_code=308, headers={"location": location})


async def or_moved(
    mongo: Mongo, work: Awaitable[ResultT], city_id: CityId, rest: str
) -> ResultT | Response:
    """Give the answer, or the redirect where it is refused because the city's record was merged.

    Where a record went is no secret, so the redirect comes before the question who may go there.

    Raises:
        Whatever `work` does, of a record that was not merged.
    """
    try:
        return await work
    except (ContactNotFound, Forbidden):
        moved = await redirect(mongo, await store.city_of(mongo, city_id), rest)
        if moved is None:
            raise
        return moved
