"""What several routes ask for: the part of a list, and days that calendars can hold."""

from datetime import date
from typing import Annotated

from fastapi import Depends
from pydantic import Field

from services.matching.store import Slice
from shared.paging import DEFAULT_LIMIT, Cursor, Limit


async def asked_part(limit: Limit = DEFAULT_LIMIT, cursor: Cursor | None = None) -> Slice:
    """Give how many items are asked for, and behind which cursor."""
    return Slice(limit, cursor)


Part = Annotated[Slice, Depends(asked_part)]
"""A route that lists names it as a parameter: `part: Part`."""

Day = Annotated[date, Field(ge=date(1990, 1, 1), lt=date(2100, 1, 1))]
"""City exchanges in Europe began in the 1990s; far dates overflow the clocks of some zones."""
