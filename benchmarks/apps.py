"""The two servers that the command benchmark compares; ``python -m benchmarks.apps ours|bare``.

Both take the same body at ``POST /cities`` and make the same two writes: a city and its outbox row,
in one majority transaction. Ours adds everything that the platform's routes have: the edge, the
verified token, the permission, the idempotency key, the contract's event, the ETag.
"""

import asyncio
import os
import sys
from functools import partial
from typing import Annotated

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, Field
from pymongo import AsyncMongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared import log
from shared.auth import Officer, TokenVerifier
from shared.clock import SystemClock
from shared.collection import Document
from shared.commands import Answer, Database, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import EventIds, new_id
from shared.mongo import connect
from shared.outbox import Cause, outbox_row
from shared.settings import ServiceSettings, load
from shared.unit_of_work import Tx
from shared.web import Api, Input, Output, build_app
from tests.support.chain import CITIES, City, event_of

router = APIRouter()


class CityIn(Input):
    """The body of both."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class CityOut(Output):
    """The answer of both."""

    id: str
    name: str


@router.post("/cities", status_code=201)
async def register(
    body: CityIn, who: Officer, request: IdempotencyKey, mongo: Database
) -> Response:
    """Register a city the platform's way."""
    del who

    async def work(tx: Tx) -> City:
        city = City(new_id("cty"), body.name)
        return tx.save(CITIES, city, event_of(city))

    return await run_once(mongo, request, work, _answer)


def _answer(city: City) -> Answer:
    body = CityOut(id=city.id, name=city.name)
    return Answer(body, city.version, 201, f"/cities/{city.id}")


def our_app(mongo_url: str) -> FastAPI:
    """Make the app with everything."""
    settings = load("bench", ServiceSettings)
    log.configure(settings)
    verifier = TokenVerifier(settings.auth, SystemClock())
    api = Api("bench", "The command benchmark.", [router])
    app = build_app(settings, api, verifier=verifier, readiness={})
    app.state.mongo = connect(mongo_url, "bench_ours")
    return app


class BareBody(BaseModel):
    """The body, as anyone would declare it."""

    name: str


def bare_app(mongo_url: str) -> FastAPI:
    """Make a bare FastAPI app with the bare driver."""
    app = FastAPI()
    client: AsyncMongoClient[Document] = AsyncMongoClient(mongo_url, tz_aware=True)
    database = client["bench_bare"]
    clock = SystemClock()
    ids = EventIds(clock)

    @app.post("/cities", status_code=201)
    async def register_bare(body: BareBody, request: Request) -> dict[str, str]:
        del request
        city = City(new_id("cty"), body.name)
        row = outbox_row(event_of(city), "bench", (ids.next(), 1, clock.now()), Cause())
        async with (
            client.start_session() as session,
            await session.start_transaction(
                read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
            ),
        ):
            await database.cities.insert_one(
                {"_id": city.id, "name": city.name, "population": 0, "version": 1},
                session=session,
            )
            await database.outbox.insert_one(row, session=session)
        return {"id": city.id, "name": city.name}

    return app


def main() -> None:
    """Serve one of the two on BENCH_HTTP__PORT."""
    make = {"ours": our_app, "bare": bare_app}[sys.argv[1]]
    config = uvicorn.Config(
        partial(make, os.environ["MONGO_URL"]),
        factory=True,
        port=int(os.environ["BENCH_HTTP__PORT"]),
        log_level="warning",
        access_log=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
