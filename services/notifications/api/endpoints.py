"""Routes of endpoints: where a subscriber is called."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.notifications.api.deliveries import DeliveryOut
from services.notifications.api.listing import Pages
from services.notifications.api.secrets import Secrets, made_id, with_secret
from services.notifications.destinations import require_url
from services.notifications.domain.deliveries import Delivery
from services.notifications.domain.endpoints import Change, Endpoint
from services.notifications.errors import SubscriberNotFound
from services.notifications.store.partners import ENDPOINTS, list_endpoints
from services.notifications.usecases import endpoints
from services.notifications.usecases.endpoints import Asked, NewEndpoint
from services.notifications.usecases.partners import may_read, require_reader
from shared.auth import Authenticated
from shared.commands import Answer, Database, respond, run, run_once
from shared.errors import FieldError, InvalidInput
from shared.idempotency import IdempotencyKey
from shared.ids import EndpointRef, SubscriberId, SubscriberRef
from shared.paging import Page
from shared.web import IfMatch, Input, Output, Version

ROUTER = APIRouter(prefix="/v1/endpoints", tags=["endpoints"])

Url = Annotated[str, Field(min_length=8, max_length=2000)]
"""2,000: what browsers and proxies agree to carry."""
TypeNames = Annotated[
    tuple[Annotated[str, Field(max_length=100)], ...],
    Field(max_length=100, description="Event types to get; empty means all."),
]


class EndpointIn(Input):
    """A new endpoint."""

    url: Url
    """Where to POST; https."""
    event_types: TypeNames = ()
    subscriber_id: SubscriberRef | None = None
    """Whose it is; a subscriber's own key needs not say so."""


class EndpointChangeIn(Input):
    """What to change; what is left out stays."""

    url: Url | None = None
    event_types: TypeNames | None = None
    enabled: bool | None = None
    """False stops the calls, true begins them again with what comes from now on."""


class EndpointOut(Output):
    """An endpoint, without its secret."""

    id: EndpointRef
    subscriber_id: SubscriberRef
    url: str
    event_types: tuple[str, ...]
    status: Literal["enabled", "disabled"]
    disabled_reason: str | None
    created_at: datetime
    changed_at: datetime
    version: Version

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointOut":
        """Show an endpoint."""
        return cls.model_validate(endpoint, from_attributes=True)


class EndpointWithSecretOut(EndpointOut):
    """An endpoint with its signing secret, which is shown only now."""

    secret: str | None = None
    """`whsec_…`: verify signatures with it (docs/partners.md)."""

    @classmethod
    def without(cls, endpoint: Endpoint) -> "EndpointWithSecretOut":
        """Show an endpoint, the secret to be put in on the way out."""
        return cls(**EndpointOut.of(endpoint).model_dump())


@ROUTER.post("", status_code=201, response_model=EndpointWithSecretOut)
async def register_endpoint(
    body: EndpointIn,
    who: Authenticated,
    key: IdempotencyKey,
    vault: Secrets,
) -> Response:
    """Ask to be called. The secret for signatures is shown in this answer and never again."""
    endpoints.require_writer(who)
    owner = SubscriberId(who.subject) if who.kind == "subscriber" else body.subscriber_id
    if owner is None:
        message = "is needed unless a subscriber's own key is used"
        raise InvalidInput(errors=[FieldError("/subscriber_id", "missing", message)])
    if body.subscriber_id not in (None, owner):
        raise SubscriberNotFound
    require_url(body.url, allow_private=vault.allow_private)
    wish = NewEndpoint(owner, body.url, body.event_types)

    def answer(made: Endpoint) -> Answer:
        shown = EndpointWithSecretOut.without(made)
        return Answer(shown, made.version, 201, f"/v1/endpoints/{made.id}")

    response = await run_once(
        vault.mongo,
        key,
        lambda tx: endpoints.register_endpoint(tx, who, wish, vault.sealer),
        answer,
    )
    made = await vault.mongo.get(ENDPOINTS, made_id(response))
    known = made is not None and not made.deleted
    secret = vault.sealer.open(made.secret, made.id) if made is not None and known else None
    return with_secret(response, "secret", secret)


@ROUTER.get("")
async def get_endpoints(
    who: Authenticated,
    mongo: Database,
    page: Pages,
    subscriber_id: Annotated[SubscriberRef | None, Query()] = None,
) -> Page[EndpointOut]:
    """List endpoints, oldest first: a subscriber its own, the programme team any or all."""
    require_reader(who)
    if who.kind == "subscriber" and subscriber_id is None:
        subscriber_id = SubscriberId(who.subject)
    if subscriber_id is not None and not may_read(who, subscriber_id):
        raise SubscriberNotFound
    rows, following = await list_endpoints(mongo, subscriber_id, page.limit, page.cursor)
    return Page[EndpointOut](items=[EndpointOut.of(row) for row in rows], next=following)


@ROUTER.get("/{endpoint_id}", response_model=EndpointOut)
async def get_endpoint(endpoint_id: EndpointRef, who: Authenticated, mongo: Database) -> Response:
    """Show an endpoint."""
    require_reader(who)
    found = await endpoints.endpoint_seen_by(mongo, who, endpoint_id)
    return respond(Answer(EndpointOut.of(found), found.version))


@ROUTER.patch("/{endpoint_id}", response_model=EndpointOut)
async def change_endpoint(
    endpoint_id: EndpointRef,
    body: EndpointChangeIn,
    who: Authenticated,
    version: IfMatch,
    vault: Secrets,
) -> Response:
    """Change URL, types, or whether it is called."""
    endpoints.require_writer(who)
    if body.url is not None:
        require_url(body.url, allow_private=vault.allow_private)
    asked = Asked(who, endpoint_id, version)
    wish = Change(body.url, body.event_types, body.enabled)
    changed = await run(vault.mongo, lambda tx: endpoints.change_endpoint(tx, asked, wish))
    return respond(Answer(EndpointOut.of(changed), changed.version))


@ROUTER.delete("/{endpoint_id}", status_code=204)
async def delete_endpoint(
    endpoint_id: EndpointRef, who: Authenticated, version: IfMatch, mongo: Database
) -> None:
    """Take an endpoint away for good; what is not delivered yet is not sent any more."""
    asked = Asked(who, endpoint_id, version)
    await run(mongo, lambda tx: endpoints.delete_endpoint(tx, asked))


@ROUTER.post("/{endpoint_id}/rotate-secret", response_model=EndpointWithSecretOut)
async def rotate_endpoint_secret(
    endpoint_id: EndpointRef,
    who: Authenticated,
    version: IfMatch,
    vault: Secrets,
) -> Response:
    """Make a new secret, shown only now. Messages are signed with both for 24 hours."""
    asked = Asked(who, endpoint_id, version)
    rotated = await run(vault.mongo, lambda tx: endpoints.rotate_secret(tx, asked, vault.sealer))
    shown = respond(Answer(EndpointWithSecretOut.without(rotated), rotated.version))
    return with_secret(shown, "secret", vault.sealer.open(rotated.secret, rotated.id))


@ROUTER.post("/{endpoint_id}/test", status_code=202, response_model=DeliveryOut)
async def test_endpoint(
    endpoint_id: EndpointRef, who: Authenticated, key: IdempotencyKey, mongo: Database
) -> Response:
    """Send a message that means nothing, to try the endpoint out; watch the delivery for how."""

    def answer(made: Delivery) -> Answer:
        return Answer(DeliveryOut.of(made), made.version, 202, f"/v1/deliveries/{made.id}")

    return await run_once(mongo, key, lambda tx: endpoints.send_test(tx, who, endpoint_id), answer)
