"""Rounds, proposals and pairings over HTTP: from the request to the second yes."""

from typing import Any

import pytest

from services.matching.domain import records
from services.matching.jobs import Job, work_out
from services.matching.store import ROUND_INPUTS, ROUND_RESULTS, ROUNDS
from shared.contracts.registry import CityState, CityUpdatedV1
from tests.services.matching.desk import Desk, code, done


def pairs_of(items: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["eu_city_id"], each["partner_city_id"]) for each in items}


async def proposals(desk: Desk, round_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(await desk.officer.get("/v1/proposals", round_id=round_id))[
        "items"
    ]
    return items


async def test_round_is_taken_then_solved_with_its_proof(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()

    asked = await desk.officer.create("/v1/rounds", {"exchange_id": exchange["id"]})
    waiting = done(await desk.officer.get(asked.headers["location"]))
    await desk.solve_all()
    solved = done(await desk.officer.get(asked.headers["location"]))

    assert asked.status_code == 202
    assert (waiting["status"], waiting["progress"]["share"]) == ("requested", 0)
    assert (solved["status"], solved["progress"]["share"]) == ("solved", 1)
    assert solved["objective"] == solved["upper_bound"] > 0
    assert pairs_of(await proposals(desk, solved["id"])) == {*zip(eu, partner, strict=True)}


async def test_proposal_explains_itself(desk: Desk) -> None:
    await desk.topic("water", "Water and rivers")
    exchange, eu, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])

    listed = await proposals(desk, made["id"])

    (shown,) = (each for each in listed if each["eu_city_id"] == eu[0])
    assert sum(part["points"] for part in shown["parts"]) == shown["score"]
    assert shown["topics"] == ["water"]
    assert shown["parts"][0]["text"].startswith("Water and rivers: one seeks what the other")
    assert shown["eu_city_name"].startswith("City ")
    assert shown["chosen_freely"]


async def test_stored_inputs_give_the_stored_bytes_whatever_changed_since(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])
    later = CityState(id=eu[0], name="Renamed", kind="city", country="PT", population=1)
    await desk.hear(CityUpdatedV1(state=later), sequence=2)

    inputs = await desk.mongo.get(ROUND_INPUTS, made["id"])
    stored = await desk.mongo.get(ROUND_RESULTS, made["id"])
    round_ = await desk.mongo.get(ROUNDS, made["id"])

    assert inputs
    assert stored
    assert round_
    assert work_out(Job(round_, inputs.problem), lambda _: None).answer == stored.answer
    assert made["inputs_sha256"] == records.digest(records.unpacked(inputs.problem))
    assert made["result_sha256"] == records.digest(records.unpacked(stored.answer))


async def test_lock_is_kept_and_shown_against_the_free_optimum(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    lock = {"eu_city_id": eu[0], "partner_city_id": partner[1], "reason": "Twinned."}

    made = await desk.round(exchange["id"], locks=[{**lock, "topics": ["harbour"]}])

    listed = await proposals(desk, made["id"])
    (locked,) = (each for each in listed if each["locked"])
    assert (locked["topics"], locked["lock_reason"]) == (["harbour"], "Twinned.")
    assert not locked["chosen_freely"]
    assert made["free_pairs_kept"] == 0
    assert made["free_objective"] > made["objective"]


async def test_round_without_a_side_fails_in_words(desk: Desk) -> None:
    exchange = await desk.exchange()
    await desk.admitted(exchange["id"], await desk.city("PT", ("water", 5, 5)))

    made = await desk.round(exchange["id"])

    assert made["status"] == "failed"
    assert "partner side" in made["problem"]
    assert await desk.told(made["id"]) == ["round.requested.v1", "round.failed.v1"]


async def test_rules_that_contradict_each_other_fail_with_the_conflict_by_name(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    lock = {"eu_city_id": eu[0], "partner_city_id": partner[0], "reason": "Twins."}
    other = {**lock, "partner_city_id": partner[1]}

    made = await desk.round(exchange["id"], locks=[lock, other])

    assert made["status"] == "failed"
    assert f"City {eu[0][-6:]}" in made["problem"]
    assert eu[0] not in made["problem"]
    assert {each["kind"] for each in made["conflict"]} >= {"lock"}


async def test_lock_of_a_city_that_is_not_admitted_is_refused(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    lock = {"eu_city_id": eu[0], "partner_city_id": await desk.city("CA"), "reason": "Old."}

    answer = await desk.officer.create(
        "/v1/rounds", {"exchange_id": exchange["id"], "locks": [lock]}
    )

    assert code(answer) == "round_city_not_admitted"
    assert answer.json()["errors"][0]["field"] == "/locks/0/partner_city_id"


async def test_unpublished_round_is_the_officers_alone(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])
    first = (await proposals(desk, made["id"]))[0]
    city = desk.coordinator(eu[0])
    paths = (f"/v1/rounds/{made['id']}", f"/v1/proposals/{first['id']}")

    before = [(await city.get(path)).status_code for path in paths]
    hidden = await city.get("/v1/proposals", round_id=made["id"])
    unlisted = done(await city.get("/v1/rounds", exchange_id=exchange["id"]))["items"]
    done(await desk.officer.change(f"{paths[0]}/publish", made["version"]))
    after = [(await city.get(path)).status_code for path in paths]

    assert (before, hidden.status_code, unlisted) == ([404, 404], 404, [])
    assert after == [200, 200]


async def test_publishing_proposes_a_pairing_for_each_pair(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()

    listed = await desk.published(exchange["id"])

    assert pairs_of(listed) == {*zip(eu, partner, strict=True)}
    assert {each["status"] for each in listed} == {"proposed"}
    assert await desk.told(listed[0]["id"]) == ["pairing.proposed.v1"]
    assert await desk.told(listed[0]["proposal_id"]) == ["proposal.published.v1"]


async def test_round_is_published_once(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    made = await desk.round(exchange["id"])
    path = f"/v1/rounds/{made['id']}/publish"
    done(await desk.officer.change(path, made["version"]))

    again = await desk.officer.change(path, made["version"] + 1)

    assert (again.status_code, code(again)) == (409, "round_not_solved")


async def test_both_cities_accept_and_the_pairing_is_active(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    pairing = (await desk.published(exchange["id"]))[0]
    path = f"/v1/pairings/{pairing['id']}"

    one = await desk.coordinator(pairing["eu_city_id"]).change(f"{path}/accept", 1, {})
    other = await desk.coordinator(pairing["partner_city_id"]).change(f"{path}/accept", 2, {})

    assert done(one)["status"] == "accepted_by_one_side"
    assert done(other)["status"] == "active"
    assert set(done(other)["accepted_by"]) == {"eu", "partner"}
    assert {*eu, *partner} >= {pairing["eu_city_id"], pairing["partner_city_id"]}
    assert (await desk.told(pairing["id"]))[1:] == ["pairing.accepted.v1", "pairing.activated.v1"]


async def test_only_the_two_cities_answer_and_officers_say_for_which_side(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    one, other = await desk.published(exchange["id"])
    path = f"/v1/pairings/{one['id']}/accept"

    stranger = await desk.coordinator(other["eu_city_id"]).change(path, 1, {})
    wrong_side = await desk.coordinator(one["eu_city_id"]).change(path, 1, {"side": "partner"})
    sideless = await desk.officer.change(path, 1, {})
    on_behalf = await desk.officer.change(path, 1, {"side": "partner"})

    assert (stranger.status_code, wrong_side.status_code) == (403, 403)
    assert code(sideless) == "pairing_side_missing"
    assert done(on_behalf)["accepted_by"] == ["partner"]


@pytest.mark.parametrize("step", ["accept", "decline", "dissolve"])
async def test_stranger_learns_nothing_of_the_version(desk: Desk, step: str) -> None:
    exchange, _, _ = await desk.two_and_two()
    one, other = await desk.published(exchange["id"])
    reason = {} if step == "accept" else {"reason": "other"}

    stranger = desk.coordinator(other["eu_city_id"])
    answer = await stranger.change(f"/v1/pairings/{one['id']}/{step}", 99, reason)

    assert answer.status_code == 403


async def test_decline_needs_a_reason_of_the_list_and_ends_the_pairing(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    pairing = (await desk.published(exchange["id"]))[0]
    path, city = f"/v1/pairings/{pairing['id']}", desk.coordinator(pairing["eu_city_id"])

    without = await city.change(f"{path}/decline", 1, {"reason": "mood"})
    declined = await city.change(f"{path}/decline", 1, {"reason": "no_capacity"})
    late = await city.change(f"{path}/accept", 2, {})

    assert code(without) == "input_invalid"
    assert (done(declined)["status"], declined.json()["dissolved_reason"]) == (
        "dissolved",
        "no_capacity",
    )
    assert code(late) == "pairing_not_proposed"


async def test_accepted_pair_is_a_lock_of_the_next_round(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    kept, open_ = await desk.published(exchange["id"])
    path = f"/v1/pairings/{kept['id']}/accept"
    done(await desk.coordinator(kept["eu_city_id"]).change(path, 1, {}))
    veto = {name: open_[name] for name in ("eu_city_id", "partner_city_id")}

    listed = await desk.published(exchange["id"], vetoes=[{**veto, "reason": "Declined by phone."}])

    status = {each["id"]: each["status"] for each in listed}
    assert status == {kept["id"]: "accepted_by_one_side", open_["id"]: "dissolved"}
    assert "proposal.superseded.v1" in await desk.told(open_["proposal_id"])


async def test_round_that_an_answer_has_overtaken_is_not_published(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    first, _ = await desk.published(exchange["id"])
    veto = {"eu_city_id": first["eu_city_id"], "partner_city_id": first["partner_city_id"]}
    made = await desk.round(exchange["id"], vetoes=[{**veto, "reason": "Rethink."}])
    path = f"/v1/pairings/{first['id']}/accept"
    done(await desk.coordinator(first["eu_city_id"]).change(path, 1, {}))

    answer = await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"])

    assert (answer.status_code, code(answer)) == (409, "round_outdated")
    assert pairs_of(await desk.pairings(exchange["id"])) == {*zip(eu, partner, strict=True)}


async def test_pairings_are_found_by_city_and_status(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    await desk.published(exchange["id"])

    of_city = done(await desk.operator.get("/v1/pairings", city_id=eu[0]))["items"]
    active = await desk.pairings(exchange["id"], status="active")

    assert [each["eu_city_id"] for each in of_city] == [eu[0]]
    assert active == []


async def test_officer_dissolves_an_active_pairing_with_a_reason(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    pairing = (await desk.published(exchange["id"]))[0]
    path = f"/v1/pairings/{pairing['id']}"
    for version, side in enumerate(("eu", "partner"), start=1):
        done(await desk.officer.change(f"{path}/accept", version, {"side": side}))

    reason = {"reason": "partner_replaced", "note": "See the minutes."}
    ended = done(await desk.officer.change(f"{path}/dissolve", 3, reason))

    assert (ended["status"], ended["dissolved_reason"]) == ("dissolved", "partner_replaced")
    assert [step["what"] for step in ended["history"]] == [
        "proposed",
        "accepted",
        "accepted",
        "dissolved",
    ]


async def test_notes_and_vetoes_are_for_officers_only(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    veto = {"eu_city_id": eu[0], "partner_city_id": partner[1], "reason": "They met in 2014."}
    made = await desk.round(exchange["id"], vetoes=[veto])
    done(await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"]))
    pairing = (await desk.pairings(exchange["id"]))[0]
    path, why = f"/v1/pairings/{pairing['id']}", {"reason": "other", "note": "The mayor left."}
    done(await desk.coordinator(pairing["eu_city_id"]).change(f"{path}/decline", 1, why))
    city = desk.coordinator(pairing["partner_city_id"])

    for caller, note, vetoes in ((city, None, 0), (desk.officer, "The mayor left.", 1)):
        assert done(await caller.get(path))["history"][-1]["note"] == note
        assert len(done(await caller.get(f"/v1/rounds/{made['id']}"))["vetoes"]) == vetoes
