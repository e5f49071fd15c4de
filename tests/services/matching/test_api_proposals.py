"""The list of a round's proposals over HTTP: in parts, and what no cursor can be."""

import pytest

from services.matching.api.proposals import ProposalOut
from services.matching.store import PROPOSALS
from shared.paging import encode_cursor
from tests.services.matching.desk import Desk, code, done


@pytest.mark.parametrize("after", [2**62 + 1, 2**63 - 1, 2**64 - 1])
async def test_cursor_that_no_list_of_proposals_gives_out_is_refused(
    desk: Desk, after: int
) -> None:
    exchange, _, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])

    refused = await desk.officer.get(
        "/v1/proposals", round_id=made["id"], cursor=encode_cursor(after)
    )

    assert (refused.status_code, code(refused)) == (422, "cursor_invalid")


async def test_proposals_are_listed_by_rank_in_parts(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])

    first = done(await desk.officer.get("/v1/proposals", round_id=made["id"], limit=1))
    cursor = {"cursor": first["next"]}
    second = done(await desk.officer.get("/v1/proposals", round_id=made["id"], limit=1, **cursor))

    shown = [*first["items"], *second["items"]]
    assert [each["rank"] for each in shown] == [1, 2]
    assert shown[0]["score"] >= shown[1]["score"]
    assert second["next"] is None


async def test_listed_proposals_are_what_the_page_promises(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])

    page = done(await desk.officer.get("/v1/proposals", round_id=made["id"]))

    assert len(page["items"]) == 2
    for each in page["items"]:
        assert ProposalOut.model_validate(each).model_dump(mode="json") == each
        assert done(await desk.officer.get(f"/v1/proposals/{each['id']}")) == each


async def test_proposal_from_before_some_fields_is_shown_without_them(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])
    later = {"bonus": "", "firm": "", "lead_topic": "", "hub_city_id": ""}
    await desk.mongo.database[PROPOSALS.name].update_many({}, {"$unset": later})

    page = done(await desk.officer.get("/v1/proposals", round_id=made["id"]))

    shown = {(each["bonus"], each["firm"], each["lead_topic"]) for each in page["items"]}
    assert shown == {(0, None, None)}
