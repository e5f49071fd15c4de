"""A study visit of each active pairing: the partner city is host, the EU city sends its people.

The record names no dates, so these visits are illustrative and marked so.
"""

from datetime import UTC, datetime, time, timedelta

from deploy.demo.api import Call, Row
from deploy.demo.scene import Scene, found
from deploy.demo.story_data import PublishedPairing

FIRST_VISIT_DAYS = 60
"""How long from now the first visit is: time to book."""

DAYS_BETWEEN_VISITS = 3
VISIT_DAYS = 2
BEGINS, ENDS = time(9, 0), time(17, 0)
"""No clock of the world skips these hours."""


async def visit(scene: Scene, pairing: PublishedPairing, row: Row) -> tuple[Row, Row]:
    """Plan the visit, invite the guests, name and confirm them; give activity and delegation."""
    rows = await scene.api.listed("events", "/v1/activities", pairing_id=row["id"])
    activity = found(rows, kind="study_visit", illustrative=True)
    if activity is None:
        activity = await _planned(scene, pairing, row)
    guest = scene.city_id(pairing.eu_key)
    rows = await scene.api.listed("events", "/v1/delegations", activity_id=activity["id"])
    delegation = found(rows, city_id=guest)
    if delegation is None:
        path = f"/v1/activities/{activity['id']}/delegations"
        delegation = await scene.create(
            "events", path, {"city_id": guest}, f"delegation-{activity['id']}"
        )
    return activity, await _confirmed(scene, pairing, delegation)


async def _planned(scene: Scene, pairing: PublishedPairing, row: Row) -> Row:
    place = scene.story.pairings.index(pairing)
    days = FIRST_VISIT_DAYS + DAYS_BETWEEN_VISITS * place
    first = datetime.now(UTC).date() + timedelta(days=days)
    last = first + timedelta(days=VISIT_DAYS - 1)
    host = scene.cast.cities[pairing.partner_key]
    body = {
        "kind": "study_visit",
        "title": f"Study visit of {scene.name(pairing.eu_key)} to {host['name']} (illustrative)",
        "time_zone": host["time_zone"],
        "starts": datetime.combine(first, BEGINS).isoformat(),
        "ends": datetime.combine(last, ENDS).isoformat(),
        "host_city_ids": [host["id"]],
        "pairing_ids": [row["id"]],
        "place": host["name"],
        "illustrative": True,
    }
    return await scene.create("events", "/v1/activities", body, f"visit-{row['id']}")


async def _confirmed(scene: Scene, pairing: PublishedPairing, delegation: Row) -> Row:
    """Name the city's contacts as delegates and confirm them, as its coordinator does."""
    token = await scene.api.coordinator(delegation["city_id"])
    path = f"/v1/delegations/{delegation['id']}"
    if delegation["status"] == "invited" and not delegation["delegates"]:
        people = [{"contact_id": each["id"]} for each in scene.cast.contacts[pairing.eu_key]]
        version = delegation["version"]
        body = {"delegates": people}
        call = Call("events", "PUT", f"{path}/delegates", token, body, version=version)
        delegation = await scene.api.send(call)
    if delegation["status"] == "invited":
        version = delegation["version"]
        call = Call("events", "POST", f"{path}/confirm", token, version=version)
        delegation = await scene.api.send(call)
    return delegation
