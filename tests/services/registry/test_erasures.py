"""The tombstone of an erased person is said once more when the topic's segment can end, not after.

tests/e2e/test_story_erasure.py shows on a real broker what that is for.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

from services.registry.erasing import ErasureWorker
from services.registry.usecases.erasures import REPEATED_AFTER, repeat_erasures
from shared.contracts.event import ERASURE_LAG_SECONDS, PERSONAL_SEGMENT_SECONDS
from shared.contracts.registry import ContactErasedV1
from shared.mongo import Mongo
from tests.services.registry.callers import Callers
from tests.services.registry.scenes import PERSON
from tests.shared.tokens import Issuer

BEHIND_THE_SEGMENT = timedelta(seconds=PERSONAL_SEGMENT_SECONDS)


async def erased(callers: Callers) -> str:
    people = f"/v1/cities/{(await callers.city())['id']}/contacts"
    made = await callers.officer.create(people, PERSON)
    gone = await callers.officer.change("DELETE", made.headers["location"], version=1)
    assert gone.status_code == 204, gone.text
    return str(made.json()["id"])


async def tombstones(mongo: Mongo, contact_id: str) -> list[dict[str, Any]]:
    query = {"subject": contact_id, "type": ContactErasedV1.TYPE}
    return [row async for row in mongo.database["outbox"].find(query).sort("_id", 1)]


async def test_tombstone_is_said_again_once(
    callers: Callers, mongo: Mongo, registry_issuer: Issuer
) -> None:
    contact_id = await erased(callers)
    early = await mongo.transact(repeat_erasures)
    registry_issuer.clock.advance(REPEATED_AFTER)

    said = [await mongo.transact(repeat_erasures) for _ in range(2)]

    first, second = await tombstones(mongo, contact_id)
    assert (early, said) == (0, [1, 0])
    assert (first["data"], second["data"]) == (None, None)
    assert (first["sequence"], second["sequence"]) == (2, 3)
    assert second["time"] - first["time"] > BEHIND_THE_SEGMENT
    assert timedelta(seconds=ERASURE_LAG_SECONDS) > REPEATED_AFTER


async def test_workers_at_once_say_it_once(
    callers: Callers, mongo: Mongo, registry_issuer: Issuer
) -> None:
    ids = [await erased(callers) for _ in range(3)]
    registry_issuer.clock.advance(REPEATED_AFTER)

    await asyncio.gather(*(mongo.transact(repeat_erasures) for _ in range(4)))

    assert [len(await tombstones(mongo, each)) for each in ids] == [2, 2, 2]


async def test_worker_looks_by_itself_and_nothing_personal_comes_back(
    callers: Callers, mongo: Mongo, registry_issuer: Issuer
) -> None:
    contact_id = await erased(callers)
    registry_issuer.clock.advance(REPEATED_AFTER)

    work = asyncio.ensure_future(ErasureWorker(mongo, pause_seconds=0.01).run())
    while len(await tombstones(mongo, contact_id)) < 2:  # noqa: ASYNC110 - a database tells nobody
        await asyncio.sleep(0.01)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work

    kept = await mongo.database["contacts"].find_one({"_id": contact_id})
    assert kept is not None
    assert (kept["person"], kept["erased"], kept["version"]) == (None, True, 3)
    assert await mongo.database["erasures"].find_one({"_id": contact_id}) is None
