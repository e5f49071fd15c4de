"""The rows of an import, read from its file and worked out as far as they can be by themselves.

What takes long is done here, in threads and before the transaction: parsing, looking places up, and
the keys by which a new record is found later.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from services.registry.domain.duplicates.index import keys_of
from services.registry.domain.imports import AnyRow, Import, Row
from services.registry.errors import CityFactsMissing
from services.registry.reference import shipped_places
from services.registry.store.imports import read_chunk
from services.registry.transfer.reading import Parse, parser_for, splitter_for
from services.registry.transfer.splitting import ContentUnreadableError, Record
from services.registry.usecases.import_rows import facts_of
from services.registry.usecases.name_keys import known_of
from shared.mongo import Mongo

BATCH_ROWS: Final = 100
"""Rows in one transaction: some 50 ms, for which the rows of others may have to wait."""


async def batches_of(
    mongo: Mongo, job: Import, is_news: Callable[[], bool]
) -> AsyncGenerator[list[AnyRow], None]:
    """Give the rows behind those that are taken; `is_news` guesses whether they make records.

    Raises:
        ContentUnreadableError: the file can't be read on.
    """
    records = _records(mongo, job)
    async with aclosing(records):
        first = await anext(records, None)
        if first is None:
            return
        parse = parser_for(job.format, first)
        waiting = [first] if job.format != "csv" and job.tally.read == 0 else []
        passed = 0 if job.format == "csv" else 1
        async for record in records:
            passed += 1
            if passed <= job.tally.read:
                continue
            waiting.append(record)
            if len(waiting) == BATCH_ROWS:
                for rows in await asyncio.to_thread(_worked_out, parse, waiting, is_news()):
                    yield rows
                waiting = []
        for rows in await asyncio.to_thread(_worked_out, parse, waiting, is_news()):
            yield rows


async def _records(mongo: Mongo, job: Import) -> AsyncGenerator[Record, None]:
    splitter = splitter_for(job.format)
    for number in range(job.content.chunks if job.content else 0):
        part = await read_chunk(mongo, job.content.upload, number) if job.content else None
        if part is None:
            raise ContentUnreadableError("The file is not kept any more: import it anew.")
        for record in splitter.feed(part):
            yield record
    for record in splitter.finish():
        yield record


def _worked_out(parse: Parse, records: Sequence[Record], keyed: bool) -> list[list[AnyRow]]:  # noqa: FBT001 - for to_thread
    rows = [_placed(parse(record)) for record in records]
    return _cut([_with_keys(row) for row in rows] if keyed else rows)


def _placed(row: AnyRow) -> AnyRow:
    place = row.statement.facts.get("geonames_id") if isinstance(row, Row) else None
    if not isinstance(row, Row) or place is None:
        return row
    return replace(row, place=shipped_places().by_id(place))


def _with_keys(row: AnyRow) -> AnyRow:
    """Add the keys of the record that a row of a place makes if it makes one."""
    if not isinstance(row, Row) or row.id is not None:
        return row
    if row.statement.facts.get("geonames_id") is None:
        return row
    try:
        facts = facts_of(row)
    except CityFactsMissing:
        return row  # it will be refused
    return replace(row, keys=tuple(sorted(keys_of(known_of("", facts)))))


def _cut(rows: Sequence[AnyRow]) -> list[list[AnyRow]]:
    """Let a group come alone: who counts its members must find them written."""
    batches: list[list[AnyRow]] = []
    alone = True
    for row in rows:
        group = isinstance(row, Row) and bool(row.statement.facts.get("members"))
        if group or alone:
            batches.append([])
        batches[-1].append(row)
        alone = group
    return batches
