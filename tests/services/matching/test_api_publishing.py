"""What publishing tells of proposals, although it writes none of them."""

from tests.services.matching.desk import Desk, done
from tests.services.matching.test_api_rounds import proposals


async def test_proposals_are_published_and_then_superseded_in_that_order(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    await desk.published(exchange["id"])
    (first,) = done(await desk.officer.get("/v1/rounds", exchange_id=exchange["id"]))["items"]
    old = (await proposals(desk, first["id"]))[0]
    await desk.published(exchange["id"])

    rows = desk.mongo.database["outbox"].find({"subject": old["id"]}).sort("_id", 1)
    told = [(row["type"].rsplit(".", 2)[1], row["sequence"]) async for row in rows]

    assert old["status"] == "published"
    assert told == [("published", 1), ("superseded", 2)]
    assert {each["status"] for each in await proposals(desk, first["id"])} == {"superseded"}


async def test_proposals_of_a_round_that_is_not_published_are_suggested(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])

    assert {each["status"] for each in await proposals(desk, made["id"])} == {"suggested"}
