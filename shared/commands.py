"""Commands over HTTP: one transaction each, and once each where the caller sent an idempotency key.

Promises that the answer of a command that creates is stored in the command's own transaction: a
repeated request gets the same answer, byte for byte, and nothing happens twice, even when the two
arrive at once or the process dies between commit and answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from shared.collection import Document
from shared.errors import Conflict, ProblemError
from shared.idempotency import REPLAYED_HEADER, IdempotentRequest, StoredAnswer, require_same
from shared.migrations import IDEMPOTENCY_KEYS
from shared.mongo import Mongo
from shared.outbox import Cause
from shared.telemetry import IDEMPOTENT_REPLAYS, current_correlation_id, current_traceparent
from shared.unit_of_work import Tx
from shared.web import etag

ResultT = TypeVar("ResultT")
Work = Callable[[Tx], Awaitable[ResultT]]


async def database_of(request: Request) -> Mongo:
    """Give the service's database, which ``main.py`` put into the application's state.

    Async although it waits for nothing: FastAPI would run it in a thread, for 0.2 ms a request.
    """
    return cast("Mongo", request.app.state.mongo)


Database = Annotated[Mongo, Depends(database_of)]
"""A route names it as a parameter: ``mongo: Database``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers: a body, and the version that makes its ``ETag``."""

    body: BaseModel
    version: int | None = None
    status: int = 200
    location: str | None = None

    def stored(self) -> StoredAnswer:
        """Give its bytes and headers."""
        headers = {"content-type": "application/json"}
        if self.version is not None:
            headers["etag"] = etag(self.version)
        if self.location is not None:
            headers["location"] = self.location
        return StoredAnswer(self.status, headers, self.body.model_dump_json().encode())


def respond(answer: Answer) -> Response:
    """Give the HTTP response."""
    return _response(answer.stored())


async def run(mongo: Mongo, work: Work[ResultT]) -> ResultT:
    """Run a command in one transaction; its events carry the request's trace and correlation.

    Raises:
        ProblemError: whatever the use case raises; Conflict (409) and Unavailable (503) besides.
    """
    return await mongo.transact(work, Cause(current_traceparent(), current_correlation_id()))


async def run_once(
    mongo: Mongo,
    request: IdempotentRequest,
    work: Work[ResultT],
    answer: Callable[[ResultT], Answer],
) -> Response:
    """Run a command that creates, unless this request was answered before: then answer the same.

    The stored answer is looked for only when the command fails, which a repeated one does at the
    latest on its own key: a first request costs no extra read.

    Raises:
        IdempotencyKeyReused: the key came with another request before (422).
        ProblemError: whatever the use case raises.
    """

    async def keep_answer(tx: Tx) -> StoredAnswer:
        stored = answer(await work(tx)).stored()
        tx.insert_row(IDEMPOTENCY_KEYS, _row(request, stored) | {"at": tx.now})
        if tx.attempt > 1 and await tx.find_rows(IDEMPOTENCY_KEYS, [request.row_id]):
            raise Conflict("This request is being answered.")
        return stored

    try:
        return _response(await run(mongo, keep_answer))
    except ProblemError:
        row = await mongo.find_row(IDEMPOTENCY_KEYS, request.row_id)
        if row is None:
            raise
        require_same(request, row["fingerprint"])
        IDEMPOTENT_REPLAYS.inc()
        stored = StoredAnswer(row["status"], row["headers"], row["body"])
        return _response(stored, replayed=True)


def _row(request: IdempotentRequest, stored: StoredAnswer) -> Document:
    return {
        "_id": request.row_id,
        "fingerprint": request.fingerprint,
        "status": stored.status,
        "headers": dict(stored.headers),
        "body": stored.body,
    }


def _response(stored: StoredAnswer, *, replayed: bool = False) -> Response:
    headers = dict(stored.headers) | ({REPLAYED_HEADER: "true"} if replayed else {})
    return Response(stored.body, stored.status, headers)
