"""Action plans of pairings in which a partner was replaced."""

from tests.services.matching.consents import both_accept, in_reserve, say
from tests.services.matching.desk import Desk, code, done
from tests.services.matching.test_pairings import cooperating, replace
from tests.services.matching.test_plans import agreed, moved


async def test_open_actions_go_over_once_both_cities_want_the_replacement(desk: Desk) -> None:
    story, old = await cooperating(desk)
    spare = await in_reserve(desk, story, "partner", "water")
    ours = await agreed(desk.officer, old)
    theirs = await agreed(desk.officer, old, owner_city_id=story.partner[0])
    over = await agreed(desk.officer, old)
    await moved(desk.officer, over, "done", "Sent.")
    new = done(await replace(desk, old, "partner", spare), 201)
    assert done(await desk.officer.get(f"/v1/actions/{ours['id']}"))["pairing_id"] == old["id"]

    await both_accept(desk, new)

    query = {"pairing_id": new["id"]}
    after = done(await desk.officer.get("/v1/actions", **query))["items"]
    assert [each["id"] for each in after] == [ours["id"], theirs["id"]]
    assert [each["owner_city_id"] for each in after] == [story.eu[0], spare]
    assert [each["came_from"] for each in after] == [[old["id"]]] * 2
    assert done(await desk.officer.get(f"/v1/actions/{over['id']}"))["pairing_id"] == old["id"]
    report = done(await desk.officer.get(f"/v1/pairings/{new['id']}/progress"))
    assert report["inherited"] == 2


async def test_ended_action_is_not_opened_again_behind_the_pairing_that_took_over(
    desk: Desk,
) -> None:
    story, old = await cooperating(desk)
    spare = await in_reserve(desk, story, "partner", "water")
    action = await moved(desk.officer, await agreed(desk.officer, old), "done", "Sent.")
    new = done(await replace(desk, old, "partner", spare), 201)
    path = f"/v1/actions/{action['id']}/move"

    refused = await desk.officer.change(path, action["version"], {"status": "open"})
    dropped = await moved(desk.officer, action, "dropped", "It was the wrong plan.")
    await say(desk, new, spare, "decline", reason="no_capacity")
    opened = await moved(desk.officer, dropped, "open")

    assert (refused.status_code, code(refused)) == (409, "pairing_ended")
    assert new["id"] in refused.json()["detail"]
    assert (opened["status"], opened["pairing_id"]) == ("open", old["id"])
