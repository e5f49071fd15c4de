"""Consent: answers until a date, reminders and lapses, and how they are counted."""

import asyncio
from datetime import timedelta

from services.matching.deadlines import LEASE_NAME
from services.matching.store import PAIRINGS
from shared.lease import Lease
from tests.services.matching.consents import (
    SETTINGS,
    both_accept,
    pairing_of,
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
        desk.mongo.bell.ring()
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
