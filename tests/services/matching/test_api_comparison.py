"""Comparisons and proofs over HTTP."""

from services.matching.domain.records import digest, read_answer, read_problem, written
from tests.services.matching.desk import Desk, code, done


async def test_rerun_is_compared_with_the_round_that_stood_published(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    await desk.published(exchange["id"])
    pair = {"eu_city_id": eu[0], "partner_city_id": partner[0]}
    again = await desk.round(exchange["id"], vetoes=[{**pair, "reason": "Rethink."}])

    found = done(await desk.officer.get(f"/v1/rounds/{again['id']}/comparison"))

    assert found["with_round_id"] == again["base_round_id"]
    (lost,) = (each for each in found["changes"] if each["what"] == "lost")
    assert (lost["eu_city_id"], lost["causes"][0]["kind"]) == (eu[0], "vetoed")
    assert lost["causes"][0]["text"] == "The pair is vetoed now."
    assert lost["eu_city_name"].startswith("City ")
    assert (again["kept"], again["lost"]) == (found["kept"], found["lost"]) == (1, 1)


async def test_any_two_rounds_of_an_exchange_are_compared_by_city_and_kind(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    one = await desk.round(exchange["id"])
    lock = {"eu_city_id": eu[0], "partner_city_id": partner[1], "reason": "Twins."}
    other = await desk.round(exchange["id"], locks=[lock])
    path = f"/v1/rounds/{other['id']}/comparison"

    both = done(await desk.officer.get(path, **{"with": one["id"]}))
    of_city = done(await desk.officer.get(path, **{"with": one["id"], "city_id": eu[1]}))
    gained = done(await desk.officer.get(path, **{"with": one["id"], "what": "gained"}))

    assert both["score_after"] < both["score_before"]
    assert {each["eu_city_id"] for each in of_city["changes"]} == {eu[1]}
    assert {each["what"] for each in gained["changes"]} == {"gained"}


async def test_round_without_a_base_or_of_another_exchange_is_not_compared(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    other, _, _ = await desk.two_and_two()
    here, there = [await desk.round(each["id"]) for each in (exchange, other)]
    path = f"/v1/rounds/{here['id']}/comparison"

    assert code(await desk.officer.get(path)) == "round_base_missing"
    assert code(await desk.officer.get(path, **{"with": there["id"]})) == "round_exchanges_differ"


async def test_comparison_is_for_officers_since_it_tells_of_vetoes(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    await desk.published(exchange["id"])
    (made,) = done(await desk.officer.get("/v1/rounds", exchange_id=exchange["id"]))["items"]

    for path in ("comparison", "proof"):
        answer = await desk.coordinator(eu[0]).get(f"/v1/rounds/{made['id']}/{path}")
        assert answer.status_code == 403


async def test_proof_holds_the_stored_bytes(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    made = await desk.round(exchange["id"])

    proof = done(await desk.officer.get(f"/v1/rounds/{made['id']}/proof"))

    assert digest(written(read_problem(proof["problem"]))) == made["inputs_sha256"]
    assert digest(written(read_answer(proof["solution"]))) == made["result_sha256"]
    pairs = {(each["eu_city_id"], each["partner_city_id"]) for each in proof["pairs"]}
    assert pairs == {*zip(eu, partner, strict=True)}
    assert proof["certificate"]["objective"] == made["objective"]


async def test_round_that_waits_has_no_proof_and_a_failed_one_has_its_conflict(desk: Desk) -> None:
    exchange = await desk.exchange()
    await desk.admitted(exchange["id"], await desk.city("PT", ("water", 5, 5)))
    asked = done(await desk.officer.create("/v1/rounds", {"exchange_id": exchange["id"]}), 202)
    path = f"/v1/rounds/{asked['id']}/proof"

    waiting = await desk.officer.get(path)
    await desk.solve_all()
    failed = done(await desk.officer.get(path))

    assert code(waiting) == "round_result_missing"
    assert "partner side" in failed["solution"]["problem"]
    assert "certificate" not in failed
