"""A large page of a list made of small ones, so that whoever asks for it holds nobody up."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from fastapi import Response

from shared.collection import turn
from shared.traffic import TRAFFIC, Gap, step_aside

SMALL = 50
"""Items of a page that is read at a stretch: as many as it has if its reader asks for no number."""

PIECE = 25
"""Items that are read at a stretch of a larger one."""

Read = Callable[[int, str | None, Gap], Awaitable[tuple[Sequence[dict[str, Any]], str | None]]]
"""Gives so many items behind a cursor, ready for JSON, and the cursor of what follows; waits for a
gap before each message to the database but the first."""


async def in_pieces(limit: int, cursor: str | None, read: Read) -> Response:
    """Answer with a ``Page`` of up to ``limit`` items behind ``cursor``, as ``read`` gives them.

    One of more than ``SMALL`` gives way to other requests (``traffic.py``). What is listed must not
    change meanwhile, or the page shows some of it before and some after. Nothing checks the items:
    whoever reads must have a test that compares them with the model of the page.
    """
    gap: Gap = turn
    at_once = limit
    if limit > SMALL:
        at_once = PIECE
        step_aside()
        gap = TRAFFIC.gaps()
    pieces: list[bytes] = []
    left = limit
    while True:
        found, cursor = await read(min(at_once, left), cursor, gap)
        left -= len(found)
        if found:
            pieces.append(orjson.dumps(found)[1:-1])
        if cursor is None or left == 0:
            break
        await gap()
    body = b'{"items":[%b],"next":%b}' % (b",".join(pieces), orjson.dumps(cursor))
    return Response(body, media_type="application/json")
