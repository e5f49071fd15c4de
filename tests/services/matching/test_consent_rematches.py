"""Re-matches: who comes together where cities said no, and what stays as it is."""

import json
from datetime import timedelta
from functools import partial

import pytest

from services.matching.store import REMATCHES, VACANCIES
from services.matching.usecases.rematches import MAX_TRIES, fill_again
from shared.ids import ExchangeId
from tests.services.matching.consents import (
    application_of,
    both_accept,
    in_reserve,
    pairing_of,
    rematched,
    say,
    scene,
    work,
    worker,
)
from tests.services.matching.desk import Desk, code, done

TOPICS = ("water", "waste", "heat")
DAY = timedelta(days=1)
LATE = timedelta(days=15)


async def test_declined_cities_are_matched_with_the_reserve_and_the_others_stay(desk: Desk) -> None:
    story = await scene(desk, TOPICS)
    await desk.published(story.id)
    spare = await in_reserve(desk, story, "partner", "water")
    idle = await in_reserve(desk, story, "partner", "sewage")
    kept = await both_accept(desk, await pairing_of(desk, story.id, story.eu[1]))
    open_ = await pairing_of(desk, story.id, story.eu[2])
    refused = await pairing_of(desk, story.id, story.eu[0])
    await say(desk, refused, story.partner[0], "decline", reason="no_capacity")

    round_ = await rematched(desk, story.id)

    fresh = await pairing_of(desk, story.id, story.eu[0])
    assert fresh["partner_city_id"] == spare
    for each in (kept, open_):
        after = done(await desk.officer.get(f"/v1/pairings/{each['id']}"))
        assert (after["status"], after["version"]) == (each["status"], each["version"])
    assert (round_["kind"], round_["status"]) == ("rematch", "published")
    assert refused["id"] in next(each["reason"] for each in round_["vetoes"])
    assert (await application_of(desk, story.id, spare))["status"] == "admitted"
    assert (await application_of(desk, story.id, idle))["status"] == "reserve"


async def test_reserve_steps_in_by_place(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    first = await in_reserve(desk, story, "eu", "water")
    second = await in_reserve(desk, story, "eu", "water")
    ids = [(await application_of(desk, story.id, each))["id"] for each in (second, first)]
    order = {"side": "eu", "application_ids": ids}
    path = f"/v1/exchanges/{story.id}/reserves"
    done(await desk.officer.change(path, None, order, "PUT"))
    await say(desk, pairing, story.eu[0], "decline", reason="other_priorities")

    await rematched(desk, story.id)

    assert (await pairing_of(desk, story.id, story.partner[0]))["eu_city_id"] == second
    assert (await application_of(desk, story.id, first))["rank"] == 2


async def test_reserve_city_below_the_least_score_does_not_step_in(desk: Desk) -> None:
    story = await scene(desk, ("water",), rules={"min_score": 400_000})
    (pairing,) = await desk.published(story.id)
    weak = await in_reserve(desk, story, "partner", "sewage", "water", level=1)
    strong = await in_reserve(desk, story, "partner", "water", level=5)
    await say(desk, pairing, story.partner[0], "decline", reason="other")

    await rematched(desk, story.id)

    assert (await pairing_of(desk, story.id, story.eu[0]))["partner_city_id"] == strong
    assert (await application_of(desk, story.id, weak))["status"] == "reserve"


async def test_rematch_says_what_it_kept_and_changed_and_why(desk: Desk) -> None:
    story = await scene(desk, TOPICS)
    await desk.published(story.id)
    spare = await in_reserve(desk, story, "partner", "water")
    refused = await pairing_of(desk, story.id, story.eu[0])
    await say(desk, refused, story.partner[0], "decline", reason="no_capacity")

    round_ = await rematched(desk, story.id)

    compared = done(await desk.officer.get(f"/v1/rounds/{round_['id']}/comparison"))
    assert (compared["kept"], compared["gained"], compared["lost"]) == (2, 1, 1)
    text = json.dumps(compared)
    assert "vetoed" in text
    assert spare in text


async def test_order_must_name_the_whole_reserve_list(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    await in_reserve(desk, story, "eu", "water")
    path = f"/v1/exchanges/{story.id}/reserves"

    answer = await desk.officer.change(path, None, {"side": "eu", "application_ids": []}, "PUT")

    assert (answer.status_code, code(answer)) == (409, "reserve_list_differs")


async def test_automatic_exchange_is_matched_anew_by_the_worker(desk: Desk) -> None:
    story = await scene(desk, TOPICS, rematch="automatic")
    await desk.published(story.id)
    spare = await in_reserve(desk, story, "partner", "water")
    waiting = [await pairing_of(desk, story.id, each) for each in story.eu[1:]]
    refused = await pairing_of(desk, story.id, story.eu[0])
    await say(desk, refused, story.partner[0], "decline", reason="no_capacity")

    await work(desk)

    assert (await pairing_of(desk, story.id, story.eu[0]))["partner_city_id"] == spare
    assert [await pairing_of(desk, story.id, each) for each in story.eu[1:]] == waiting
    assert await worker(desk).look() == 0


async def test_lapse_in_an_automatic_exchange_brings_the_reserve_in(desk: Desk) -> None:
    story = await scene(desk, ("water",), rematch="automatic")
    await desk.published(story.id)
    spare = await in_reserve(desk, story, "partner", "water")
    desk.issuer.clock.advance(LATE)

    await work(desk)

    fresh = await pairing_of(desk, story.id, story.eu[0])
    assert fresh["partner_city_id"] == spare
    assert fresh["answer_by"] == "2026-02-03T23:59:00Z"  # 14 days from 20 January, in Lisbon


async def test_manual_exchange_waits_for_an_officer(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    await in_reserve(desk, story, "partner", "water")
    await say(desk, pairing, story.eu[0], "decline", reason="other")

    await work(desk)

    assert await desk.pairings(story.id, status="proposed") == []


async def test_rematch_that_an_answer_overtakes_is_asked_for_anew(desk: Desk) -> None:
    story = await scene(desk, ("water", "waste"), rematch="automatic")
    await desk.published(story.id)
    spares = [await in_reserve(desk, story, "partner", topic) for topic in ("water", "waste")]
    for place in (0, 1):
        await worker(desk).look()  # asks, and finds its round overtaken the second time
        await desk.solve_all()
        pairing = await pairing_of(desk, story.id, story.eu[place])
        await say(desk, pairing, story.eu[place], "decline", reason="other")

    await work(desk)

    fresh = [await pairing_of(desk, story.id, each) for each in story.eu]
    assert [each["partner_city_id"] for each in fresh] == spares


async def test_round_in_which_a_city_said_no_meanwhile_is_not_published(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    made = await desk.round(story.id)
    await say(desk, pairing, story.eu[0], "decline", reason="other")

    answer = await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"])

    assert (answer.status_code, code(answer)) == (409, "round_outdated")
    assert pairing["id"] in answer.json()["detail"]


async def test_round_with_a_city_that_has_withdrawn_is_not_published(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    made = await desk.round(story.id)
    application = await application_of(desk, story.id, story.eu[0])
    path = f"/v1/applications/{application['id']}/withdraw"
    done(await desk.coordinator(story.eu[0]).change(path, application["version"]))

    answer = await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"])

    assert (answer.status_code, code(answer)) == (409, "round_outdated")


async def test_withdrawing_city_is_out_and_its_partner_is_matched_anew(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    spare = await in_reserve(desk, story, "eu", "water")
    application = await application_of(desk, story.id, story.eu[0])
    path = f"/v1/applications/{application['id']}/withdraw"
    done(await desk.coordinator(story.eu[0]).change(path, application["version"]))

    await rematched(desk, story.id)

    ended = done(await desk.officer.get(f"/v1/pairings/{pairing['id']}"))
    assert (ended["status"], ended["dissolved_reason"]) == ("dissolved", "partner_withdrew")
    assert (await pairing_of(desk, story.id, story.partner[0]))["eu_city_id"] == spare


async def test_city_with_a_partner_can_not_just_withdraw(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    await both_accept(desk, pairing)
    application = await application_of(desk, story.id, story.eu[0])

    path = f"/v1/applications/{application['id']}/withdraw"
    answer = await desk.coordinator(story.eu[0]).change(path, application["version"])

    assert (answer.status_code, code(answer)) == (409, "application_paired")


@pytest.mark.parametrize("publish", [False, True])
async def test_rematch_without_need_is_refused(desk: Desk, publish: bool) -> None:  # noqa: FBT001
    story = await scene(desk, ("water",))
    if publish:
        await desk.published(story.id)

    answer = await desk.officer.create(f"/v1/exchanges/{story.id}/rematch", {})

    assert (answer.status_code, code(answer)) == (409, "rematch_unneeded")


async def test_rematch_without_an_answer_is_left_to_an_officer(desk: Desk) -> None:
    story = await scene(desk, ("water",), rematch="automatic")
    (pairing,) = await desk.published(story.id)
    await in_reserve(desk, story, "partner", "water")
    nobody = {"name": "Italy", "of": {"eu_country": "IT"}, "least": 1}
    path = f"/v1/exchanges/{story.id}"
    done(await desk.officer.change(path, 1, {"rules": {"quotas": [nobody]}}, "PATCH"))
    await say(desk, pairing, story.eu[0], "decline", reason="other")

    await work(desk)
    await work(desk)

    rounds = done(await desk.officer.get("/v1/rounds", exchange_id=story.id))["items"]
    assert [each["status"] for each in rounds] == ["published", "failed"]
    (left,) = await desk.mongo.find(VACANCIES, {"exchange_id": story.id})
    assert not left.automatic


async def test_rematch_that_is_overtaken_for_ever_is_left_to_an_officer(desk: Desk) -> None:
    story = await scene(desk, ("water",), rematch="automatic")
    (pairing,) = await desk.published(story.id)
    await in_reserve(desk, story, "partner", "water")
    await say(desk, pairing, story.eu[0], "decline", reason="other")
    exchange_id = ExchangeId(story.id)
    await worker(desk).look()

    async def overtaken() -> str:
        last = await desk.mongo.get(REMATCHES, story.id)
        assert last is not None
        anew = partial(fill_again, exchange_id=exchange_id, overtaken=last.round_id)
        return await desk.mongo.transact(anew)

    steps = [await overtaken() for _ in range(MAX_TRIES)]

    assert steps == ["asked"] * (MAX_TRIES - 1) + ["left"]
    assert await overtaken() == "waiting"
