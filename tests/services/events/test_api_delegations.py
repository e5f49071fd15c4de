"""Delegations and delegates over HTTP, on a real database."""

import asyncio
from typing import Any

import httpx2
import pytest

from shared.contracts.registry import (
    CityRegisteredV1,
    CityState,
    CityWithdrawnV1,
    ContactAppointedV1,
    ContactErasedV1,
    ContactHandedOverV1,
    ContactState,
)
from shared.ids import new_id
from tests.services.events.desk import Desk, code_of, new_city

ANNA = {"name": "Anna Kowalska", "organisation": "TU Łódź", "email": "anna@example.org"}


async def name(
    desk: Desk, delegation: str, *delegates: object, version: int = 1
) -> httpx2.Response:
    path = f"/v1/delegations/{delegation}/delegates"
    return await desk.send("PUT", path, {"delegates": delegates}, version=version)


async def people(desk: Desk, delegation: str) -> list[dict[str, Any]]:
    answer = await desk.send("GET", f"/v1/delegations/{delegation}/delegates")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_coordinator_invites_own_city_and_no_other(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    path = f"/v1/activities/{activity['id']}/delegations"

    own = await desk.send("POST", path, {"city_id": city}, city=city)
    other = await desk.send("POST", path, {"city_id": new_city()}, city=city)

    assert (own.status_code, own.json()["status"]) == (201, "invited")
    assert own.headers["location"] == f"/v1/delegations/{own.json()['id']}"
    assert code_of(other) == (403, "access_denied")


async def test_city_is_invited_once_and_a_host_never(desk: Desk) -> None:
    host, city = new_city(), new_city()
    activity = await desk.plan(host)
    path = f"/v1/activities/{activity['id']}/delegations"
    await desk.invite(activity["id"], city)

    again = await desk.send("POST", path, {"city_id": city})
    hosts = await desk.send("POST", path, {"city_id": host})

    assert code_of(again) == (409, "delegation_exists")
    assert code_of(hosts) == (409, "delegation_of_host")


async def test_of_two_invitations_at_once_one_wins(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    path = f"/v1/activities/{activity['id']}/delegations"

    answers = await asyncio.gather(*(desk.send("POST", path, {"city_id": city}) for _ in range(6)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409, 409]
    found = await desk.send("GET", f"/v1/delegations?activity_id={activity['id']}")
    assert len(found.json()["items"]) == 1


async def test_of_becoming_host_and_guest_at_once_one_wins(desk: Desk) -> None:
    host, city = new_city(), new_city()
    activity = await desk.plan(host)
    path = f"/v1/activities/{activity['id']}"

    invited, moved = await asyncio.gather(
        desk.send("POST", f"{path}/delegations", {"city_id": city}),
        desk.send("PATCH", path, {"host_city_ids": [host, city]}, version=1),
    )

    assert sorted([invited.status_code // 100, moved.status_code // 100]) == [2, 4]


async def test_guest_becomes_no_host(desk: Desk) -> None:
    host, city = new_city(), new_city()
    activity = await desk.plan(host)
    await desk.invite(activity["id"], city)

    path = f"/v1/activities/{activity['id']}"
    answer = await desk.send("PATCH", path, {"host_city_ids": [host, city]}, version=1)

    assert code_of(answer) == (409, "activity_host_is_guest")


async def test_cancelled_activity_invites_nobody(desk: Desk) -> None:
    activity = await desk.plan(new_city())
    path = f"/v1/activities/{activity['id']}"
    await desk.send("POST", f"{path}/cancel", {"reason": "Strike"}, version=1)

    answer = await desk.send("POST", f"{path}/delegations", {"city_id": new_city()})

    assert code_of(answer) == (409, "activity_cancelled")


async def test_withdrawn_city_neither_hosts_nor_visits(desk: Desk) -> None:
    activity, gone = await desk.plan(new_city()), new_city()
    state = CityState(id=gone, name="Gone", kind="city", country="PL", status="withdrawn")
    await desk.deliver(CityWithdrawnV1(state=state), 2)

    path = f"/v1/activities/{activity['id']}"
    visits = await desk.send("POST", f"{path}/delegations", {"city_id": gone})
    hosts = await desk.send("PATCH", path, {"host_city_ids": [gone]}, version=1)

    assert code_of(visits) == (409, "delegation_city_withdrawn")
    assert code_of(hosts) == (409, "activity_host_withdrawn")


async def test_external_delegate_is_shown_to_those_who_may_and_to_nobody_else(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    delegation = (await desk.invite(activity["id"], city))["id"]
    named = await name(desk, delegation, {"external": ANNA, "funded": False})
    path = f"/v1/delegations/{delegation}/delegates"

    own = await desk.send("GET", path, city=city)
    other = await desk.send("GET", path, city=new_city())

    assert [own.json()["items"][0][each] for each in ANNA] == list(ANNA.values())
    assert code_of(other) == (403, "access_denied")
    assert "Anna" not in named.text
    rows = await desk.told(delegation)
    assert all(b"Anna" not in row["data"] for row in rows)


async def test_contact_is_unknown_until_its_name_arrives_and_forgotten_after(desk: Desk) -> None:
    activity, city, contact = await desk.plan(new_city()), new_city(), new_id("con")
    delegation = (await desk.invite(activity["id"], city))["id"]
    await name(desk, delegation, {"contact_id": contact})
    state = ContactState(id=contact, city_id=city, name="Bo Ek", email="bo@example.org")
    seen = [(await people(desk, delegation))[0]]

    for sequence, event in enumerate((ContactAppointedV1, ContactErasedV1), start=1):
        await desk.deliver(event(state=state), sequence)
        seen += await people(desk, delegation)

    assert [(each["kind"], each["name"]) for each in seen] == [
        ("unknown", None),
        ("contact", "Bo Ek"),
        ("erased", None),
    ]


async def test_delegate_who_handed_over_is_shown_with_the_last_successor(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    first, second, third = (new_id("con") for _ in range(3))
    delegation = (await desk.invite(activity["id"], city))["id"]
    await name(desk, delegation, {"contact_id": first})
    steps = [(first, "Bo Ek", second), (second, "Ann Ek", third), (third, "Ulf Ek", None)]

    for id_, called, after in steps:
        state = ContactState(id=id_, city_id=city, name=called, role="mayor", successor_id=after)
        await desk.deliver(ContactHandedOverV1(state=state), 1)
    [seen] = await people(desk, delegation)

    assert (seen["name"], seen["contact_id"]) == ("Bo Ek", first)
    assert seen["successor"] == {"contact_id": third, "name": "Ulf Ek", "role": "mayor"}


async def test_sixth_funded_delegate_of_an_eu_city_gives_a_warning(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    delegation = (await desk.invite(activity["id"], city))["id"]
    six = [{"contact_id": new_id("con")} for _ in range(6)]
    before = (await name(desk, delegation, *six)).json()["warnings"]

    state = CityState(id=city, name="Łódź", kind="city", country="PL")
    await desk.deliver(CityRegisteredV1(state=state), 1)
    after = (await desk.send("GET", f"/v1/delegations/{delegation}")).json()["warnings"]

    assert (before, len(after)) == ([], 1)


async def test_delegation_is_confirmed_then_cancelled_and_may_come_again(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    path = f"/v1/delegations/{(await desk.invite(activity['id'], city))['id']}"
    await desk.send("PUT", f"{path}/delegates", {"delegates": [{"external": ANNA}]}, version=1)

    confirmed = await desk.send("POST", f"{path}/confirm", version=2, city=city)
    cancelled = await desk.send("POST", f"{path}/cancel", {"reason": "Flu"}, version=3)
    again = await desk.invite(activity["id"], city)

    assert (confirmed.json()["status"], cancelled.json()["status"]) == ("confirmed", "cancelled")
    assert cancelled.headers["etag"] == '"v4"'
    assert again["status"] == "invited"


async def test_nobody_confirms_an_empty_delegation(desk: Desk) -> None:
    activity = await desk.plan(new_city())
    delegation = await desk.invite(activity["id"], new_city())

    answer = await desk.send("POST", f"/v1/delegations/{delegation['id']}/confirm", version=1)

    assert code_of(answer) == (409, "delegation_empty")


async def test_erased_delegate_is_gone_from_the_database(desk: Desk) -> None:
    activity = await desk.plan(new_city())
    delegation = (await desk.invite(activity["id"], new_city()))["id"]
    delegate = (await name(desk, delegation, {"external": ANNA})).json()["delegates"][0]["id"]

    answer = await desk.send("DELETE", f"/v1/delegates/{delegate}", version=2)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"v3"')
    assert answer.json()["delegates"][0]["erased"]
    document = await desk.mongo.find_row("delegations", delegation)
    assert "Anna" not in str(document)
    assert [each["kind"] for each in await people(desk, delegation)] == ["erased"]


async def test_unknown_delegate_is_404(desk: Desk) -> None:
    answer = await desk.send("DELETE", f"/v1/delegates/{new_id('dgt')}", version=1)

    assert code_of(answer) == (404, "delegate_not_found")


@pytest.mark.parametrize(
    "delegate",
    [
        {},
        {"contact_id": new_id("con"), "external": ANNA},
        {"external": ANNA | {"email": "no address"}},
        {"contact_id": {"$gt": ""}},
        {"contact_id": new_id("cty")},
        {"external": ANNA, "funded": "yes"},
    ],
)
async def test_bad_delegate_is_422(desk: Desk, delegate: dict[str, object]) -> None:
    activity = await desk.plan(new_city())
    delegation = (await desk.invite(activity["id"], new_city()))["id"]

    assert (await name(desk, delegation, delegate)).status_code == 422


async def test_fifty_one_delegates_are_too_many(desk: Desk) -> None:
    activity = await desk.plan(new_city())
    delegation = (await desk.invite(activity["id"], new_city()))["id"]
    many = [{"contact_id": new_id("con")} for _ in range(51)]

    assert (await name(desk, delegation, *many)).status_code == 422
    assert (await name(desk, delegation, *many[:50])).status_code == 200


async def test_delegations_are_listed_by_activity_city_and_state(desk: Desk) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    wanted = await desk.invite(activity["id"], city)
    await desk.invite((await desk.plan(new_city()))["id"], city)
    queries = (f"activity_id={activity['id']}", f"city_id={city}&activity_id={activity['id']}")

    for query in queries:
        answer = await desk.send("GET", f"/v1/delegations?{query}&status=invited&limit=1")
        assert [each["id"] for each in answer.json()["items"]] == [wanted["id"]]
    both = await desk.send("GET", f"/v1/delegations?city_id={city}")
    assert len(both.json()["items"]) == 2


@pytest.mark.parametrize("limit", [1, 2, 200])
async def test_filters_of_the_listing_go_together(desk: Desk, limit: int) -> None:
    activity, city = await desk.plan(new_city()), new_city()
    live = (await desk.invite(activity["id"], city))["id"]
    other = (await desk.invite(activity["id"], new_city()))["id"]
    reason = {"reason": "Flu"}
    await desk.send("POST", f"/v1/delegations/{live}/cancel", reason, version=1)
    again = (await desk.invite(activity["id"], city))["id"]

    async def listed(query: str) -> list[str]:
        found, path = [], f"/v1/delegations?{query}&limit={limit}"
        while path:
            page = (await desk.send("GET", path)).json()
            found += [each["id"] for each in page["items"]]
            path = page["next"] and f"/v1/delegations?{query}&limit={limit}&cursor={page['next']}"
        return found

    of_both = f"activity_id={activity['id']}&city_id={city}"
    assert await listed(of_both) == [live, again]
    assert await listed(f"{of_both}&status=invited") == [again]
    assert await listed(f"activity_id={activity['id']}&status=invited") == [other, again]
    assert await listed(f"city_id={city}&status=cancelled") == [live]
