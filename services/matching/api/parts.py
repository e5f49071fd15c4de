"""The part of a list that a request asks for, as one parameter of a route."""

from typing import Annotated

from fastapi import Depends

from services.matching.store import Slice
from shared.paging import DEFAULT_LIMIT, Cursor, Limit


async def asked_part(limit: Limit = DEFAULT_LIMIT, cursor: Cursor | None = None) -> Slice:
    """Give how many items are asked for, and behind which cursor."""
    return Slice(limit, cursor)


Part = Annotated[Slice, Depends(asked_part)]
"""A route that lists names it as a parameter: `part: Part`."""
