"""The list of a round's proposals over HTTP: in parts, and what no cursor can be."""

import pytest

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
