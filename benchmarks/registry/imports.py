"""Promise: importing costs at most 1/0.7 of a bare bulk insert, in memory that does not grow.

All of the extract's cities come in one file over HTTP. The bare insert writes the very documents
that the import left, with their outbox rows, by the same driver in transactions of the same size,
into a database with the same indexes; it parses, checks and looks up nothing.
"""

import asyncio
import csv
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from itertools import count, islice

from benchmarks.registry.running import Registry, Shown, peak_megabytes, registry
from benchmarks.report import Figure, at_least, at_most, exactly, print_table
from benchmarks.servers import Servers
from services.registry.places import Place, load_places
from services.registry.store import CHANGES, CITIES, COLLECTIONS, NAME_KEYS
from services.registry.transfer.preparing import BATCH_ROWS
from shared.collection import Document
from shared.consumer.reading import read_topics
from shared.contracts.registry import CITIES as CITY_TOPIC
from shared.migrations import migrate
from shared.mongo import Mongo, connect
from shared.outbox import OUTBOX
from shared.unit_of_work import Tx
from tests.support.waiting import eventually

RATIO_GOAL = 0.7
SHORT_RATIO_GOAL = 0.4
"""Of few rows: the half second until a worker looks for imports counts as much as 300 of them."""
MEMORY_GOAL = 1.2
FEW_ROWS = 5000
"""Of so few rows the worker is killed once: each kill takes the 10 s of its lease."""

KILLS = 3
_KEPT = (CITIES.name, OUTBOX, CHANGES.name, NAME_KEYS.name)
_COLUMNS = ("geonames_id", "name", "country", "population", "latitude", "longitude", "time_zone")
_OTHER_PLACE = 100_000_000
"""Added to the id of a place, it is that of no place: for more cities than the world has."""
_SEED = 4


async def measure(servers: Servers, rows: int, many: int) -> list[Figure]:
    """Import ``rows`` cities, then ``many`` into another register, then ``rows`` with kills."""
    places = list(load_places())
    figures, peak = await _speed(servers, _file(places, rows), rows)
    async with registry(servers, "registry_many") as running:
        worker = await running.worker("consumer")
        job = await running.until(await running.send(_file(places, many)))
        most = peak_megabytes(worker)
    figures += [
        Figure("import, rows of the long file", _created(job), ""),
        Figure("import, rate of the long file", _rate(job), "rows/s"),
        Figure("import, peak memory of the worker", peak, "MB"),
        Figure("import, peak memory with the long file", most, "MB"),
        at_most("import, memory ratio of the two", round(most / peak, 2), "x", MEMORY_GOAL),
    ]
    return figures + await _killed(servers, _file(places, rows), rows)


async def _speed(servers: Servers, content: bytes, rows: int) -> tuple[list[Figure], float]:
    async with registry(servers, "registry_speed") as running:
        worker = await running.worker("consumer")
        before = peak_megabytes(running.api)
        sent = await running.send(content)
        grown = peak_megabytes(running.api) - before
        job = await running.until(sent)
        peak = peak_megabytes(worker)
    mongo = connect(servers.mongo_url, "registry_speed")
    rate = _rate(job)
    bare = {name: await _bare(mongo, servers, kept) for name, kept in _bare_forms().items()}
    await mongo.close()
    ratios = {name: round(rate / each, 2) for name, each in bare.items()}
    figures = [
        exactly("import, rows taken", _created(job), "", rows),
        Figure("import, file", round(len(content) / 1e6, 2), "MB"),
        Figure("import, memory of the API grown by the upload", round(grown, 1), "MB"),
        Figure("import, rate", rate, "rows/s"),
        Figure("bare insert of all its documents, rate", bare["all"], "rows/s"),
        Figure("bare insert of cities and events only, rate", bare["two"], "rows/s"),
        at_least("import, ratio to all its documents", ratios["all"], "x", _ratio_goal(rows)),
        Figure("import, ratio to cities and events only", ratios["two"], "x"),
    ]
    return figures, peak


def _ratio_goal(rows: int) -> float:
    return RATIO_GOAL if rows > FEW_ROWS else SHORT_RATIO_GOAL


def _bare_forms() -> dict[str, tuple[str, ...]]:
    return {"all": _KEPT, "two": (CITIES.name, OUTBOX)}


async def _bare(mongo: Mongo, servers: Servers, kept: tuple[str, ...]) -> float:
    """Write what the import left into another database; give cities a second."""
    held = {name: [each async for each in mongo.database[name].find({})] for name in kept}
    other = connect(servers.mongo_url, f"bare_{len(kept)}")
    await migrate(other, COLLECTIONS)
    cities = len(held[CITIES.name])
    started = time.perf_counter()
    for at in range(0, cities, BATCH_ROWS):
        batch = {name: rows[at : at + BATCH_ROWS] for name, rows in held.items()}
        await other.transact(lambda tx, batch=batch: _insert(tx, batch))  # type: ignore[misc]
    spent = time.perf_counter() - started
    await other.close()
    return round(cities / spent)


async def _insert(tx: Tx, batch: dict[str, list[Document]]) -> None:
    for name, rows in batch.items():
        for row in rows:
            tx.insert_row(name, row)


async def _killed(servers: Servers, content: bytes, rows: int) -> list[Figure]:
    """Kill the worker at random places of the import, then count cities and events."""
    async with registry(servers, "registry_killed") as running:
        job, hits = await _with_kills(running, content, rows)
        mongo = connect(servers.mongo_url, "registry_killed")
        await eventually(lambda: _published(mongo), 300)
        cities = [each async for each in mongo.database[CITIES.name].find({})]
        await mongo.close()
    ids = {each["_id"] for each in cities}
    places = {each["facts"]["geonames_id"] for each in cities}
    seen = await _events(servers, ids)
    once = sum(1 for times in seen.values() if times == 1)
    return [
        exactly("import, kills of the worker at work (kill -9)", hits, "", _kills(rows)),
        exactly("import with kills, rows counted", _created(job), "", rows),
        exactly("import with kills, cities", len(ids), "", rows),
        exactly("import with kills, places that have one", len(places), "", rows),
        exactly("import with kills, events on the topic just once", once, "", rows),
        exactly("import with kills, events in all", seen.total(), "", rows),
    ]


async def _with_kills(running: Registry, content: bytes, rows: int) -> tuple[Shown, int]:
    """Import with kills; give the import and how many of them met it at work."""
    chance, hits = random.Random(_SEED), 0
    job = await running.send(content)
    for after in sorted(chance.sample(range(rows // 20, rows * 9 // 10), _kills(rows))):
        worker = await running.worker("consumer,relay")
        now = await running.until(job, after)
        await asyncio.to_thread(worker.kill)
        hits += now["status"] == "running"
    await running.worker("consumer,relay")
    return await running.until(job), hits


def _kills(rows: int) -> int:
    return KILLS if rows > FEW_ROWS else 1


async def _published(mongo: Mongo) -> bool:
    return await mongo.database[OUTBOX].count_documents({}) == 0


async def _events(servers: Servers, cities: set[str]) -> Counter[str]:
    """Count the events on the topic by the city of this register that they are about."""
    seen: Counter[str] = Counter()
    async for placed in read_topics(servers.kafka, [CITY_TOPIC.name]):
        if placed.envelope.subject in cities:
            seen[placed.envelope.subject] += 1
    return seen


def _file(places: list[Place], rows: int) -> bytes:
    """Write a file of so many cities; behind the last place it begins again with other ids."""
    text = StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(_COLUMNS)
    lines.writerows(islice(_lines(places), rows))
    return text.getvalue().encode()


def _lines(places: list[Place]) -> Iterator[tuple[object, ...]]:
    for turn in count():
        for each in places:
            id_ = each.geonames_id + turn * _OTHER_PLACE
            people = each.population or None
            at = (each.latitude, each.longitude)
            yield (id_, each.name, each.country, people, *at, each.time_zone)


def _created(job: Shown) -> int:
    return int(job["rows"]["created"])


def _rate(job: Shown) -> float:
    begun, ended = (datetime.fromisoformat(job[name]) for name in ("started_at", "ended_at"))
    return round(int(job["rows"]["read"]) / (ended - begun).total_seconds())


if __name__ == "__main__":
    from benchmarks.servers import servers as started_servers

    SIZES = [int(each) for each in sys.argv[1:]] or [3000, 9000]
    with started_servers() as on:
        print_table(asyncio.run(measure(on, SIZES[0], SIZES[1])), title="import")
