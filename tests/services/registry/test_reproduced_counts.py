"""A report of last March can be made again: from the database, against the events alone."""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from services.registry.store import CHANGES, TURNSTILES
from services.registry.usecases.backfill import backfill
from shared.clock import FixedClock
from shared.mongo import Mongo
from tests.services.registry.callers import Callers

Figures = dict[tuple[str, ...], int]
COUNTRIES = ("LV", "PT", "ES")
DAYS = 40


async def a_life(callers: Callers, clock: FixedClock, seed: int) -> None:
    """Let cities come, go, come back and change for some weeks."""
    chance = random.Random(seed)
    versions: dict[str, int] = {}
    for _ in range(DAYS):
        clock.advance(timedelta(days=1))
        city = chance.choice(sorted(versions)) if versions else ""
        step = chance.choice(["register", "withdraw", "reinstate", "update"])
        if step == "register" or not city:
            new = await callers.city(f"City {len(versions)}", country=chance.choice(COUNTRIES))
            versions[new["id"]] = 1
            continue
        bodies: Mapping[str, Any] = {
            "withdraw": ("POST", f"/v1/cities/{city}/withdraw", {"reason": "left"}),
            "reinstate": ("POST", f"/v1/cities/{city}/reinstate", None),
            "update": ("PATCH", f"/v1/cities/{city}", {"population": chance.randint(1, 10**6)}),
        }
        method, path, body = bodies[step]
        answer = await callers.officer.change(method, path, body, versions[city])
        versions[city] += answer.status_code == 200


async def reported(callers: Callers, at: datetime) -> Figures:
    """Ask the registry."""
    query: dict[str, Any] = {"by": ["country", "status"], "as_of": at.isoformat()}
    items = (await callers.officer.get("/v1/counts", **query)).json()["items"]
    return {tuple(row["values"].values()): row["count"] for row in items}


async def replayed(mongo: Mongo, at: datetime) -> Figures:
    """Count from what was told to the other services, and from nothing else."""
    rows = [row async for row in mongo.database["outbox"].find({"topic": "registry.city.v1"})]
    told = [row for row in sorted(rows, key=lambda row: row["_id"]) if row["time"] <= at]
    states = {row["subject"]: orjson.loads(row["data"])["state"] for row in told}
    return dict(Counter((each["country"], each["status"]) for each in states.values()))


@pytest.mark.parametrize("seed", [1, 2])
async def test_counts_of_any_day_are_those_of_the_events_until_then(
    callers: Callers, mongo: Mongo, seed: int
) -> None:
    clock = mongo.clock
    assert isinstance(clock, FixedClock)
    start = clock.now()
    await a_life(callers, clock, seed)

    for day in range(0, DAYS + 1, 3):
        at = start + timedelta(days=day)
        assert await reported(callers, at) == await replayed(mongo, at)


async def test_what_was_there_before_the_trail_gets_its_steps_once(
    callers: Callers, mongo: Mongo
) -> None:
    city = await callers.city(country="QZ")
    await mongo.database[CHANGES.name].delete_many({})

    first = await backfill(mongo)
    again = await backfill(mongo)
    await mongo.database[TURNSTILES.name].delete_many({"_id": "trail_backfilled"})
    anew = await backfill(mongo)

    query = {"id": city["id"]}
    (step,) = (await callers.officer.get("/v1/changes", **query)).json()["items"]
    counted = (await callers.officer.get("/v1/counts", by="country")).json()["items"]
    assert (first > 0, again, anew) == (True, 0, 0)
    assert (step["version"], step["event"]) == (1, "before the trail")
    assert {"values": {"country": "QZ"}, "count": 1} in counted
