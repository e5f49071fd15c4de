"""Action items over HTTP: who notes what was agreed, and what is told of it."""

import pytest

from shared.contracts.matching import PairingProposedV1, PairingState
from shared.ids import new_id
from tests.services.events.desk import Desk, code_of, new_city


async def meeting(desk: Desk) -> tuple[str, str, str, str]:
    """Plan a meeting of a pairing that is known; give activity, pairing, host and partner."""
    host, partner, pairing_id = new_city(), new_city(), new_id("pai")
    state = PairingState(
        id=pairing_id,
        exchange_id=new_id("exc"),
        proposal_id=new_id("prp"),
        eu_city_id=host,
        partner_city_id=partner,
        topics=("water",),
        status="active",
    )
    await desk.deliver(PairingProposedV1(state=state), 1)
    planned = await desk.plan(host, pairing_ids=[pairing_id])
    return planned["id"], pairing_id, host, partner


def item(pairing_id: str, owner: str, **more: str) -> dict[str, str]:
    return {"pairing_id": pairing_id, "title": "Send it", "owner_city_id": owner, **more}


async def test_what_was_agreed_is_told_and_listed(desk: Desk) -> None:
    activity, pairing_id, host, partner = await meeting(desk)
    path = f"/v1/activities/{activity}/action-items"

    made = await desk.send("POST", path, item(pairing_id, partner, due_on="2016-06-30"), city=host)
    listed = await desk.send("GET", path)

    assert made.status_code == 201, made.text
    assert listed.json()["items"] == [made.json()]
    (row,) = await desk.told(made.json()["id"])
    assert row["type"] == "eu.worldcities.events.action_item.recorded.v1"
    assert b"2016-06-30" in row["data"]


async def test_owner_corrects_and_takes_back_but_nobody_else_does(desk: Desk) -> None:
    activity, pairing_id, host, partner = await meeting(desk)
    made = await desk.send(
        "POST", f"/v1/activities/{activity}/action-items", item(pairing_id, partner), city=host
    )
    path = f"/v1/action-items/{made.json()['id']}"

    refused = await desk.send("PATCH", path, {"title": "Mine"}, version=1, city=new_city())
    revised = await desk.send("PATCH", path, {"topic": "water"}, version=1, city=partner)
    same = await desk.send("PATCH", path, {"topic": "water"}, version=2, city=partner)
    gone = await desk.send("POST", f"{path}/withdraw", version=2, city=host)
    again = await desk.send("PATCH", path, {"title": "T"}, version=3)

    assert refused.status_code == 403
    assert (revised.json()["topic"], revised.json()["title"]) == ("water", "Send it")
    assert same.json()["version"] == 2
    assert gone.json()["status"] == "withdrawn"
    assert code_of(again) == (409, "action_item_withdrawn")
    types = [row["type"].rsplit(".", 2)[1] for row in await desk.told(made.json()["id"])]
    assert types == ["recorded", "revised", "withdrawn"]


async def test_item_is_of_a_pairing_of_the_activity_and_owned_by_one_of_its_cities(
    desk: Desk,
) -> None:
    activity, pairing_id, host, _ = await meeting(desk)
    path = f"/v1/activities/{activity}/action-items"

    stray = await desk.send("POST", path, item(new_id("pai"), host))
    owner = await desk.send("POST", path, item(pairing_id, new_city()))

    assert code_of(stray) == (422, "action_item_pairing_stray")
    assert code_of(owner) == (422, "action_item_owner_stray")


async def test_owner_of_a_pairing_that_is_not_known_yet_is_believed(desk: Desk) -> None:
    host, pairing_id = new_city(), new_id("pai")
    planned = await desk.plan(host, pairing_ids=[pairing_id])

    path = f"/v1/activities/{planned['id']}/action-items"
    made = await desk.send("POST", path, item(pairing_id, new_city()))

    assert made.status_code == 201


async def test_cancelled_activity_takes_no_items(desk: Desk) -> None:
    activity, pairing_id, host, _ = await meeting(desk)
    await desk.send("POST", f"/v1/activities/{activity}/cancel", {"reason": "Strike."}, version=1)

    path = f"/v1/activities/{activity}/action-items"
    answer = await desk.send("POST", path, item(pairing_id, host))

    assert code_of(answer) == (409, "activity_cancelled")


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_activity_that_there_is_not_has_no_items(desk: Desk, method: str) -> None:
    path = f"/v1/activities/{new_id('act')}/action-items"

    answer = await desk.send(method, path, item(new_id("pai"), new_city()))

    assert code_of(answer) == (404, "activity_not_found")
