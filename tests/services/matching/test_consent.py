"""Consent: answers until a date, lapses, and whom a re-match brings together instead."""

import asyncio
from datetime import timedelta

import pytest

from services.matching.deadlines import LEASE_NAME
from services.matching.store import PAIRINGS
from shared.lease import Lease
from tests.services.matching.consents import (
    SETTINGS,
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
from tests.support.waiting import eventually

TOPICS = ("water", "waste", "heat")
DAY = timedelta(days=1)
LATE = timedelta(days=15)


async def test_answer_is_due_at_the_end_of_the_last_day_in_the_zone(desk: Desk) -> None:
    story = await scene(desk, ("water",), time_zone="Asia/Kolkata", answer_days=10)

    (pairing,) = await desk.published(story.id)

    assert pairing["answer_by"] == "2026-01-15T18:29:00Z"  # proposed on 5 January
    assert pairing["unanswered"] == ["eu", "partner"]


async def test_unanswered_pairing_lapses_and_says_who_was_silent(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    await say(desk, pairing, story.eu[0], "accept")
    desk.issuer.clock.advance(LATE)

    await work(desk)

    lapsed = done(await desk.officer.get(f"/v1/pairings/{pairing['id']}"))
    assert (lapsed["status"], lapsed["dissolved_reason"]) == ("dissolved", "lapsed")
    assert [(s["what"], s["side"]) for s in lapsed["history"]][-1] == ("lapsed", "partner")
    assert await desk.told(pairing["id"]) == [
        "pairing.proposed.v1",
        "pairing.accepted.v1",
        "pairing.lapsed.v1",
    ]


async def test_answer_after_the_date_is_refused_though_no_worker_has_looked(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    path = f"/v1/pairings/{pairing['id']}"
    desk.issuer.clock.advance(LATE)

    answers = [
        await desk.coordinator(story.eu[0]).change(f"{path}/accept", 1, {}),
        await desk.coordinator(story.eu[0]).change(f"{path}/decline", 1, {"reason": "other"}),
    ]

    assert [code(each) for each in answers] == ["pairing_answer_late"] * 2


async def test_two_workers_let_a_date_pass_once(desk: Desk) -> None:
    story = await scene(desk, TOPICS)
    pairings = await desk.published(story.id)
    desk.issuer.clock.advance(LATE)

    await asyncio.gather(*(worker(desk, name).look() for name in "abc"))

    for pairing in pairings:
        assert (await desk.told(pairing["id"])).count("pairing.lapsed.v1") == 1


async def test_worker_takes_over_from_one_that_died_with_the_lease(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    assert await Lease(desk.mongo, LEASE_NAME, "dead", SETTINGS.lease_seconds).hold()
    stop = asyncio.Event()
    running = asyncio.create_task(worker(desk, "alive").run(stop))
    desk.issuer.clock.advance(LATE)

    async def lapsed() -> bool:
        found = await desk.mongo.get(PAIRINGS, pairing["id"])
        desk.mongo.bell.set()
        return found is not None and found.dissolved_reason == "lapsed"

    try:
        assert await eventually(lapsed)
    finally:
        stop.set()
        await asyncio.wait_for(running, 10)
    assert (await desk.told(pairing["id"])).count("pairing.lapsed.v1") == 1


async def test_cities_are_reminded_once_three_days_before(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)

    for _ in range(13):
        desk.issuer.clock.advance(DAY)
        await work(desk)

    assert await desk.told(pairing["id"]) == ["pairing.proposed.v1", "pairing.reminded.v1"]
    shown = done(await desk.officer.get(f"/v1/pairings/{pairing['id']}"))
    assert shown["history"][-1]["at"] == "2026-01-17T09:00:00Z"  # the first look after 16th, 23:59


async def test_pairing_whose_answers_are_in_is_left_alone(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    active = await both_accept(desk, pairing)
    desk.issuer.clock.advance(LATE)

    await work(desk)

    after = done(await desk.officer.get(f"/v1/pairings/{pairing['id']}"))
    assert (after["status"], after["version"]) == ("active", active["version"])


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
    order = {"application_ids": ids}
    path = f"/v1/exchanges/{story.id}/reserves/eu"
    done(await desk.officer.change(path, None, order, "PUT"))
    await say(desk, pairing, story.eu[0], "decline", reason="other_priorities")

    await rematched(desk, story.id)

    assert (await pairing_of(desk, story.id, story.partner[0]))["eu_city_id"] == second
    assert (await application_of(desk, story.id, first))["rank"] == 2


async def test_order_must_name_the_whole_reserve_list(desk: Desk) -> None:
    story = await scene(desk, ("water",))
    await in_reserve(desk, story, "eu", "water")
    path = f"/v1/exchanges/{story.id}/reserves/eu"

    answer = await desk.officer.change(path, None, {"application_ids": []}, "PUT")

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


async def test_acceptance_is_counted_by_reason_side_score_and_part(desk: Desk) -> None:
    story = await scene(desk, TOPICS)
    await desk.published(story.id)
    await both_accept(desk, await pairing_of(desk, story.id, story.eu[0]))
    refused = await pairing_of(desk, story.id, story.eu[1])
    await say(desk, refused, story.partner[1], "decline", reason="size_does_not_fit")
    desk.issuer.clock.advance(LATE)
    await work(desk)

    counted = done(await desk.officer.get(f"/v1/exchanges/{story.id}/acceptance"))
    path = f"/v1/programmes/{story.exchange['programme_id']}/acceptance"

    totals = {each: counted[each] for each in ("proposed", "accepted", "declined", "lapsed")}
    assert totals == {"proposed": 3, "accepted": 1, "declined": 1, "lapsed": 1}
    assert counted["reasons"] == [{"reason": "size_does_not_fit", "eu": 0, "partner": 1}]
    eu, partner = counted["sides"]
    assert (eu["accepted"], eu["declined"], eu["lapsed"]) == (1, 0, 1)
    assert (partner["accepted"], partner["declined"], partner["lapsed"]) == (1, 1, 1)
    assert sum(band["accepted"] for band in counted["bands"]) == 1
    assert {part["part"] for part in counted["parts"]} >= {"topics", "size"}
    assert done(await desk.officer.get(path)) == counted
