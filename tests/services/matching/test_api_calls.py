"""Programmes, exchanges and applications over HTTP: who may, when, and what it leaves."""

import asyncio
from datetime import timedelta

import pytest

from shared.ids import new_id
from tests.services.matching.desk import Desk, code, done

TOMORROW = timedelta(days=100)


async def test_exchange_is_shown_with_its_deadline_in_utc(desk: Desk) -> None:
    exchange = await desk.exchange(max_partners={"eu": 2})

    answer = await desk.operator.get(f"/v1/exchanges/{exchange['id']}")

    assert done(answer)["deadline_at"] == "2026-03-29T22:59:00Z"  # summer time began that night
    assert answer.headers["etag"] == '"v1"'
    assert exchange["max_partners"] == {"eu": 2, "partner": 1}
    assert sum(exchange["weights"].values()) == 1000
    assert await desk.told(exchange["id"]) == ["exchange.opened.v1"]


async def test_only_officers_set_up_and_change(desk: Desk) -> None:
    exchange, anyone = await desk.exchange(), desk.coordinator(new_id("cty"))
    path = f"/v1/exchanges/{exchange['id']}"
    programme = {"name": "P", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}

    answers = [
        await anyone.create("/v1/programmes", programme),
        await anyone.change(path, 1, {"name": "Mine"}, "PATCH"),
        await anyone.change(f"{path}/close", 1),
        await anyone.create("/v1/rounds", {"exchange_id": exchange["id"]}),
    ]

    assert [each.status_code for each in answers] == [403] * 4


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"time_zone": "Mars/Olympus"}, "exchange_time_zone_unknown"),
        ({"deadline_date": "2020-01-01"}, "exchange_deadline_unfit"),
        ({"deadline_date": "9999-12-31", "time_zone": "America/Vancouver"}, "input_invalid"),
        ({"weights": {"mutual": 1}}, "exchange_weights_unbalanced"),
        ({"partner_country": "Canada"}, "input_invalid"),
        ({"max_partners": {"eu": 0}}, "input_invalid"),
        ({"programme_id": f"prg_{'0' * 32}"}, "exchange_programme_unknown"),
        ({"surprise": 1}, "input_invalid"),
    ],
)
async def test_exchange_with_impossible_terms_is_refused(
    desk: Desk, terms: dict[str, object], problem: str
) -> None:
    exchange = await desk.exchange()
    body = {name: exchange[name] for name in ("programme_id", "name", "partner_country")}
    usual = {**body, "time_zone": "Asia/Tokyo", "deadline_date": "2026-03-29"}

    answer = await desk.officer.create("/v1/exchanges", {**usual, **terms})

    assert (answer.status_code, code(answer)) == (422, problem)


async def test_change_needs_the_version_seen(desk: Desk) -> None:
    path = f"/v1/exchanges/{(await desk.exchange())['id']}"

    unseen = await desk.officer.change(path, None, {"name": "New"}, "PATCH")
    changed = await desk.officer.change(path, 1, {"name": "New"}, "PATCH")
    stale = await desk.officer.change(path, 1, {"name": "Newer"}, "PATCH")

    assert (unseen.status_code, stale.status_code) == (428, 412)
    assert done(changed)["name"] == "New"
    assert changed.headers["etag"] == '"v2"'


async def test_extension_reopens_a_call_and_keeps_what_was_submitted(desk: Desk) -> None:
    exchange = await desk.exchange()
    early, late = await desk.city("PT"), await desk.city("PT")
    sent = f"/v1/applications/{(await desk.draft(exchange['id'], early))['id']}"
    waiting = f"/v1/applications/{(await desk.draft(exchange['id'], late))['id']}"
    done(await desk.coordinator(early).change(f"{sent}/submit", 1))
    desk.issuer.clock.advance(TOMORROW)

    closed = await desk.coordinator(late).change(f"{waiting}/submit", 1)
    longer = {"deadline_date": "2026-10-25", "reason": "Strikes."}
    extended = await desk.officer.change(f"/v1/exchanges/{exchange['id']}/extend", 1, longer)
    again = await desk.coordinator(late).change(f"{waiting}/submit", 1)

    assert (closed.status_code, code(closed)) == (409, "call_closed")
    assert done(extended)["extensions"][0]["reason"] == "Strikes."
    assert done(again)["status"] == "submitted"
    assert done(await desk.officer.get(sent))["status"] == "submitted"


async def test_draft_is_hidden_from_others_and_leaves_no_event(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), await desk.city("PT")
    path = f"/v1/applications/{(await desk.draft(exchange['id'], city_id))['id']}"
    other = desk.coordinator(await desk.city("PT"))

    answers = [
        await other.get(path),
        await other.change(f"{path}/submit", 1),
        await other.change(path, 1, {"statement": "Mine"}, "PATCH"),
    ]

    assert [(each.status_code, code(each)) for each in answers] == [
        (404, "application_not_found")
    ] * 3
    assert done(await desk.officer.get(path))["status"] == "draft"
    assert await desk.told(path.rsplit("/", 1)[1]) == []


async def test_submitted_application_is_its_citys_and_the_officers(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), await desk.city("PT")
    application = await desk.admitted(exchange["id"], city_id)
    path, other = f"/v1/applications/{application['id']}", desk.coordinator(await desk.city("PT"))

    assert (await other.get(path)).status_code == 403
    assert (await desk.operator.get(path)).status_code == 403
    assert (await desk.coordinator(city_id).get(path)).status_code == 200
    assert await desk.told(application["id"]) == [
        "application.submitted.v1",
        "application.admitted.v1",
    ]


async def test_coordinator_lists_own_applications_only(desk: Desk) -> None:
    exchange, mine, other = await desk.exchange(), await desk.city("PT"), await desk.city("PT")
    for city_id in (mine, other):
        await desk.draft(exchange["id"], city_id)
    me, query = desk.coordinator(mine), {"exchange_id": exchange["id"]}

    own = done(await me.get("/v1/applications", **query))["items"]
    others = await me.get("/v1/applications", city_id=other)
    everything = done(await desk.officer.get("/v1/applications", **query))["items"]

    assert [each["city_id"] for each in own] == [mine]
    assert others.status_code == 403
    assert {each["city_id"] for each in everything} == {mine, other}


async def test_city_applies_once_per_exchange_and_for_itself(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), await desk.city("PT")
    first = await desk.draft(exchange["id"], city_id)
    body = {name: first[name] for name in ("exchange_id", "city_id", "side", "statement")}

    again = await desk.coordinator(city_id).create("/v1/applications", body)
    foreign = await desk.coordinator(new_id("cty")).create("/v1/applications", body)

    assert (again.status_code, code(again)) == (409, "application_exists")
    assert first["id"] in again.json()["detail"]
    assert foreign.status_code == 403


async def test_repeated_request_is_answered_the_same(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), await desk.city("PT")
    body = {"exchange_id": exchange["id"], "city_id": city_id, "side": "eu", "statement": "Yes."}
    key = new_id("key")

    first = await desk.coordinator(city_id).create("/v1/applications", body, key)
    second = await desk.coordinator(city_id).create("/v1/applications", body, key)
    other = {**body, "statement": "No."}
    third = await desk.coordinator(city_id).create("/v1/applications", other, key)

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert code(third) == "idempotency_key_reused"


async def test_city_of_the_wrong_country_is_refused(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), await desk.city("CA")
    body = {"exchange_id": exchange["id"], "city_id": city_id, "side": "eu", "statement": "Yes."}

    answer = await desk.coordinator(city_id).create("/v1/applications", body)

    assert (answer.status_code, code(answer)) == (422, "application_side_mismatch")


async def test_unknown_city_may_apply_and_is_admitted_once_known(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), new_id("cty")
    path = f"/v1/applications/{(await desk.draft(exchange['id'], city_id))['id']}"
    done(await desk.coordinator(city_id).change(f"{path}/submit", 1))

    answer = await desk.officer.change(f"{path}/admit", 2, {})

    assert (answer.status_code, code(answer)) == (422, "application_city_unknown")


async def test_soft_threshold_needs_a_reason_on_record(desk: Desk) -> None:
    exchange = await desk.exchange(thresholds=[{"min_population": 400_000, "kind": "soft"}])
    city_id = await desk.city("PT")
    path = f"/v1/applications/{(await desk.draft(exchange['id'], city_id))['id']}"
    done(await desk.coordinator(city_id).change(f"{path}/submit", 1))

    refused = await desk.officer.change(f"{path}/admit", 2, {})
    waived = await desk.officer.change(f"{path}/admit", 2, {"waiver_reason": "A port."})

    assert (refused.status_code, code(refused)) == (409, "application_waiver_missing")
    assert done(waived)["waivers"][0]["reason"] == "A port."


async def test_list_is_paged_by_cursor(desk: Desk) -> None:
    exchange = await desk.exchange()
    made = [(await desk.draft(exchange["id"], await desk.city("PT")))["id"] for _ in range(3)]
    query = {"exchange_id": exchange["id"], "limit": 2}

    first = done(await desk.officer.get("/v1/applications", **query))
    second = done(await desk.officer.get("/v1/applications", cursor=first["next"], **query))

    assert [each["id"] for each in first["items"] + second["items"]] == made
    assert second["next"] is None


async def test_two_applications_of_a_city_at_once_leave_one(desk: Desk) -> None:
    exchange, city_id = await desk.exchange(), await desk.city("PT")
    body = {"exchange_id": exchange["id"], "city_id": city_id, "side": "eu", "statement": "Yes."}
    caller = desk.coordinator(city_id)

    answers = await asyncio.gather(*(caller.create("/v1/applications", body) for _ in range(4)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
