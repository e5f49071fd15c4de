"""What every listing takes: how many items, and where to go on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from shared.paging import DEFAULT_LIMIT, Cursor, Limit


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a listing; ``cursor`` None begins."""

    limit: int
    cursor: str | None


async def paging(limit: Limit = DEFAULT_LIMIT, cursor: Cursor = "") -> Paging:
    """Read the page that is asked for."""
    return Paging(limit, cursor or None)


Pages = Annotated[Paging, Depends(paging)]
"""A route names it as a parameter: ``page: Pages``."""
