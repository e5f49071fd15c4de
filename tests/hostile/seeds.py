"""Things that exist in each service, so that an attack can aim at them.

Each function gives ids by the name of the path parameter that takes them. People in them are named
`PERSON`, which no answer to a stranger may hold.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2

from services.notifications.settings import Settings as NotificationsSettings
from services.notifications.workers import FeedTail
from shared.ids import CityId, new_id
from shared.mongo import Mongo
from tests.services.events.desk import Desk as EventsDesk
from tests.services.matching.consents import both_accept
from tests.services.matching.desk import Desk as MatchingDesk
from tests.services.matching.test_plans import agreed
from tests.services.notifications import events as news
from tests.services.notifications.desk import Desk as NotificationsDesk
from tests.services.registry.callers import Callers
from tests.shared.tokens import Issuer

PERSON = "Zoe Unmistakable"
MAIL = "zoe.unmistakable@city.example"
_CONTACT = {"name": PERSON, "email": MAIL, "role": "coordinator", "language": "en"}
_SUCCESSOR = {**_CONTACT, "email": "successor@city.example"}
_PRACTICE = {"title": "Leaks", "topics": ["water"], "problem": "Loss", "solution": "Listen"}
_EXTERNAL = {"name": PERSON, "organisation": "Trams Ltd", "email": MAIL}

Seeds = dict[str, str]
Seeding = Callable[[httpx2.AsyncClient, Mongo, Issuer], Awaitable[Seeds]]


async def registry(client: httpx2.AsyncClient, _: Mongo, issuer: Issuer) -> Seeds:
    """A city with two contacts, an interest and a practice; a draft; an import."""
    callers = Callers(client, issuer, "")
    officer = callers.officer
    city = await callers.city()
    other = await callers.city("Riga", country="LV")
    path = f"/v1/cities/{city['id']}"
    await callers.topic("water")
    interest = {"seeks": 3, "offers": 0, "evidence": "A plan."}
    _ok(await officer.change("PUT", f"{path}/interests/water", interest))
    contact = _ok(await officer.create(f"{path}/contacts", _CONTACT))
    successor = _ok(await officer.create(f"{path}/contacts", _SUCCESSOR))
    practice = _ok(await officer.create("/v1/practices", {"city_id": city["id"], **_PRACTICE}))
    draft = _ok(await officer.create("/v1/city-drafts", {"name": "Liepāja", "country": "LV"}))
    job = _ok(await officer.create("/v1/imports", {"format": "csv"}))
    return {
        "city_id": city["id"],
        "into": other["id"],
        "code": "water",
        "topic": "water",
        "contact_id": contact["id"],
        "successor_id": successor["id"],
        "practice_id": practice["id"],
        "draft_id": draft["id"],
        "import_id": job["id"],
    }


async def matching(client: httpx2.AsyncClient, mongo: Mongo, issuer: Issuer) -> Seeds:
    """An exchange with a published round, and a pairing with an action."""
    desk = MatchingDesk(client, issuer, mongo)
    exchange, eu, partner = await desk.two_and_two()
    pairing = (await desk.published(exchange["id"]))[0]
    found = _ok(await desk.officer.get("/v1/applications", exchange_id=exchange["id"]))
    rounds = _ok(await desk.officer.get("/v1/rounds", exchange_id=exchange["id"]))
    action = await agreed(desk.officer, await both_accept(desk, pairing))
    return {
        "programme_id": exchange["programme_id"],
        "exchange_id": exchange["id"],
        "application_id": found["items"][0]["id"],
        "city_id": eu[0],
        "eu_city_id": eu[0],
        "partner_city_id": partner[0],
        "round_id": rounds["items"][0]["id"],
        "proposal_id": pairing["proposal_id"],
        "pairing_id": pairing["id"],
        "action_id": action["id"],
        "side": "eu",
    }


async def events(client: httpx2.AsyncClient, mongo: Mongo, issuer: Issuer) -> Seeds:
    """An activity with a delegation of one and an action item."""
    desk = EventsDesk(client, mongo, issuer)
    city = CityId(new_id("cty"))
    pairing_id = new_id("pai")
    activity = await desk.plan(CityId(new_id("cty")), pairing_ids=[pairing_id])
    agreed_ = {"pairing_id": pairing_id, "title": "Send it", "owner_city_id": city}
    items = f"/v1/activities/{activity['id']}/action-items"
    item = _ok(await desk.send("POST", items, agreed_))
    delegation = await desk.invite(activity["id"], city)
    path = f"/v1/delegations/{delegation['id']}/delegates"
    named = _ok(await desk.send("PUT", path, {"delegates": [{"external": _EXTERNAL}]}, version=1))
    return {
        "activity_id": activity["id"],
        "city_id": city,
        "delegation_id": delegation["id"],
        "item_id": item["id"],
        "delegate_id": named["delegates"][0]["id"],
    }


async def notifications(client: httpx2.AsyncClient, mongo: Mongo, issuer: Issuer) -> Seeds:
    """A subscriber with a key, an endpoint with a delivery, an e-mail to a contact."""
    settings = NotificationsSettings(service="notifications", auth=issuer.settings())
    desk = NotificationsDesk(client, mongo, issuer, settings, FeedTail(mongo))
    subscriber = await desk.subscriber()
    key = await desk.api_key(subscriber["id"], "feed:read", "stream:read", "endpoints:write")
    endpoint = await desk.endpoint(key, "https://partner.example/hook")
    cities = [news.city(), news.city()]
    eu, partner = (each.subject for each in cities)
    appointed = news.contact(eu)
    person = {"name": PERSON, "email": MAIL}
    state = appointed.state.model_copy(update=person)
    contact = appointed.model_copy(update={"state": state})
    pairing = news.pairing(eu, partner)
    await desk.tell(*cities, contact)
    await desk.tell(pairing)
    await desk.publish(pairing)
    keys = _ok(await desk.ask("GET", f"/v1/subscribers/{subscriber['id']}/keys"))
    delivery = (await desk.deliveries(endpoint["id"]))[0]
    email = (await desk.emails(pairing.subject))[0]
    return {
        "subscriber_id": subscriber["id"],
        "key_id": keys["items"][0]["id"],
        "endpoint_id": endpoint["id"],
        "delivery_id": delivery.id,
        "email_id": email.id,
        "contact_id": contact.subject,
    }


def _ok(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


SEEDS: Mapping[str, Seeding] = {
    "registry": registry,
    "matching": matching,
    "events": events,
    "notifications": notifications,
}
