"""Routes that take cities from files and give them as files; importing is for officers."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.registry import store
from services.registry.api.cities import city_filter
from services.registry.api.fields import Times
from services.registry.domain.cities import City
from services.registry.domain.imports import Fault, Import, ImportFormat, ImportId, ImportStatus
from services.registry.errors import ImportNotFound
from services.registry.store import CityFilter
from services.registry.store.imports import (
    FaultRow,
    import_of,
    list_faults,
    list_imports,
)
from services.registry.transfer.writing import MEDIA_TYPES, written
from services.registry.usecases import transfers as usecases
from shared.auth import Anyone, Officer
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import id_form
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import IfMatch, Input, Output
from shared.web.app import UPLOAD_BYTES

ROUTER = APIRouter(prefix="/v1", tags=["imports and exports"])

MAX_FILE_BYTES = 256 * 1024 * 1024
"""100,000 cities with names in twenty languages each are half of it."""

_OCTETS: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: dict[str, Any] = {
    UPLOAD_BYTES: MAX_FILE_BYTES,
    "requestBody": {
        "required": True,
        "description": "The file, UTF-8.",
        "content": {kind.split(";")[0]: _OCTETS for kind in MEDIA_TYPES.values()}
        | {"application/octet-stream": _OCTETS},
    },
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {kind.split(";")[0]: _OCTETS for kind in MEDIA_TYPES.values()}
        | {MEDIA_TYPES["geojson"]: {"schema": {"type": "object"}}},
    }
}
_ACTIVE = frozenset({"running"})

ImportRef = Annotated[ImportId, id_form("imp")]


class NewImport(Input):
    """What kind of file will come."""

    kind: Literal["cities"] = "cities"
    format: ImportFormat
    """`csv` (RFC 4180, with a header; separators , ; or tab), `jsonl` or `geojson`."""
    dry_run: bool = False
    """Whether to say only what would come of each row. Rows that repeat a record which the file
    itself would make more than a hundred rows before count as made twice."""


class RowsOut(Output):
    """How many rows have come to what; `read` is the sum of the others."""

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    """Their faults are at `/errors`."""


class ImportOut(Output):
    """An import and how far it is."""

    id: ImportId
    kind: Literal["cities"]
    format: ImportFormat
    dry_run: bool
    status: ImportStatus
    version: int
    """Rises with every change of the status, not with the rows."""
    rows: RowsOut
    accepted: int
    """Rows that made or changed a record."""
    bytes: int | None
    """Of the file that was uploaded."""
    sha256: str | None
    failure: str | None
    """Why the file could not be read on; the rows before that place are taken."""
    started_at: datetime | None
    ended_at: datetime | None
    times: Times

    @classmethod
    def of(cls, job: Import) -> Self:
        """Show an import."""
        tally = job.tally
        return cls(
            id=job.id,
            kind="cities",
            format=job.format,
            dry_run=job.dry_run,
            status=job.status,
            version=job.version,
            rows=RowsOut.model_validate(tally, from_attributes=True),
            accepted=tally.created + tally.updated,
            bytes=job.content and job.content.size,
            sha256=job.content and job.content.sha256,
            failure=job.failure,
            started_at=job.started_at,
            ended_at=job.ended_at,
            times=Times.of(job.audit),
        )


class FaultOut(Output):
    """Why a row was not taken."""

    row: int
    """From 1, the header of a CSV file included; in GeoJSON the number of the feature."""
    column: str | None
    """None: it is about the row as a whole."""
    code: str
    message: str
    remedy: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Show a fault."""
        return cls.model_validate(fault, from_attributes=True)


def import_key(import_id: ImportRef, version: IfMatch) -> tuple[ImportId, int]:
    """Read which version of which import a change is about."""
    return import_id, version


@ROUTER.post("/imports", status_code=201, response_model=ImportOut)
async def announce_import(
    who: Officer, mongo: Database, request: IdempotencyKey, body: NewImport
) -> Response:
    """Announce an import; then PUT its file to `/content` and POST to `/start`."""
    return await run_once(
        mongo,
        request,
        lambda tx: usecases.announce_import(tx, who, body.format, dry_run=body.dry_run),
        lambda job: _answer(job, 201, f"/v1/imports/{job.id}"),
    )


@ROUTER.get("/imports")
async def list_all_imports(
    _who: Officer,
    mongo: Database,
    status: ImportStatus = "running",
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[ImportOut]:
    """List the imports with a status, oldest first."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    jobs, next_ = cut(await list_imports(mongo, status, after, limit + 1), limit, lambda j: (j.id,))
    return Page(items=[ImportOut.of(job) for job in jobs], next=next_)


@ROUTER.get("/imports/{import_id}", response_model=ImportOut)
async def read_import(_who: Officer, mongo: Database, import_id: ImportRef) -> Response:
    """Read how far an import is. While it runs the answer has no ETag, since rows go on."""
    job = await _found(mongo, import_id)
    return respond(Answer(ImportOut.of(job), None if job.status in _ACTIVE else job.version))


@ROUTER.put("/imports/{import_id}/content", response_model=ImportOut, openapi_extra=_UPLOAD)
async def receive_content(
    who: Officer,
    mongo: Database,
    key: Annotated[tuple[ImportId, int], Depends(import_key)],
    request: Request,
) -> Response:
    """Send the file, up to 256 MiB; until the start another one may take its place."""
    return respond(_answer(await usecases.receive_content(mongo, who, key, request.stream())))


@ROUTER.post("/imports/{import_id}/start", status_code=202, response_model=ImportOut)
async def start_import(
    who: Officer, mongo: Database, key: Annotated[tuple[ImportId, int], Depends(import_key)]
) -> Response:
    """Start; rows are taken in the background and in your name."""
    return respond(_answer(await run(mongo, lambda tx: usecases.start_import(tx, who, key)), 202))


@ROUTER.post("/imports/{import_id}/cancel", response_model=ImportOut)
async def cancel_import(
    who: Officer, mongo: Database, key: Annotated[tuple[ImportId, int], Depends(import_key)]
) -> Response:
    """Stop an import where it is; rows that were taken stay."""
    return respond(_answer(await run(mongo, lambda tx: usecases.cancel_import(tx, who, key))))


@ROUTER.get("/imports/{import_id}/errors")
async def list_import_errors(
    _who: Officer,
    mongo: Database,
    import_id: ImportRef,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[FaultOut]:
    """List what is wrong with rows, by row; the first 10,000 of an import, kept for 180 days."""
    job = await _found(mongo, import_id)
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await list_faults(mongo, job.id, after, limit + 1)
    faults, next_ = cut(rows, limit, _fault_key)
    return Page(items=[FaultOut.of(each.fault) for each in faults], next=next_)


@ROUTER.get("/exports/cities", response_class=StreamingResponse, responses=_FILE)
async def export_cities(
    _who: Anyone,
    mongo: Database,
    which: Annotated[CityFilter, Depends(city_filter)],
    *,
    format: ImportFormat = "csv",  # noqa: A002 - the name of the parameter
    bom: Annotated[
        bool, Query(description="Whether CSV begins with the mark by which Excel knows UTF-8.")
    ] = False,
) -> StreamingResponse:
    """Give cities as a file, which imported again changes nothing. The order is not fixed."""
    headers = {"content-disposition": f'attachment; filename="cities.{format}"'}
    body = written(_exported(mongo, which), format, bom=bom)
    return StreamingResponse(body, headers=headers, media_type=MEDIA_TYPES[format])


async def _exported(mongo: Database, which: CityFilter) -> AsyncIterator[City]:
    (everything,) = store.city_queries(which, None)
    async for city in mongo.stream(store.CITIES, everything.query):
        yield city


async def _found(mongo: Database, import_id: ImportId) -> Import:
    job = await import_of(mongo, import_id)
    if job is None:
        raise ImportNotFound
    return job


def _answer(job: Import, status: int = 200, location: str | None = None) -> Answer:
    return Answer(ImportOut.of(job), job.version, status, location)


def _fault_key(row: FaultRow) -> tuple[str]:
    return (row.id,)
