import asyncio
from datetime import timedelta

from services.notifications.domain.endpoints import MAX_ENDPOINTS
from services.notifications.store.partners import API_KEYS, ENDPOINTS, SUBSCRIBERS
from shared.ids import new_id
from tests.services.notifications.desk import Desk, code, made

URL = "https://partner.example/hook"
CITY_TYPE = "eu.worldcities.registry.city.registered.v1"


async def test_a_subscriber_is_registered_with_its_event(desk: Desk) -> None:
    answer = await desk.ask("POST", "/v1/subscribers", {"name": "Portal"})

    id_ = made(answer)["id"]
    assert answer.headers["location"] == f"/v1/subscribers/{id_}"
    assert answer.headers["etag"] == '"v1"'
    rows = await desk.mongo.database["outbox"].find({"subject": id_}).to_list(None)
    assert [row["type"][-13:] for row in rows] == ["registered.v1"]


async def test_an_api_key_is_shown_once_and_kept_as_a_digest(desk: Desk) -> None:
    subscriber = await desk.subscriber()
    credential = await desk.api_key(subscriber["id"])

    keys = made(await desk.ask("GET", f"/v1/subscribers/{subscriber['id']}/keys"))
    stored = await desk.mongo.find(API_KEYS, {"subscriber_id": subscriber["id"]})
    replays = await desk.mongo.database["idempotency_keys"].find({}).to_list(None)

    assert credential.startswith(f"wck_{keys['items'][0]['id']}_")
    assert "credential" not in keys["items"][0]
    assert credential not in str(stored)
    assert credential not in str(replays)


async def test_a_repeated_request_for_a_key_gets_the_same_key(desk: Desk) -> None:
    path = f"/v1/subscribers/{(await desk.subscriber())['id']}/keys"
    ends = (desk.clock.now() + timedelta(days=1)).isoformat()
    headers = {
        "Authorization": f"Bearer {desk.issuer.token('operator')}",
        "Idempotency-Key": new_id("idk"),
    }
    body = {"scopes": ["feed:read"], "expires_at": ends}

    first = await desk.client.post(path, json=body, headers=headers)
    second = await desk.client.post(path, json=body, headers=headers)

    assert made(second)["credential"] == made(first)["credential"]
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_revoked_key_stops_working(desk: Desk) -> None:
    subscriber = await desk.subscriber()
    credential = await desk.api_key(subscriber["id"])
    path = f"/v1/subscribers/{subscriber['id']}/keys/{credential[4:40]}"

    before = await desk.ask("GET", "/v1/feed", key=credential)
    revoked = await desk.ask("DELETE", path, version=1)
    after = await desk.ask("GET", "/v1/feed", key=credential)
    again = await desk.ask("DELETE", path, version=2)

    assert (before.status_code, revoked.status_code, after.status_code) == (200, 200, 401)
    assert code(again) == "api_key_revoked"


async def test_a_key_past_its_end_stops_working(desk: Desk) -> None:
    key = await desk.partner()

    desk.advance(31 * 24 * 3600)
    answer = await desk.ask("GET", "/v1/feed", key=key)

    assert code(answer) == "token_invalid"


async def test_a_key_may_live_for_a_year_at_most(desk: Desk) -> None:
    path = f"/v1/subscribers/{(await desk.subscriber())['id']}/keys"
    ends = (desk.clock.now() + timedelta(days=400)).isoformat()

    answer = await desk.ask("POST", path, {"scopes": ["feed:read"], "expires_at": ends})

    assert code(answer) == "api_key_expiry_invalid"


async def test_a_key_without_the_scope_is_refused(desk: Desk) -> None:
    key = await desk.api_key((await desk.subscriber())["id"], "feed:read")

    stream = await desk.ask("GET", "/v1/stream", key=key)
    endpoint = await desk.ask("POST", "/v1/endpoints", {"url": URL}, key=key)
    listing = await desk.ask("GET", "/v1/endpoints", key=key)

    assert [stream.status_code, endpoint.status_code, listing.status_code] == [403, 403, 403]


async def test_a_signing_secret_is_shown_once_and_kept_sealed(desk: Desk) -> None:
    endpoint = await desk.endpoint(await desk.partner(), URL, CITY_TYPE)

    seen = made(await desk.ask("GET", f"/v1/endpoints/{endpoint['id']}"))
    stored = await desk.mongo.get(ENDPOINTS, endpoint["id"])

    assert endpoint["secret"].startswith("whsec_")
    assert "secret" not in seen
    assert endpoint["secret"] not in str(stored)


async def test_a_subscriber_sees_nothing_of_another(desk: Desk) -> None:
    endpoint = await desk.endpoint(await desk.partner(), URL)
    path, other = f"/v1/endpoints/{endpoint['id']}", await desk.partner()

    answers = [
        await desk.ask("GET", path, key=other),
        await desk.ask("PATCH", path, {"enabled": False}, key=other, version=1),
        await desk.ask("DELETE", path, key=other, version=1),
        await desk.ask("POST", f"{path}/rotate-secret", key=other, version=1),
        await desk.ask("POST", f"{path}/test", key=other),
        await desk.ask("GET", f"/v1/deliveries?endpoint_id={endpoint['id']}", key=other),
        await desk.ask("GET", f"/v1/subscribers/{endpoint['subscriber_id']}", key=other),
        await desk.ask(
            "GET", f"/v1/endpoints?subscriber_id={endpoint['subscriber_id']}", key=other
        ),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert made(await desk.ask("GET", "/v1/endpoints", key=other))["items"] == []


async def test_a_change_needs_the_version_that_was_seen(desk: Desk) -> None:
    key = await desk.partner()
    path = f"/v1/endpoints/{(await desk.endpoint(key, URL))['id']}"

    missing = await desk.ask("PATCH", path, {"enabled": False}, key=key)
    changed = await desk.ask("PATCH", path, {"enabled": False}, key=key, version=1)
    stale = await desk.ask("PATCH", path, {"enabled": True}, key=key, version=1)

    assert made(changed)["disabled_reason"] == "by_owner"
    assert changed.headers["etag"] == '"v2"'
    assert (missing.status_code, stale.status_code) == (428, 412)


async def test_a_deleted_endpoint_is_gone_and_forgets_its_secret(desk: Desk) -> None:
    key = await desk.partner()
    endpoint = await desk.endpoint(key, URL)
    path = f"/v1/endpoints/{endpoint['id']}"

    deleted = await desk.ask("DELETE", path, key=key, version=1)
    kept = await desk.mongo.get(ENDPOINTS, endpoint["id"])

    assert deleted.status_code == 204
    assert made(await desk.ask("GET", "/v1/endpoints", key=key))["items"] == []
    assert (await desk.ask("GET", path, key=key)).status_code == 404
    assert kept is not None
    assert (kept.url, kept.secret, kept.disabled_reason) == ("", "", "deleted")


async def test_unknown_types_and_bad_urls_are_refused_with_their_field(desk: Desk) -> None:
    key = await desk.partner()
    personal = "eu.worldcities.registry.contact.appointed.v1"

    types = await desk.ask(
        "POST", "/v1/endpoints", {"url": URL, "event_types": [personal]}, key=key
    )
    url = await desk.ask("POST", "/v1/endpoints", {"url": "ftp://partner.example"}, key=key)

    assert types.json()["errors"][0]["field"] == "/event_types/0"
    assert (code(types), code(url)) == ("endpoint_type_unknown", "endpoint_url_invalid")


async def test_endpoints_of_a_subscriber_are_bounded_even_all_at_once(desk: Desk) -> None:
    key = await desk.partner()

    asked = [
        desk.ask("POST", "/v1/endpoints", {"url": URL}, key=key) for _ in range(MAX_ENDPOINTS + 3)
    ]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*asked))

    assert codes == [201] * MAX_ENDPOINTS + [409] * 3


async def test_suspension_disables_endpoints_and_keys(desk: Desk) -> None:
    subscriber = await desk.subscriber()
    key = await desk.api_key(subscriber["id"])
    endpoint = await desk.endpoint(key, URL)
    path = f"/v1/subscribers/{subscriber['id']}/suspend"

    suspended = await desk.ask("POST", path, {"reason": "Misuse"}, version=1)
    kept = await desk.mongo.get(SUBSCRIBERS, subscriber["id"])

    assert made(suspended)["status"] == "suspended"
    assert kept is not None
    assert kept.version == 2
    assert (await desk.ask("GET", "/v1/feed", key=key)).status_code == 401
    seen = made(await desk.ask("GET", f"/v1/endpoints/{endpoint['id']}"))
    assert seen["disabled_reason"] == "subscriber_suspended"


async def test_subscribers_are_listed_in_pages(desk: Desk) -> None:
    ids = {(await desk.subscriber())["id"] for _ in range(3)}

    found, path = set(), "/v1/subscribers?limit=2"
    while path:
        page = made(await desk.ask("GET", path))
        found |= {item["id"] for item in page["items"]}
        path = f"/v1/subscribers?limit=2&cursor={page['next']}" if page["next"] else ""

    assert ids <= found


async def test_coordinators_have_no_business_here(desk: Desk) -> None:
    token = desk.issuer.token("coordinator")

    paths = ["/v1/subscribers", "/v1/endpoints", "/v1/emails", "/v1/feed", "/v1/stream"]
    answers = [await desk.ask("GET", path, key=token) for path in paths]

    assert [answer.status_code for answer in answers] == [403] * len(paths)
