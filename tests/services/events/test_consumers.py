"""What the service learns from other services' events, in whatever order they come."""

import asyncio

from services.events.store import CITY_COPIES, CONTACT_COPIES, PAIRING_COPIES
from shared.contracts.matching import PairingActivatedV1, PairingDissolvedV1, PairingState
from shared.contracts.registry import (
    CityState,
    CityUpdatedV1,
    ContactErasedV1,
    ContactState,
    ContactUpdatedV1,
)
from shared.ids import PairingId, new_id
from tests.services.events.desk import Desk, new_city


def active(pairing: str) -> PairingActivatedV1:
    return PairingActivatedV1(state=state(pairing, status="active"))


def dissolved(pairing: str) -> PairingDissolvedV1:
    return PairingDissolvedV1(
        state=state(pairing, status="dissolved", dissolved_reason="The partner left")
    )


def state(pairing: str, **changes: object) -> PairingState:
    known = {
        "id": pairing,
        "exchange_id": new_id("exc"),
        "proposal_id": new_id("prp"),
        "eu_city_id": new_city(),
        "partner_city_id": new_city(),
        "topics": (),
    }
    return PairingState.model_validate(known | changes)


async def attention(desk: Desk, activity_id: str) -> list[str]:
    answer = await desk.send("GET", f"/v1/activities/{activity_id}")
    return [each["reason"] for each in answer.json()["attention"]]


async def test_dissolved_pairing_flags_its_planned_activities(desk: Desk) -> None:
    pairing = new_id("pai")
    activity = await desk.plan(new_city(), pairing_ids=[pairing])
    other = await desk.plan(new_city(), pairing_ids=[new_id("pai")])

    await desk.deliver(active(pairing), 3)
    await desk.deliver(dissolved(pairing), 4)

    assert await attention(desk, activity["id"]) == ["The partner left"]
    assert await attention(desk, other["id"]) == []
    planned, flagged = await desk.told(activity["id"])
    assert (planned["sequence"], flagged["sequence"]) == (1, 2)
    assert flagged["type"] == "eu.worldcities.events.activity.updated.v1"


async def test_activity_planned_after_the_dissolution_is_flagged_too(desk: Desk) -> None:
    pairing = new_id("pai")
    await desk.deliver(dissolved(pairing), 4)

    activity = await desk.plan(new_city(), pairing_ids=[pairing])

    assert await attention(desk, activity["id"]) == ["The partner left"]


async def test_planning_and_dissolving_at_once_never_miss_each_other(desk: Desk) -> None:
    for known in (False, True) * 5:
        pairing = new_id("pai")
        if known:
            await desk.deliver(active(pairing), 3)

        activity, _ = await asyncio.gather(
            desk.plan(new_city(), pairing_ids=[pairing]), desk.deliver(dissolved(pairing), 4)
        )

        assert await attention(desk, activity["id"]) == ["The partner left"]


async def test_pairing_taken_off_an_activity_takes_its_flag_along(desk: Desk) -> None:
    pairing = new_id("pai")
    activity = await desk.plan(new_city(), pairing_ids=[pairing])
    await desk.deliver(dissolved(pairing), 4)

    path = f"/v1/activities/{activity['id']}"
    await desk.send("PATCH", path, {"pairing_ids": []}, version=2)

    assert await attention(desk, activity["id"]) == []


async def test_cancelled_activity_is_not_flagged(desk: Desk) -> None:
    pairing = new_id("pai")
    activity = await desk.plan(new_city(), pairing_ids=[pairing])
    path = f"/v1/activities/{activity['id']}/cancel"
    await desk.send("POST", path, {"reason": "Strike"}, version=1)

    await desk.deliver(dissolved(pairing), 4)

    assert await attention(desk, activity["id"]) == []


async def test_late_event_overwrites_nothing_newer(desk: Desk) -> None:
    pairing, city = PairingId(new_id("pai")), new_city()
    for sequence, name in ((2, "New"), (1, "Old")):
        named = CityState(id=city, name=name, kind="city", country="PL")
        await desk.deliver(CityUpdatedV1(state=named), sequence)
    await desk.deliver(dissolved(pairing), 4)
    await desk.deliver(active(pairing), 3)

    known, broken = (
        await desk.mongo.get(CITY_COPIES, city),
        await desk.mongo.get(PAIRING_COPIES, pairing),
    )

    assert known is not None
    assert broken is not None
    assert (known.name, broken.status) == ("New", "dissolved")


async def test_erased_contact_leaves_its_id_and_comes_back_with_no_late_event(desk: Desk) -> None:
    contact = new_id("con")
    person = ContactState(id=contact, city_id=new_city(), name="Bo Ek", email="bo@example.org")

    await desk.deliver(ContactErasedV1(state=ContactState(id=contact)), 3)
    await desk.deliver(ContactUpdatedV1(state=person), 2)

    document = await desk.mongo.find_row(CONTACT_COPIES.name, contact)
    assert document is not None
    assert (document["erased"], document["name"], document["version"]) == (True, "", 3)
    assert "Bo" not in str(document)
