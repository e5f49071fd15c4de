"""Imports from their announcement to their end; officers only.

Promises: rows are taken in the name of who started the import, in transactions that also say how
far it is, so that whoever goes on after a crash finds each row taken or not taken, and none twice;
of a file nothing is kept behind the end of its import, since people put all kinds of lists in it.
"""

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from services.registry.domain import imports as rules
from services.registry.domain.changes import Author
from services.registry.domain.imports import (
    MOST_FAULTS,
    AnyRow,
    Content,
    Fault,
    Import,
    ImportFormat,
    ImportId,
    Tally,
)
from services.registry.errors import ImportNotFound, ImportStatusUnfit
from services.registry.store.imports import (
    CHUNK_BYTES,
    IMPORT_CHUNKS,
    IMPORT_ERRORS,
    IMPORTS,
    Chunk,
    FaultRow,
    chunk_id,
    fault_id,
    import_of,
)
from services.registry.usecases.import_rows import Outcome, take_rows
from services.registry.usecases.turns import author_of
from shared.auth.principal import Principal, Role, require_role
from shared.ids import new_id
from shared.mongo import Mongo
from shared.outbox import Cause
from shared.unit_of_work import Tx
from shared.web.versions import require_version


class _NothingKeptError(Exception):
    """Ends the transaction of a dry run; it carries what would have come of the rows."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of an import that stand behind the first `read` ones."""

    import_id: ImportId
    read: int
    rows: Sequence[AnyRow]


async def announce_import(
    tx: Tx, who: Principal, format_: ImportFormat, *, dry_run: bool
) -> Import:
    """Announce an import.

    Raises:
        Forbidden: 403.
    """
    require_role(who, Role.OFFICER)
    import_id = ImportId(new_id("imp"))
    job = rules.begin(import_id, format_, author_of(tx, who), dry_run=dry_run)
    tx.put(IMPORTS, job)
    return job


async def receive_content(
    mongo: Mongo, who: Principal, key: tuple[ImportId, int], parts: AsyncIterable[bytes]
) -> Import:
    """Keep the file of an import, chunk by chunk; `key` is its id and version.

    Chunks of an upload that breaks off are of no import and expire.

    Raises:
        Forbidden: 403. ImportNotFound: 404. ImportStatusUnfit: 409. StaleVersion: 412.
        ImportContentEmpty: 422. Whatever `parts` raises.
    """
    require_role(who, Role.OFFICER)
    job = await import_of(mongo, key[0])
    if job is None:
        raise ImportNotFound
    require_version(job.version, key[1])
    if job.status not in {"awaiting_content", "ready"}:
        raise ImportStatusUnfit(f"{job.id} is {job.status}.")
    content = await _kept(mongo, new_id("upl"), parts)

    async def attach(tx: Tx) -> Import:
        found = await _load(tx, who, key)
        received = rules.receive(found, content, author_of(tx, who))
        _forget_file(tx, found)
        return _put(tx, received)

    return await mongo.transact(attach)


async def start_import(tx: Tx, who: Principal, key: tuple[ImportId, int]) -> Import:
    """Let the workers take the rows; `key` is its id and version.

    Raises:
        Forbidden: 403. ImportNotFound: 404. ImportStatusUnfit: 409. StaleVersion: 412.
    """
    job = await _load(tx, who, key)
    return _put(tx, rules.start(job, author_of(tx, who)))


async def cancel_import(tx: Tx, who: Principal, key: tuple[ImportId, int]) -> Import:
    """Stop an import where it is; `key` is its id and version.

    Raises:
        Forbidden: 403. ImportNotFound: 404. ImportStatusUnfit: 409. StaleVersion: 412.
    """
    job = await _load(tx, who, key)
    return _ended(tx, rules.cancel(job, author_of(tx, who)))


async def begin_work(tx: Tx, import_id: ImportId) -> Import | None:
    """Begin to take rows, as a worker; None when there is nothing to do."""
    job = await tx.get(IMPORTS, import_id)
    if job is None or job.status != "running" or job.started_by is None:
        return None
    begun = rules.attempt(job, Author(job.started_by, tx.now))
    if begun.status != "running":
        _ended(tx, begun)
        return None
    return _put(tx, begun)


async def take_batch(mongo: Mongo, who: Principal, batch: Batch) -> Import | None:
    """Take a batch of rows in one transaction; None when somebody else did or it was cancelled.

    A dry run takes them in a transaction that it gives up, and counts in another one.

    Raises:
        Conflict: 409. Unavailable: 503; the batch is taken again later.
    """
    cause = Cause(correlationid=batch.import_id)
    tried: list[Outcome] | None = None

    async def work(tx: Tx) -> Import | None:
        job = await _at(tx, batch)
        if job is None:
            return None
        if tried is not None:
            return _counted(tx, job, tried)
        outcomes = await take_rows(tx, who, batch.rows, dry_run=job.dry_run)
        if job.dry_run:
            raise _NothingKeptError(outcomes)
        return _counted(tx, job, outcomes)

    try:
        return await mongo.transact(work, cause)
    except _NothingKeptError as over:
        tried = over.outcomes
    return await mongo.transact(work, cause)


async def end_import(tx: Tx, who: Principal, batch: Batch, failure: str | None) -> Import | None:
    """End an import behind its last row, or where its file can't be read on."""
    job = await _at(tx, batch)
    return _ended(tx, rules.end(job, Author(who.subject, tx.now), failure)) if job else None


async def _at(tx: Tx, batch: Batch) -> Import | None:
    """Give the import if it runs and is where the batch begins.

    That is read in the batch's own transaction: of two workers that both believe in their lease,
    one finds the other's write and runs again, to find that the batch is taken.
    """
    job = await tx.get(IMPORTS, batch.import_id)
    here = job is not None and job.status == "running" and job.tally.read == batch.read
    return job if here else None


def _counted(tx: Tx, job: Import, outcomes: Sequence[Outcome]) -> Import:
    counts = dict.fromkeys(("created", "updated", "unchanged", "rejected"), 0)
    faults: list[tuple[int, Fault]] = []
    for outcome in outcomes:
        counts[outcome.what] += 1
        faults += enumerate(outcome.faults)
    kept = faults[: max(0, MOST_FAULTS - job.tally.faults)]
    for number, fault in kept:
        row = FaultRow(fault_id(job.id, fault.row, number), job.id, fault, tx.now)
        tx.insert_row(IMPORT_ERRORS.name, IMPORT_ERRORS.document(row))
    tally = Tally(read=len(outcomes), faults=len(kept), **counts)
    return _put(tx, rules.advance(job, tally))


async def _kept(mongo: Mongo, upload: str, parts: AsyncIterable[bytes]) -> Content:
    waiting, digest = bytearray(), sha256()
    content = Content(upload, 0, 0, "")
    async for part in parts:
        waiting += part
        while len(waiting) >= CHUNK_BYTES:
            content = await _chunk(mongo, content, bytes(waiting[:CHUNK_BYTES]))
            digest.update(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        content = await _chunk(mongo, content, bytes(waiting))
        digest.update(waiting)
    return replace(content, sha256=digest.hexdigest())


async def _chunk(mongo: Mongo, before: Content, data: bytes) -> Content:
    async def keep(tx: Tx) -> None:
        chunk = Chunk(chunk_id(before.upload, before.chunks), data, tx.now)
        tx.insert_row(IMPORT_CHUNKS.name, IMPORT_CHUNKS.document(chunk))

    await mongo.transact(keep)
    return replace(before, chunks=before.chunks + 1, size=before.size + len(data))


async def _load(tx: Tx, who: Principal, key: tuple[ImportId, int]) -> Import:
    require_role(who, Role.OFFICER)
    job = await tx.get(IMPORTS, key[0])
    if job is None:
        raise ImportNotFound
    require_version(job.version, key[1])
    return job


def _ended(tx: Tx, job: Import) -> Import:
    _forget_file(tx, job)
    return _put(tx, job)


def _forget_file(tx: Tx, job: Import) -> None:
    content = job.content
    if content is not None:
        for number in range(content.chunks):
            tx.delete(IMPORT_CHUNKS, chunk_id(content.upload, number))


def _put(tx: Tx, job: Import) -> Import:
    tx.put(IMPORTS, job)
    return job
