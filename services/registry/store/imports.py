"""The imports, their files in chunks, and what was wrong with their rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.registry.domain.imports import Fault, Import, ImportId, ImportStatus
from services.registry.store.ranges import BY_ID, Query
from shared.collection import Collection, Index
from shared.mongo import Mongo

CHUNK_BYTES: Final = 256 * 1024
"""What the process holds of a file at a time; a sixtieth of the largest document."""

_CHUNK_SECONDS: Final = 14 * 24 * 3600
"""Files are of use while the import runs; two weeks are for an officer on holiday."""

_FAULT_SECONDS: Final = 180 * 24 * 3600

IMPORTS = Collection(
    "imports",
    Import,
    (Index((("status", 1), ("_id", 1)), "imports by status; those that the workers go on with"),),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of an uploaded file; the id is made by `chunk_id`."""

    id: str
    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault of an import; ids sort by row."""

    id: str
    import_id: ImportId
    fault: Fault
    at: datetime


IMPORT_CHUNKS = Collection(
    "import_chunks",
    Chunk,
    (Index((("at", 1),), "expiry of old files", expire_seconds=_CHUNK_SECONDS),),
)
IMPORT_ERRORS = Collection(
    "import_errors",
    FaultRow,
    (
        Index((("import_id", 1), ("_id", 1)), "what was wrong with an import's rows"),
        Index((("at", 1),), "expiry of old faults", expire_seconds=_FAULT_SECONDS),
    ),
)


def chunk_id(upload: str, number: int) -> str:
    """Name a part of an upload; they count from 0."""
    return f"{upload}:{number:06d}"


def fault_id(import_id: ImportId, row: int, number: int) -> str:
    """Name a fault, so that ids sort by row."""
    return f"{import_id}:{row:09d}:{number:03d}"


async def import_of(mongo: Mongo, import_id: ImportId) -> Import | None:
    """Give one import."""
    return await mongo.get(IMPORTS, import_id)


async def list_imports(
    mongo: Mongo, status: ImportStatus, after: str | None, limit: int
) -> list[Import]:
    """Give the imports with a status, oldest first; `after` is the id of the last one seen."""
    return await mongo.find(IMPORTS, imports_query(status, after), sort=BY_ID, limit=limit)


async def list_faults(
    mongo: Mongo, import_id: ImportId, after: str | None, limit: int
) -> list[FaultRow]:
    """Give an import's faults by row; `after` is the id of the last one seen."""
    query = faults_query(import_id, after)
    return await mongo.find(IMPORT_ERRORS, query, sort=BY_ID, limit=limit)


async def read_chunk(mongo: Mongo, upload: str, number: int) -> bytes | None:
    """Give a part of a file, or None when it is not there any more."""
    chunk = await mongo.get(IMPORT_CHUNKS, chunk_id(upload, number))
    return chunk.data if chunk else None


def imports_query(status: ImportStatus, after: str | None) -> Query:
    """Give the query behind `list_imports`."""
    return {"status": status} | ({"_id": {"$gt": after}} if after else {})


def faults_query(import_id: ImportId, after: str | None) -> Query:
    """Give the query behind `list_faults`."""
    return {"import_id": import_id} | ({"_id": {"$gt": after}} if after else {})
