"""A large page of a list made of small ones, so that whoever asks for it holds nobody up."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from fastapi import Response

from shared.collection import turn
from shared.traffic import TRAFFIC, Gap, step_aside

PIECE = 50
"""Items that are read at a stretch: as many as a page has whose reader asks for no number."""

Read = Callable[[int, str | None, Gap], Awaitable[tuple[Sequence[dict[str, Any]], str | None]]]
"""Gives so many items behind a cursor, ready for JSON, and the cursor of what follows; waits for a
gap before each message to the database but the first."""


async def in_pieces(limit: int, cursor: str | None, read: Read) -> Response:
    """Answer with a ``Page`` of up to ``limit`` items behind ``cursor``, as ``read`` gives them.

    One of more than a piece gives way to other requests (``traffic.py``). What is listed must not
    change meanwhile, or the page shows some of it before and some after. Nothing checks the items:
    whoever reads must have a test that compares them with the model of the page.
    """
    gap: Gap = turn
    if limit > PIECE:
        step_aside()
        gap = TRAFFIC.gaps()
    items = list[dict[str, Any]]()
    while True:
        found, cursor = await read(min(PIECE, limit - len(items)), cursor, gap)
        items += found
        if cursor is None or len(items) == limit:
            break
        await gap()
    body = orjson.dumps({"items": items, "next": cursor})
    return Response(body, media_type="application/json")
