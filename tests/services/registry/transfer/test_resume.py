"""Workers that die or meet: no row is lost, none is taken twice."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from services.registry.domain.cities import Statement
from services.registry.domain.imports import MOST_TRIES, Import, ImportId, Row
from services.registry.store.imports import import_of
from services.registry.transfer.preparing import BATCH_ROWS
from services.registry.transfer.worker import ImportWorker
from services.registry.usecases.transfers import Batch, take_batch
from shared.auth.principal import Principal, Role
from shared.errors import Conflict
from shared.mongo import Mongo
from tests.services.registry.callers import code
from tests.services.registry.transfer.desk import Desk, counted

ROWS = 3 * BATCH_ROWS + 50
WHO = Principal("usr_1", "user", frozenset({Role.OFFICER}))


def content(first: int) -> bytes:
    """Write a file of places that nobody knows, so that each row makes a city."""
    lines = (f"{first + number},Place {number},AQ" for number in range(ROWS))
    return "\n".join(["geonames_id,name,country", *lines]).encode()


async def _kept(desk: Desk, job: dict[str, str]) -> Import:
    kept = await import_of(desk.mongo, ImportId(job["id"]))
    assert kept is not None
    return kept


async def _cities_and_events(mongo: Mongo, first: int) -> tuple[int, int]:
    there = {"facts.geonames_id": {"$gte": first, "$lt": first + ROWS}}
    ids = [city["_id"] async for city in mongo.database["cities"].find(there)]
    rows = await mongo.database["outbox"].count_documents({"subject": {"$in": ids}})
    return len(ids), rows


@pytest.mark.parametrize("batches", [1, 2, 3])
async def test_another_worker_goes_on_behind_the_last_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    first = 10_000_000 * batches
    job = await desk.start("csv", content(first))
    with monkeypatch.context() as patch:
        patch.setattr("services.registry.transfer.worker.take_batch", _dying(batches))
        with pytest.raises(TimeoutError):
            await desk.worker.take(await _kept(desk, job))
    half = await desk.read(job)

    await desk.worker.take(await _kept(desk, job))

    whole = await desk.read(job)
    assert (half["status"], half["rows"]["read"]) == ("running", batches * BATCH_ROWS)
    assert (counted(whole), whole["failure"]) == ({"read": ROWS, "created": ROWS}, None)
    assert await _cities_and_events(desk.mongo, first) == (ROWS, ROWS)


async def test_two_workers_that_both_believe_in_their_lease_take_each_row_once(
    desk: Desk,
) -> None:
    first = 50_000_000
    kept = await _kept(desk, await desk.start("csv", content(first)))
    workers = [ImportWorker(desk.mongo, name) for name in ("a", "b")]

    async def work(worker: ImportWorker) -> None:
        with suppress(Conflict):  # refused too often: the worker's loop would take it up again
            await worker._through(kept)

    await asyncio.gather(*(work(each) for each in workers))

    job = await desk.read({"id": kept.id})
    if job["status"] == "running":  # both gave way to the other in the end
        await desk.worker.take(kept)
        job = await desk.read({"id": kept.id})
    assert (job["status"], counted(job)) == ("done", {"read": ROWS, "created": ROWS})
    assert await _cities_and_events(desk.mongo, first) == (ROWS, ROWS)


async def test_worker_leaves_an_import_to_the_holder_of_its_lease(desk: Desk) -> None:
    job = await desk.start("csv", content(60_000_000))
    until = desk.mongo.clock.now().replace(year=2999)
    row = {"_id": f"import:{job['id']}", "holder": "other", "expires_at": until}
    await desk.mongo.database["leases"].insert_one(row)

    await desk.worker.take(await _kept(desk, job))

    assert (await desk.read(job))["rows"]["read"] == 0


async def test_import_that_ends_its_workers_fails_after_five(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await desk.start("csv", content(90_000_000))
    monkeypatch.setattr("services.registry.transfer.worker.take_batch", _dying(0))
    for _ in range(MOST_TRIES):
        with pytest.raises(TimeoutError):
            await desk.worker.take(await _kept(desk, job))

    await desk.worker.take(await _kept(desk, job))

    failed = await desk.read(job)
    assert (failed["status"], failed["rows"]["read"]) == ("failed", 0)
    assert "5 workers gave up" in failed["failure"]


async def test_cancelled_import_takes_no_more_rows(desk: Desk) -> None:
    job = await desk.start("csv", content(70_000_000))
    path = f"/v1/imports/{job['id']}/cancel"

    stopped = await desk.callers.officer.change("POST", path, version=job["version"])
    again = await desk.callers.officer.change("POST", path, version=stopped.json()["version"])
    taken = await take_batch(desk.mongo, WHO, Batch(ImportId(job["id"]), 0, ()))

    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")
    assert (again.status_code, code(again)) == (409, "import_status_unfit")
    assert taken is None


async def test_batch_that_another_worker_took_has_no_effect(desk: Desk) -> None:
    kept = await _kept(desk, await desk.start("csv", content(80_000_000)))
    row = Row(2, Statement({"name": "Late", "country": "AQ", "geonames_id": 80_000_000}))
    batch = Batch(kept.id, 0, (row,))
    first = await take_batch(desk.mongo, WHO, batch)

    again = await take_batch(desk.mongo, WHO, batch)

    assert first is not None
    assert (first.tally.read, again) == (1, None)
    assert await _cities_and_events(desk.mongo, 80_000_000) == (1, 1)


def _dying(batches: int) -> Callable[[Mongo, Principal, Batch], Awaitable[Import | None]]:
    """Take so many batches, then lose the database."""
    left = batches

    async def take(mongo: Mongo, who: Principal, batch: Batch) -> Import | None:
        nonlocal left
        if left == 0:
            raise TimeoutError
        left -= 1
        return await take_batch(mongo, who, batch)

    return take
