"""The life of a cooperation over HTTP: pauses, its end, another partner."""

from typing import Any

import pytest

from services.matching.domain import records
from services.matching.store import ROUND_INPUTS
from shared.ids import new_id
from tests.services.matching.consents import (
    Scene,
    application_of,
    both_accept,
    in_reserve,
    pairing_of,
    say,
    scene,
)
from tests.services.matching.desk import Desk, Json, code, done

REASON = {"reason": "Elections."}


async def cooperating(desk: Desk) -> tuple[Scene, Json]:
    """Give a scene with one active pairing."""
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    return story, await both_accept(desk, pairing)


async def test_cooperation_pauses_and_goes_on(desk: Desk) -> None:
    story, pairing = await cooperating(desk)

    paused = await say(desk, pairing, story.eu[0], "suspend", **REASON)
    going = await say(desk, pairing, story.partner[0], "resume")

    assert (paused["status"], going["status"]) == ("suspended", "active")
    assert await desk.told(pairing["id"]) == [
        "pairing.proposed.v1",
        "pairing.accepted.v1",
        "pairing.activated.v1",
        "pairing.suspended.v1",
        "pairing.resumed.v1",
    ]


async def test_cooperation_is_concluded_with_what_it_leaves(desk: Desk) -> None:
    story, pairing = await cooperating(desk)

    ended = await say(
        desk, pairing, story.eu[0], "conclude", summary="Two pilots.", memorandum_on="2026-01-04",
        memorandum=True,
    )  # fmt: skip

    assert ended["status"] == "concluded"
    assert ended["conclusion"]["summary"] == "Two pilots."
    assert ended["conclusion"]["memorandum_on"] == "2026-01-04"
    assert ended["history"][-1]["side"] == "eu"


@pytest.mark.parametrize(
    "outcome",
    [
        {"summary": "Done.", "memorandum_on": "2026-01-04"},
        {"summary": "Done.", "memorandum": True, "memorandum_on": "2026-02-01"},
    ],
)
async def test_memorandum_needs_a_date_that_can_be(desk: Desk, outcome: dict[str, Any]) -> None:
    _, pairing = await cooperating(desk)

    path = f"/v1/pairings/{pairing['id']}/conclude"
    answer = await desk.officer.change(path, pairing["version"], outcome)

    assert (answer.status_code, code(answer)) == (422, "pairing_memorandum_unfit")
    assert answer.json()["errors"][0]["field"] == "/memorandum_on"


@pytest.mark.parametrize(
    ("step", "body", "problem"),
    [
        ("suspend", REASON, "pairing_not_active"),
        ("resume", None, "pairing_not_suspended"),
        ("conclude", {"summary": "Done."}, "pairing_not_active"),
    ],
)
async def test_step_that_does_not_fit_the_state_is_refused(
    desk: Desk, step: str, body: dict[str, str] | None, problem: str
) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)

    answer = await desk.officer.change(f"/v1/pairings/{pairing['id']}/{step}", 1, body)

    assert (answer.status_code, code(answer)) == (409, problem)


async def test_partner_is_replaced_and_both_histories_stay(desk: Desk) -> None:
    story, old = await cooperating(desk)
    spare = await in_reserve(desk, story, "partner", "water")

    answer = await replace(desk, old, "partner", spare)

    new = done(answer, 201)
    assert answer.headers["location"] == f"/v1/pairings/{new['id']}"
    before = done(await desk.officer.get(f"/v1/pairings/{old['id']}"))
    assert (before["status"], before["dissolved_reason"]) == ("dissolved", "partner_replaced")
    assert (before["replaced_by"], new["replaces"]) == (new["id"], old["id"])
    assert [step["what"] for step in before["history"]][-3:] == ["accepted", "accepted", "replaced"]
    assert (new["status"], new["partner_city_id"]) == ("proposed", spare)
    assert new["answer_by"] == "2026-01-19T23:59:00Z"
    assert (await application_of(desk, story.id, spare))["status"] == "admitted"


async def test_replacement_that_goes_on_is_replaced_itself(desk: Desk) -> None:
    story, old = await cooperating(desk)
    first, second = [await in_reserve(desk, story, "partner", "water") for _ in range(2)]
    new = done(await replace(desk, old, "partner", first), 201)

    refused = await replace(desk, old, "partner", second, version=old["version"] + 1)
    await say(desk, new, first, "decline", reason="no_capacity")
    again = await replace(desk, old, "partner", second, version=old["version"] + 1)

    assert (refused.status_code, code(refused)) == (409, "pairing_replacement_live")
    assert done(again, 201)["partner_city_id"] == second


async def test_city_that_went_on_with_another_is_not_given_a_second_partner(desk: Desk) -> None:
    story = await scene(desk, ("water", "waste"))
    for pairing in await desk.published(story.id):
        await both_accept(desk, pairing)
    old = await pairing_of(desk, story.id, story.eu[0], "active")
    first, second = [await in_reserve(desk, story, "partner", "water") for _ in range(2)]
    new = done(await replace(desk, old, "partner", first), 201)
    await say(desk, new, first, "decline", reason="no_capacity")
    other = await pairing_of(desk, story.id, story.eu[1], "active")
    done(await replace(desk, other, "eu", story.eu[0]), 201)

    taken = await replace(desk, old, "partner", second, version=old["version"] + 1)

    assert (taken.status_code, code(taken)) == (409, "pairing_partner_taken")
    assert story.eu[0] in taken.json()["detail"]


async def test_city_that_left_meanwhile_is_not_given_a_partner(desk: Desk) -> None:
    story, old = await cooperating(desk)
    first, second = [await in_reserve(desk, story, "partner", "water") for _ in range(2)]
    new = done(await replace(desk, old, "partner", first), 201)
    await say(desk, new, first, "decline", reason="no_capacity")
    theirs = await application_of(desk, story.id, story.eu[0])
    path = f"/v1/applications/{theirs['id']}/withdraw"
    done(await desk.officer.change(path, theirs["version"]))

    gone = await replace(desk, old, "partner", second, version=old["version"] + 1)

    assert (gone.status_code, code(gone)) == (409, "pairing_partner_taken")


async def replace(desk: Desk, old: Json, side: str, city_id: str, version: int = 0) -> Any:  # noqa: ANN401 - a response
    body = {"side": side, "city_id": city_id, "reason": "The office was closed."}
    path = f"/v1/pairings/{old['id']}/replace"
    seen = version or old["version"]
    return await desk.officer.create(path, body, headers={"If-Match": f'"v{seen}"'})


async def test_unfit_city_takes_nobodys_place(desk: Desk) -> None:
    story = await scene(desk, ("water", "waste"))
    for pairing in await desk.published(story.id):
        await both_accept(desk, pairing)
    old = await pairing_of(desk, story.id, story.eu[0], "active")
    unfit = {
        "one of the two": story.partner[0],
        "has as many partners": story.partner[1],
        "no application on this side": story.eu[1],
        "no application": new_id("cty"),
    }

    for why, city_id in unfit.items():
        answer = await replace(desk, old, "partner", city_id)

        assert (answer.status_code, code(answer)) == (422, "pairing_replacement_unfit")
        assert why in answer.json()["errors"][0]["message"]


async def test_pairing_that_waits_is_not_replaced(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    spare = await in_reserve(desk, story, "partner", "water")

    answer = await replace(desk, pairing, "partner", spare)

    assert (answer.status_code, code(answer)) == (409, "pairing_not_active")


async def test_pairings_of_a_city_are_listed_by_exchange_and_status_in_parts(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    await desk.published(exchange["id"])
    other = await desk.exchange()
    for city_id, side in ((eu[0], "eu"), (await desk.city("CA", ("water", 5, 5)), "partner")):
        await desk.admitted(other["id"], city_id, side)
    (elsewhere,) = await desk.published(other["id"])
    elsewhere = await both_accept(desk, elsewhere)

    async def listed(**query: str | int) -> Json:
        return done(await desk.officer.get("/v1/pairings", city_id=eu[0], **query))

    first = await listed(limit=1)
    second = await listed(limit=1, cursor=first["next"])

    assert [each["exchange_id"] for each in (*first["items"], *second["items"])] == [
        exchange["id"],
        other["id"],
    ]
    assert second["next"] is None
    assert [each["id"] for each in (await listed(status="active"))["items"]] == [elsewhere["id"]]
    assert [each["status"] for each in (await listed(exchange_id=exchange["id"]))["items"]] == [
        "proposed"
    ]
    assert (await listed(exchange_id=exchange["id"], status="active"))["items"] == []


async def test_who_has_cooperated_in_another_exchange_has_met(desk: Desk) -> None:
    story, pairing = await cooperating(desk)
    asked_there = await desk.round(story.id)
    again = await desk.exchange()
    await desk.admitted(again["id"], pairing["eu_city_id"])
    await desk.admitted(again["id"], pairing["partner_city_id"], "partner")

    asked_here = await desk.round(again["id"])

    assert await met(desk, asked_here) == [(pairing["eu_city_id"], pairing["partner_city_id"])]
    assert await met(desk, asked_there) == []  # what goes on in this exchange is not the past


async def met(desk: Desk, round_: Json) -> list[tuple[str, str]]:
    """Give the pairs that a round took for having met before."""
    inputs = await desk.mongo.get(ROUND_INPUTS, round_["id"])
    assert inputs is not None
    problem = records.read_problem(inputs.problem)
    return [(each.eu_city_id, each.partner_city_id) for each in problem.met]
