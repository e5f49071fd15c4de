"""Old ids of cities go on to the record that stands for them, for ever."""

from typing import Any, Final

from fastapi import Response

from services.registry import store
from services.registry.domain.cities import City
from shared.mongo import Mongo

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
