"""Activities and calendars over HTTP, on a real database."""

from typing import Any

import pytest
from icalendar import Calendar

from shared.ids import new_id
from shared.paging import encode_cursor
from tests.services.events.desk import MEETING, Desk, code_of, new_city

TALK = {"title": "Opening", "starts": "2016-03-21T10:00:00", "ends": "2016-03-21T11:00:00"}


async def test_planned_activity_can_be_read_with_instants_beside_civil_times(desk: Desk) -> None:
    planned = await desk.plan(new_city(), agenda=[TALK])

    answer = await desk.send("GET", f"/v1/activities/{planned['id']}")

    assert (answer.status_code, answer.headers["etag"]) == (200, '"v1"')
    assert answer.json() == planned
    assert (planned["starts"], planned["starts_at"]) == (MEETING["starts"], "2016-03-21T08:00:00Z")
    assert planned["agenda"][0]["starts_at"] == "2016-03-21T09:00:00Z"


async def test_planning_answers_201_with_a_location_and_tells_of_it(desk: Desk) -> None:
    body = MEETING | {"host_city_ids": [new_city()]}

    answer = await desk.send("POST", "/v1/activities", body)

    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/activities/{answer.json()['id']}"
    (row,) = await desk.told(answer.json()["id"])
    assert row["type"] == "eu.worldcities.events.activity.planned.v1"
    assert b"BEGIN:VCALENDAR" in row["data"]


async def test_whole_days_run_from_midnight_to_midnight(desk: Desk) -> None:
    days = {"starts_on": "2016-03-26", "ends_on": "2016-03-27", "starts": None, "ends": None}

    planned = await desk.plan(new_city(), **days)

    assert planned["all_day"]
    assert (planned["starts_at"], planned["ends_at"]) == (
        "2016-03-25T23:00:00Z",
        "2016-03-27T22:00:00Z",
    )
    assert (planned["starts_on"], planned["ends_on"]) == ("2016-03-26", "2016-03-27")


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("time_zone", "Mars/Olympus", "/time_zone"),
        ("ends", "2016-03-27T02:30:00", "/ends"),
        ("starts", "2016-03-21T09:00:00Z", "/starts"),
        ("starts", "0001-01-01T00:00:00", "/starts"),
        ("ends", "9999-12-31T23:59:59", "/ends"),
        ("ends", "2016-03-21T09:00:00", "/ends"),
        ("host_city_ids", [], "/host_city_ids"),
        ("host_city_ids", {"$gt": ""}, "/host_city_ids"),
        ("kind", "event", "/kind"),
        ("title", "", "/title"),
        ("agenda", [TALK | {"ends": "2016-03-20T11:00:00"}], "/agenda/0"),
        ("surprise", 1, "/surprise"),
    ],
)
async def test_bad_field_is_422_with_its_place(
    desk: Desk, field: str, value: object, place: str
) -> None:
    body = MEETING | {"host_city_ids": [new_city()]} | {field: value}

    answer = await desk.send("POST", "/v1/activities", body)

    assert answer.status_code == 422
    assert place in [each["field"] for each in answer.json()["errors"]]


async def test_half_a_span_is_refused(desk: Desk) -> None:
    body = MEETING | {"host_city_ids": [new_city()], "ends": None}

    assert (await desk.send("POST", "/v1/activities", body)).status_code == 422


async def test_coordinator_plans_for_own_cities_only(desk: Desk) -> None:
    own, other = new_city(), new_city()

    allowed = await desk.send(
        "POST", "/v1/activities", MEETING | {"host_city_ids": [other, own]}, city=own
    )
    refused = await desk.send(
        "POST", "/v1/activities", MEETING | {"host_city_ids": [other]}, city=own
    )

    assert allowed.status_code == 201
    assert code_of(refused) == (403, "access_denied")


async def test_patch_changes_what_it_names_and_leaves_the_rest(desk: Desk) -> None:
    planned = await desk.plan(new_city(), agenda=[TALK])
    path = f"/v1/activities/{planned['id']}"

    answer = await desk.send("PATCH", path, {"title": "Atelier", "place": None}, version=1)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"v2"')
    expected = planned | {"title": "Atelier", "place": None, "version": 2}
    assert answer.json() == expected
    _, row = await desk.told(planned["id"])
    assert (row["type"], row["sequence"]) == ("eu.worldcities.events.activity.updated.v1", 2)


async def test_patch_of_nothing_tells_nothing(desk: Desk) -> None:
    planned = await desk.plan(new_city())

    answer = await desk.send("PATCH", f"/v1/activities/{planned['id']}", {}, version=1)

    assert answer.json() == planned
    assert len(await desk.told(planned["id"])) == 1


async def test_stale_and_missing_versions_are_refused(desk: Desk) -> None:
    planned = await desk.plan(new_city())
    path, body = f"/v1/activities/{planned['id']}", {"title": "Atelier"}

    assert code_of(await desk.send("PATCH", path, body)) == (428, "version_missing")
    assert code_of(await desk.send("PATCH", path, body, version=7)) == (412, "version_stale")


async def test_replaced_agenda_keeps_the_ids_that_it_names(desk: Desk) -> None:
    planned = await desk.plan(new_city(), agenda=[TALK, TALK | {"title": "Closing"}])
    path = f"/v1/activities/{planned['id']}/agenda"
    kept = planned["agenda"][0]["id"]

    body = {"agenda": [TALK | {"id": kept, "ends": "2016-03-21T12:00:00"}]}
    answer = await desk.send("PUT", path, body, version=1)

    (session,) = answer.json()["agenda"]
    assert (session["id"], session["ends_at"]) == (kept, "2016-03-21T11:00:00Z")


async def test_cancelled_activity_stays_readable_and_refuses_changes(desk: Desk) -> None:
    planned = await desk.plan(new_city())
    path = f"/v1/activities/{planned['id']}"

    cancelled = await desk.send("POST", f"{path}/cancel", {"reason": "Strike"}, version=1)
    again = await desk.send("PATCH", path, {"title": "New"}, version=2)

    assert (cancelled.json()["status"], cancelled.json()["cancelled_reason"]) == (
        "cancelled",
        "Strike",
    )
    assert code_of(again) == (409, "activity_cancelled")


async def listed(desk: Desk, query: str) -> list[dict[str, Any]]:
    answer = await desk.send("GET", f"/v1/activities?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_listing_filters_by_host_pairing_state_and_time(desk: Desk) -> None:
    host, pairing = new_city(), new_id("pai")
    first = await desk.plan(host, pairing_ids=[pairing])
    last = await desk.plan(host, starts="2017-05-01T09:00:00", ends="2017-05-05T09:00:00")

    for query, expected in (
        (f"host_city_id={host}", [first, last]),
        (f"pairing_id={pairing}", [first]),
        (f"host_city_id={host}&status=cancelled", []),
        (f"host_city_id={host}&takes_place_from=2017-05-03T00:00:00Z", [last]),
        (f"host_city_id={host}&takes_place_until=2017-01-01T00:00:00Z", [first]),
        (f"host_city_id={new_city()}", []),
    ):
        assert await listed(desk, query) == expected, query


async def test_pages_follow_each_other_without_gap_or_repetition(desk: Desk) -> None:
    host = new_city()
    planned = [(await desk.plan(host))["id"] for _ in range(3)]
    planned += [(await desk.plan(host, starts=f"2016-03-2{day}T09:00:00"))["id"] for day in (2, 3)]
    seen: list[str] = []
    span = "takes_place_from=2016-03-20T00:00:00Z&takes_place_until=2016-03-25T00:00:00Z"
    path = first = f"/v1/activities?host_city_id={host}&limit=2&{span}"

    while path:
        page = (await desk.send("GET", path)).json()
        seen += [each["id"] for each in page["items"]]
        path = f"{first}&cursor={page['next']}" if page["next"] else ""

    assert seen == planned


@pytest.mark.parametrize(
    "query", ["limit=0", "cursor=x", "status=x", "host_city_id[$gt]=", "takes_place_from=0001"]
)
async def test_bad_query_is_422(desk: Desk, query: str) -> None:
    assert (await desk.send("GET", f"/v1/activities?{query}")).status_code == 422


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
async def test_pages_of_what_goes_on_leave_out_what_is_over(desk: Desk, limit: int) -> None:
    host, other = new_city(), new_city()
    days = [(1, 2), (1, 9), (2, 3), (5, 6), (5, 7), (8, 9)]
    made = [
        await desk.plan(host, host_city_ids=[host, other], **spans(first, last))
        for first, last in days
    ]
    query = (
        f"host_city_id={other}&status=planned&takes_place_from=2016-05-05T12:00:00Z&limit={limit}"
    )

    found, path = [], f"/v1/activities?{query}"
    while path:
        page = (await desk.send("GET", path)).json()
        found += [each["id"] for each in page["items"]]
        path = page["next"] and f"/v1/activities?{query}&cursor={page['next']}"

    going_on = [made[1], *made[3:]]
    assert sorted(found) == sorted(each["id"] for each in going_on)
    assert found[0] == made[1]["id"]


def spans(first: int, last: int) -> dict[str, str]:
    return {"starts": f"2016-05-0{first}T09:00:00", "ends": f"2016-05-0{last}T17:00:00"}


async def test_made_up_cursor_is_422(desk: Desk) -> None:
    cursor = encode_cursor("0001-01-01T00:00:00+14:00", "act_")

    answer = await desk.send("GET", f"/v1/activities?cursor={cursor}")

    assert code_of(answer) == (422, "cursor_invalid")


async def test_repeated_request_gets_the_same_answer_and_plans_once(desk: Desk) -> None:
    body = MEETING | {"host_city_ids": [new_city()]}
    headers = desk.reader("") | {"Idempotency-Key": new_id("key")}

    first = await desk.client.post("/v1/activities", json=body, headers=headers)
    second = await desk.client.post("/v1/activities", json=body, headers=headers)

    assert (first.status_code, second.content) == (201, first.content)
    assert second.headers["idempotency-replayed"] == "true"
    assert len(await listed(desk, f"host_city_id={body['host_city_ids'][0]}")) == 1


async def test_calendar_of_an_activity_is_read_by_calendars(desk: Desk) -> None:
    planned = await desk.plan(new_city(), agenda=[TALK])

    answer = await desk.send("GET", f"/v1/activities/{planned['id']}/calendar.ics")

    assert answer.headers["content-type"].startswith("text/calendar")
    whole, session = Calendar.from_ical(answer.text).events
    assert whole["UID"] == f"{planned['id']}@worldcities"
    assert str(whole["SUMMARY"]) == MEETING["title"]
    assert session["RELATED-TO"] == whole["UID"]


async def test_calendar_of_a_city_has_what_it_hosts_and_visits_and_answers_304(desk: Desk) -> None:
    city = new_city()
    hosted, visited = await desk.plan(city), await desk.plan(new_city())
    await desk.plan(new_city())
    await desk.invite(visited["id"], city)
    path = f"/v1/cities/{city}/calendar.ics"

    answer = await desk.send("GET", path)
    again = await desk.client.get(path, headers=desk.reader(answer.headers["etag"]))

    uids = {str(event["UID"]) for event in Calendar.from_ical(answer.text).events}
    assert uids == {f"{each['id']}@worldcities" for each in (hosted, visited)}
    assert (again.status_code, again.content) == (304, b"")


async def test_calendar_of_a_city_changes_with_its_activities(desk: Desk) -> None:
    city = new_city()
    planned = await desk.plan(city)
    path = f"/v1/cities/{city}/calendar.ics"
    tag = (await desk.send("GET", path)).headers["etag"]

    await desk.send("PATCH", f"/v1/activities/{planned['id']}", {"title": "Moved"}, version=1)

    again = await desk.client.get(path, headers=desk.reader(tag))
    assert again.status_code == 200
    assert "SUMMARY:Moved" in again.text


@pytest.mark.parametrize("path", ["", "/calendar.ics"])
async def test_unknown_activity_is_404(desk: Desk, path: str) -> None:
    answer = await desk.send("GET", f"/v1/activities/{new_id('act')}{path}")

    assert code_of(answer) == (404, "activity_not_found")


@pytest.mark.parametrize("path", ["/v1/activities/act_0", "/v1/delegations"])
async def test_nothing_is_shown_without_a_token(desk: Desk, path: str) -> None:
    assert (await desk.client.get(path)).status_code == 401
