"""Action plans over HTTP and by the events of activities; progress is counted, never typed."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.events import (
    ActionItemRecordedV1,
    ActionItemRevisedV1,
    ActionItemState,
    ActionItemWithdrawnV1,
)
from shared.ids import new_id
from tests.services.matching.consents import both_accept, in_reserve, say, work
from tests.services.matching.desk import Caller, Desk, Json, code, done
from tests.services.matching.test_pairings import cooperating, replace

DUE = "2026-02-15"


async def agreed(caller: Caller, pairing: Json, **content: Any) -> Json:  # noqa: ANN401 - JSON
    usual = {"title": "Send the plan", "owner_city_id": pairing["eu_city_id"], "due_on": DUE}
    path = f"/v1/pairings/{pairing['id']}/actions"
    return done(await caller.create(path, {**usual, **content}), 201)


async def moved(caller: Caller, action: Json, status: str, evidence: str | None = None) -> Json:
    body = {"status": status, "evidence": evidence}
    return done(await caller.change(f"/v1/actions/{action['id']}/move", action["version"], body))


async def test_action_is_due_at_the_end_of_its_day_in_the_zone(desk: Desk) -> None:
    story, pairing = await cooperating(desk)

    action = await agreed(desk.coordinator(story.partner[0]), pairing, topic="water")

    assert action["due_at"] == "2026-02-15T23:59:00Z"
    assert (action["status"], action["overdue"]) == ("open", False)
    assert await desk.told(action["id"]) == ["action.agreed.v1"]


async def test_owner_says_how_far_it_is_and_the_other_city_does_not(desk: Desk) -> None:
    story, pairing = await cooperating(desk)
    owner, other = desk.coordinator(story.eu[0]), desk.coordinator(story.partner[0])
    action = await agreed(other, pairing)
    path = f"/v1/actions/{action['id']}/move"

    refused = await other.change(path, 1, {"status": "done", "evidence": "Sent."})
    silent = await owner.change(path, 1, {"status": "done"})
    ended = await moved(owner, action, "done", "Sent on Monday.")
    again = await moved(owner, ended, "open")

    assert refused.status_code == 403
    assert (silent.status_code, code(silent)) == (422, "action_evidence_missing")
    assert (ended["status"], ended["evidence"]) == ("done", "Sent on Monday.")
    assert (again["status"], again["ended_at"]) == ("open", None)


async def test_both_cities_revise_and_comment_but_no_third(desk: Desk) -> None:
    story, pairing = await cooperating(desk)
    action = await agreed(desk.coordinator(story.eu[0]), pairing)
    path = f"/v1/actions/{action['id']}"
    partner, third = desk.coordinator(story.partner[0]), desk.coordinator(new_id("cty"))

    revised = done(await partner.change(path, 1, {"due_on": None}, "PATCH"))
    said = done(await partner.change(f"{path}/comments", 2, {"text": "Thanks."}))
    others = [
        await third.get(path),
        await third.change(path, 3, {"title": "Mine"}, "PATCH"),
        await third.change(f"{path}/comments", 3, {"text": "Hm."}),
        await third.get("/v1/actions", pairing_id=pairing["id"]),
        await third.get("/v1/actions", city_id=story.eu[0]),
        await third.get("/v1/actions", exchange_id=story.id),
        await third.get(f"/v1/pairings/{pairing['id']}/progress"),
    ]

    assert (revised["due_on"], revised["due_at"], revised["title"]) == (None, None, "Send the plan")
    assert said["comments"][0]["city_id"] == story.partner[0]
    assert [each.status_code for each in others] == [403] * 7


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"title": "T", "owner_city_id": f"cty_{'0' * 32}"}, "action_owner_unfit"),
        ({"title": "", "owner_city_id": f"cty_{'0' * 32}"}, "input_invalid"),
    ],
)
async def test_unfit_action_is_refused(desk: Desk, body: dict[str, str], problem: str) -> None:
    _, pairing = await cooperating(desk)

    answer = await desk.officer.create(f"/v1/pairings/{pairing['id']}/actions", body)

    assert (answer.status_code, code(answer)) == (422, problem)


async def test_ended_pairing_takes_no_more_actions(desk: Desk) -> None:
    story, pairing = await cooperating(desk)
    await say(desk, pairing, story.eu[0], "conclude", summary="Done.")
    body = {"title": "T", "owner_city_id": story.eu[0]}

    answer = await desk.officer.create(f"/v1/pairings/{pairing['id']}/actions", body)

    assert (answer.status_code, code(answer)) == (409, "pairing_not_active")


async def test_list_finds_what_is_overdue_by_pairing_city_and_exchange(desk: Desk) -> None:
    story, pairing = await cooperating(desk)
    late = await agreed(desk.officer, pairing)
    await moved(desk.officer, await agreed(desk.officer, pairing), "dropped", "No money.")
    await agreed(desk.officer, pairing, due_on="2026-06-30")
    desk.issuer.clock.advance(timedelta(days=50))

    for scope in (
        {"pairing_id": pairing["id"]},
        {"city_id": story.eu[0]},
        {"exchange_id": story.id, "city_id": story.eu[0], "status": "open"},
    ):
        found = done(await desk.officer.get("/v1/actions", overdue="true", **scope))

        assert [each["id"] for each in found["items"]] == [late["id"]]
    bare = await desk.officer.get("/v1/actions")
    assert (bare.status_code, code(bare)) == (422, "action_scope_missing")


async def test_list_is_paged_by_cursor(desk: Desk) -> None:
    _, pairing = await cooperating(desk)
    made = [(await agreed(desk.officer, pairing))["id"] for _ in range(3)]
    query = {"pairing_id": pairing["id"], "limit": 2}

    first = done(await desk.officer.get("/v1/actions", **query))
    second = done(await desk.officer.get("/v1/actions", cursor=first["next"], **query))

    assert [each["id"] for each in first["items"] + second["items"]] == made
    assert second["next"] is None


async def test_progress_is_counted_from_the_records(desk: Desk) -> None:
    story, pairing = await cooperating(desk)
    await agreed(desk.officer, pairing, topic="water")
    quick = await agreed(desk.officer, pairing, owner_city_id=story.partner[0])
    slow = await agreed(desk.officer, pairing)
    await moved(desk.officer, quick, "done", "Sent.")
    await say(desk, pairing, story.eu[0], "suspend", reason="Elections.")
    desk.issuer.clock.advance(timedelta(days=50))
    await moved(desk.officer, slow, "done", "Sent at last.")

    report = done(await desk.officer.get(f"/v1/pairings/{pairing['id']}/progress"))

    counts = {"open": 1, "in_progress": 0, "done": 2, "dropped": 0, "overdue": 1}
    assert report["actions"] == counts
    assert (report["done_in_time"], report["done_late"]) == (1, 1)
    assert report["suspended_days"] == 50
    assert [each["of"] for each in report["by_topic"]] == ["water", None]
    assert {each["of"]: each["actions"]["done"] for each in report["by_owner"]} == {
        story.eu[0]: 1,
        story.partner[0]: 1,
    }


async def test_owner_is_reminded_once_a_week_before(desk: Desk) -> None:
    _, pairing = await cooperating(desk)
    action = await agreed(desk.officer, pairing)

    for _ in range(6):
        desk.issuer.clock.advance(timedelta(days=7))
        await work(desk)

    assert await desk.told(action["id"]) == ["action.agreed.v1", "action.reminded.v1"]


def item(pairing: Json, **facts: str) -> ActionItemState:
    usual = {
        "id": new_id("itm"),
        "activity_id": new_id("act"),
        "pairing_id": pairing["id"],
        "owner_city_id": pairing["eu_city_id"],
        "title": "Measure the water",
        "due_on": DUE,
        "status": "recorded",
    }
    return ActionItemState.model_validate({**usual, **facts})


async def plan_of(desk: Desk, pairing: Json) -> list[Json]:
    found = done(await desk.officer.get("/v1/actions", pairing_id=pairing["id"]))
    items: list[Json] = found["items"]
    return items


async def test_action_item_of_an_activity_comes_into_the_plan_once(desk: Desk) -> None:
    _, pairing = await cooperating(desk)
    state = item(pairing)
    later = state.model_copy(update={"title": "Measure it twice", "due_on": None})

    await desk.hear(ActionItemRecordedV1(state=state), sequence=1)
    await desk.hear(ActionItemRevisedV1(state=later), sequence=3)
    await desk.hear(ActionItemRecordedV1(state=state), sequence=1)
    await desk.hear(ActionItemRevisedV1(state=state), sequence=2)

    (action,) = await plan_of(desk, pairing)
    assert (action["title"], action["due_on"]) == ("Measure it twice", None)
    assert action["item_id"] == state.id
    assert await desk.told(action["id"]) == ["action.agreed.v1", "action.revised.v1"]


async def test_what_an_activity_decided_is_changed_there(desk: Desk) -> None:
    _, pairing = await cooperating(desk)
    await desk.hear(ActionItemRecordedV1(state=item(pairing)))
    (action,) = await plan_of(desk, pairing)

    path = f"/v1/actions/{action['id']}"
    answer = await desk.officer.change(path, 1, {"title": "Mine"}, "PATCH")
    ended = await moved(desk.officer, action, "done", "Measured.")

    assert (answer.status_code, code(answer)) == (409, "action_fixed")
    assert ended["status"] == "done"


@pytest.mark.parametrize("first", ["recorded", "withdrawn"])
async def test_withdrawn_item_is_dropped_in_either_order(desk: Desk, first: str) -> None:
    _, pairing = await cooperating(desk)
    state = item(pairing)
    words = {
        "recorded": (ActionItemRecordedV1(state=state), 1),
        "withdrawn": (
            ActionItemWithdrawnV1(state=state.model_copy(update={"status": "withdrawn"})),
            2,
        ),
    }

    for name in (first, *(words.keys() - {first})):
        event, sequence = words[name]
        await desk.hear(event, sequence=sequence)

    (action,) = await plan_of(desk, pairing)
    assert action["status"] == "dropped"
    assert action["evidence"] == "The activity has withdrawn its action item."


async def test_done_action_stays_done_when_its_item_is_withdrawn(desk: Desk) -> None:
    _, pairing = await cooperating(desk)
    state = item(pairing)
    await desk.hear(ActionItemRecordedV1(state=state))
    await moved(desk.officer, (await plan_of(desk, pairing))[0], "done", "Measured.")

    gone = state.model_copy(update={"status": "withdrawn"})
    await desk.hear(ActionItemWithdrawnV1(state=gone), sequence=2)

    assert (await plan_of(desk, pairing))[0]["status"] == "done"


async def test_item_for_a_replaced_pairing_goes_to_the_one_in_its_place(desk: Desk) -> None:
    story, old = await cooperating(desk)
    spare = await in_reserve(desk, story, "partner", "water")
    new = await both_accept(desk, done(await replace(desk, old, "partner", spare), 201))

    await desk.hear(ActionItemRecordedV1(state=item(old)))

    assert len(await plan_of(desk, new)) == 1
    assert await plan_of(desk, old) == []


async def test_item_of_a_pairing_that_is_none_of_ours_is_left_out(desk: Desk) -> None:
    _, pairing = await cooperating(desk)
    state = item(pairing, pairing_id=new_id("pai"))

    await desk.hear(ActionItemRecordedV1(state=state))

    assert await plan_of(desk, pairing) == []
