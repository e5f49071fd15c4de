"""Routes of the feed: pull it by position, or follow it as a stream of server-sent events.

Promises: no event is left out and none comes twice, from whatever position one goes on; a stream
ends within seconds when its key is revoked, and at once when the server stops.

Source: CloudEvents 1.0.2 JSON event format; WHATWG HTML, server-sent events.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from services.notifications.domain.endpoints import require_types
from services.notifications.domain.feed import FeedRow, cloud_event
from services.notifications.domain.subscribers import Scope
from services.notifications.errors import FeedPositionExpired
from services.notifications.store.feed import last_position, oldest_position, rows_after
from services.notifications.workers import FeedTail
from shared.auth import Authenticated, require_scope
from shared.commands import Database, database_of
from shared.errors import Unauthenticated
from shared.mongo import Mongo
from shared.paging import DEFAULT_LIMIT, Limit
from shared.telemetry import STREAMS_OPEN
from shared.web import Output, Shutdown

ROUTER = APIRouter(prefix="/v1", tags=["feed"])

CHECK_SECONDS = 15.0
"""How often a stream asks whether its key still counts; also the pace of the heartbeats."""

STREAM_ROWS = 100
"""Events read at once while a stream catches up."""

RETRY_MILLISECONDS = 2000
"""What we tell clients to wait before they connect again."""

MAX_POSITION = 2**53
"""JSON numbers are exact up to here."""

Types = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Query(max_length=100, description="Only these event types; repeat it for several."),
]
Position = Annotated[int, Query(ge=0, le=MAX_POSITION)]


class FeedOut(Output):
    """A piece of the feed."""

    items: list[dict[str, Any]]
    """CloudEvents 1.0 in JSON, as in their batch format; `position` is an extension."""
    next: int
    """Ask for what comes after this position next time, also when there was nothing."""
    more: bool
    """Whether there may be more right now."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where and with what a stream begins."""

    position: int
    types: frozenset[str]
    credential: str


@ROUTER.get("/feed", response_model=FeedOut)
async def read_feed(
    who: Authenticated,
    mongo: Database,
    types: Types = [],  # noqa: B006 - FastAPI copies it
    after: Position = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Give the events after a position, oldest first; `after=0` begins with the oldest kept.

    With `types` an answer may have few items or none and still `more`: go on from `next`.
    """
    require_scope(who, Scope.FEED_READ)
    require_types(types)
    rows = await rows_after(mongo, after, limit)
    await _require_kept(mongo, after, rows)
    items = [_shown(row) for row in rows if not types or row.type in types]
    following = rows[-1].position if rows else after
    body = {"items": items, "next": following, "more": len(rows) == limit}
    return Response(orjson.dumps(body), media_type="application/json")


async def stream_start(
    request: Request,
    who: Authenticated,
    types: Types = [],  # noqa: B006 - FastAPI copies it
    after: Annotated[int | None, Query(ge=0, le=MAX_POSITION)] = None,
    last_event_id: Annotated[str, Header(pattern="^[0-9]{0,15}$", max_length=15)] = "",
) -> Start:
    """Check everything that can be refused, before the answer begins.

    Raises:
        Forbidden: 403. EndpointTypeUnknown: 422. FeedPositionExpired: 410.
    """
    require_scope(who, Scope.STREAM_READ)
    mongo = await database_of(request)
    require_types(types)
    if last_event_id:
        after = int(last_event_id)
    if after is None:
        after = await last_position(mongo)
    await _require_kept(mongo, after, await rows_after(mongo, after, 1))
    credential = request.headers["authorization"].partition(" ")[2]
    return Start(after, frozenset(types), credential)


@ROUTER.get("/stream", response_class=EventSourceResponse)
async def follow_feed(
    request: Request, start: Annotated[Start, Depends(stream_start)], shutdown: Shutdown
) -> AsyncIterator[ServerSentEvent]:
    """Follow the feed: from `Last-Event-ID` or `after`, else from now. The id is the position."""
    tail: FeedTail = request.app.state.feed_tail
    position, checked_at = start.position, time.monotonic()
    with STREAMS_OPEN.track_inprogress():
        yield ServerSentEvent(comment=f"after {position}", retry=RETRY_MILLISECONDS)
        while not shutdown.is_set():
            news = tail.news()
            rows = await tail.after(position, STREAM_ROWS)
            for row in rows:
                position = row.position
                if not start.types or row.type in start.types:
                    data = orjson.dumps(_shown(row)).decode()
                    yield ServerSentEvent(raw_data=data, id=str(position))
            if time.monotonic() - checked_at >= CHECK_SECONDS:
                if not await _still_valid(request, start.credential):
                    return
                checked_at = time.monotonic()
                yield ServerSentEvent(comment="alive")
            if not rows:
                await _first_of(news, shutdown)


async def _first_of(*events: asyncio.Event) -> None:
    """Wait until one of the events is set, at most until the next check."""
    waits = {asyncio.ensure_future(event.wait()) for event in events}
    try:
        await asyncio.wait(waits, timeout=CHECK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _still_valid(request: Request, credential: str) -> bool:
    try:
        await request.app.state.verifier.verify(credential)
    except Unauthenticated:
        return False
    return True


async def _require_kept(mongo: Mongo, after: int, rows: Sequence[FeedRow]) -> None:
    """Let pass a position right behind which the feed still has everything."""
    if after == 0 or (rows and rows[0].position == after + 1):
        return
    oldest = await oldest_position(mongo) if rows else None
    if oldest is not None and after + 1 < oldest:
        raise FeedPositionExpired(f"The oldest event kept is at position {oldest}.")


def _shown(row: FeedRow) -> dict[str, Any]:
    return cloud_event(row, orjson.Fragment(row.data))
