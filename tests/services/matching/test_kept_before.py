"""Rounds that were kept before records were packed: they go on as any other."""

from services.matching.domain import records
from services.matching.store import (
    ROUND_INPUTS,
    ROUND_RESULTS,
    ROUND_TURNS,
    RoundInputs,
    RoundResult,
)
from shared.unit_of_work import Tx
from tests.services.matching.desk import Desk, done


async def test_unpacked_round_is_published_proven_and_compared_with(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    made = await desk.round(exchange["id"])
    inputs = await desk.mongo.get(ROUND_INPUTS, made["id"])
    result = await desk.mongo.get(ROUND_RESULTS, made["id"])
    assert inputs
    assert result
    proof = (await desk.officer.get(f"/v1/rounds/{made['id']}/proof")).content

    async def keep_as_before(tx: Tx) -> None:
        await tx.get(ROUND_INPUTS, made["id"])
        await tx.get(ROUND_RESULTS, made["id"])
        tx.put(ROUND_INPUTS, RoundInputs(inputs.id, records.unpacked(inputs.problem)))
        tx.put(ROUND_RESULTS, RoundResult(result.id, records.unpacked(result.answer)))

    await desk.mongo.transact(keep_as_before)
    done(await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"]))

    (turns,) = await desk.mongo.find(ROUND_TURNS, {"exchange_id": exchange["id"]})
    assert set(turns.admitted) == {*eu, *partner}
    assert (await desk.officer.get(f"/v1/rounds/{made['id']}/proof")).content == proof
    again = await desk.round(exchange["id"])
    assert again["kept"] == len(eu)
