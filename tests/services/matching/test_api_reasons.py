"""Reasons over HTTP: for officers, and for cities once the round is published."""

import asyncio

import pytest

from services.matching.answering import Answering
from services.matching.errors import ReasonsBusy
from services.matching.settings import SolverSettings
from tests.services.matching.beside_work import sleep_seconds
from tests.services.matching.desk import Desk, Json, code, done


async def solved(desk: Desk) -> tuple[Json, list[str], list[str]]:
    exchange, eu, partner = await desk.two_and_two()
    return await desk.round(exchange["id"]), eu, partner


async def test_proposal_tells_parts_that_sum_to_its_score_and_sentences(desk: Desk) -> None:
    made, eu, _ = await solved(desk)
    listed = done(await desk.officer.get("/v1/proposals", round_id=made["id"]))["items"]
    (shown,) = (each for each in listed if each["eu_city_id"] == eu[0])

    found = done(await desk.officer.get(f"/v1/proposals/{shown['id']}/reasons"))

    assert found["standing"] == "chosen"
    assert sum(part["points"] for part in found["parts"]) == found["score"] == shown["score"]
    assert found["sentences"]
    assert found["firm"] == shown["firm"]


async def test_city_lists_every_alternative_with_its_loss_in_pages(desk: Desk) -> None:
    made, eu, partner = await solved(desk)
    path = f"/v1/rounds/{made['id']}/cities/{eu[0]}"

    whole = done(await desk.officer.get(f"{path}/reasons"))
    first = done(await desk.officer.get(f"{path}/alternatives", limit=1))
    by_score = done(await desk.officer.get(f"{path}/alternatives", sort="score"))

    assert [each["partner_city_id"] for each in whole["chosen"]] == [partner[0]]
    assert whole["alternatives"] == len(by_score["items"]) == 1
    assert first["items"][0]["pair"]["partner_city_id"] == partner[1]
    assert first["next"] is None
    assert first["items"][0]["text"]


async def test_why_not_says_what_the_pair_would_cost_and_what_would_change_it(desk: Desk) -> None:
    made, eu, partner = await solved(desk)
    path = f"/v1/rounds/{made['id']}/pairs/{eu[0]}/{partner[1]}"

    why = done(await desk.officer.get(f"{path}/reasons"))
    changes = done(await desk.officer.get(f"{path}/changes"))

    assert why["standing"] != "chosen"
    assert why["sentences"]
    assert "lock" in {each["kind"] for each in changes["changes"]}


async def test_round_tells_whether_it_is_unique(desk: Desk) -> None:
    made, eu, partner = await solved(desk)

    found = done(await desk.officer.get(f"/v1/rounds/{made['id']}/reasons"))

    assert found["unique"] is True
    pairs = {(each["eu_city_id"], each["partner_city_id"]) for each in found["firm"]}
    assert pairs == {*zip(eu, partner, strict=True)}


async def test_city_sees_its_own_reasons_once_the_round_is_published(desk: Desk) -> None:
    made, eu, partner = await solved(desk)
    own = f"/v1/rounds/{made['id']}/cities/{eu[0]}/alternatives"
    other = f"/v1/rounds/{made['id']}/cities/{eu[1]}/alternatives"
    pair = f"/v1/rounds/{made['id']}/pairs/{eu[0]}/{partner[1]}/reasons"
    city = desk.coordinator(eu[0])

    before = await city.get(own)
    done(await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"]))

    assert before.status_code == 404
    assert [(await city.get(path)).status_code for path in (own, pair, other)] == [200, 200, 403]
    assert (await city.get(f"/v1/rounds/{made['id']}/reasons")).status_code == 403


async def test_city_that_is_not_in_the_round_is_not_found(desk: Desk) -> None:
    made, _, _ = await solved(desk)
    stranger = await desk.city("PT")

    answer = await desk.officer.get(f"/v1/rounds/{made['id']}/cities/{stranger}/reasons")

    assert code(answer) == "round_city_not_found"


async def test_cursor_of_another_order_is_refused(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    third = await desk.city("CA", ("water", 1, 1))
    await desk.admitted(exchange["id"], third, "partner")
    made = await desk.round(exchange["id"])
    path = f"/v1/rounds/{made['id']}/cities/{eu[0]}/alternatives"
    first = done(await desk.officer.get(path, limit=1))

    second = done(await desk.officer.get(path, limit=1, cursor=first["next"]))
    other = await desk.officer.get(path, limit=1, cursor=first["next"], sort="score")

    assert first["items"][0]["pair"] != second["items"][0]["pair"]
    assert code(other) == "cursor_invalid"


async def test_answer_that_takes_too_long_is_given_up_and_the_next_is_answered() -> None:
    answering = Answering(SolverSettings(answer_seconds=3))
    try:
        with pytest.raises(ReasonsBusy) as caught:
            await answering.answer(sleep_seconds, 60)

        assert caught.value.headers["Retry-After"]
        assert await answering.answer(sleep_seconds, 0) == 0
    finally:
        answering.close()


async def test_question_that_finds_too_many_before_it_is_turned_away() -> None:
    answering = Answering(SolverSettings(questions_waiting=1, answer_seconds=60))
    try:
        asked = [asyncio.create_task(answering.answer(sleep_seconds, 0.5)) for _ in range(2)]
        await asyncio.sleep(0)

        with pytest.raises(ReasonsBusy):
            await answering.answer(sleep_seconds, 0)

        assert await asyncio.gather(*asked) == [0.5, 0.5]
    finally:
        answering.close()
