"""The partner integration: registered by the programme team, then asking for webhooks itself.

Promises: one subscriber, one API key and one endpoint, however often it is run; the receiver keeps
its port and its secret, so that running again changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from deploy.demo.api import Api, ApiError, Call, Row
from deploy.demo.keeping import Keeping, Partner
from deploy.demo.receiver import url_of
from deploy.local.ports import free_port

NAME = "Demonstration partner"
KEY_LIFE = timedelta(days=360)
"""Below the platform's limit of 366 days, and longer than a platform on a laptop lives."""

SCOPES = ("feed:read", "stream:read", "endpoints:write")
FEED_ITEMS = 200
NOT_FOUND = 404


def remembered(keeping: Keeping) -> Partner:
    """Give the partner as it was left, or begin one with a free port, written down."""
    known = keeping.partner()
    if known is not None:
        return known
    now = datetime.now(UTC).replace(microsecond=0)
    begun = Partner(free_port(), now.isoformat(), (now + KEY_LIFE).isoformat())
    return keeping.keep_partner(begun)


async def still_known(api: Api, partner: Partner) -> bool:
    """Tell whether the platform has the partner's endpoint; it has not after a `make reset`."""
    if not partner.endpoint_id:
        return True
    path = f"/v1/endpoints/{partner.endpoint_id}"
    try:
        found = await api.send(Call("notifications", "GET", path, await api.officer()))
    except ApiError as error:
        if error.status == NOT_FOUND:
            return False
        raise
    return bool(found["status"] == "enabled")


async def admit(api: Api, keeping: Keeping, partner: Partner) -> Partner:
    """Register the subscriber and give it an API key, as the programme team does."""
    if partner.api_key:
        return partner
    token = await api.officer()
    body: Row = {"name": NAME}
    key = f"demo-subscriber-{partner.made_at}"
    made = await api.send(Call("notifications", "POST", "/v1/subscribers", token, body, key=key))
    body = {"scopes": SCOPES, "expires_at": partner.key_expires_at, "label": "demonstration"}
    path = f"/v1/subscribers/{made['id']}/keys"
    issued = await api.send(
        Call("notifications", "POST", path, token, body, key=f"demo-key-{partner.made_at}")
    )
    admitted = replace(partner, subscriber_id=made["id"], api_key=issued["credential"])
    return keeping.keep_partner(admitted)


async def subscribe(api: Api, keeping: Keeping, partner: Partner) -> Partner:
    """Ask for every event to be sent to the receiver, as the partner does with its API key."""
    if partner.endpoint_id:
        return partner
    since = partner.since
    if since is None:
        since = (await read_feed(api, partner)).last
        partner = keeping.keep_partner(replace(partner, since=since))
    body = {"url": url_of(partner.port)}
    key = f"demo-endpoint-{partner.made_at}"
    call = Call("notifications", "POST", "/v1/endpoints", partner.api_key, body, key=key)
    made = await api.send(call)
    subscribed = replace(partner, endpoint_id=made["id"], secret=made["secret"])
    return keeping.keep_partner(subscribed)


@dataclass(frozen=True, slots=True)
class Feed:
    """Events of the feed in their order, and the last position."""

    items: tuple[Row, ...]
    last: int


async def read_feed(api: Api, partner: Partner, after: int = 0) -> Feed:
    """Pull what comes after a position of the feed, as the partner does with its API key."""
    items: list[Row] = []
    more = True
    while more:
        query: dict[str, str | int] = {"after": after, "limit": FEED_ITEMS}
        call = Call("notifications", "GET", "/v1/feed", partner.api_key, query=query)
        page = await api.send(call)
        items += page["items"]
        after, more = page["next"], page["more"]
    return Feed(tuple(items), after)
