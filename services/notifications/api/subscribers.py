"""Routes of subscribers and their API keys."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from services.notifications.api.listing import Pages
from services.notifications.api.secrets import Secrets, made_id, with_secret
from services.notifications.domain.subscribers import ApiKey, Scope, Subscriber
from services.notifications.store.partners import list_keys, list_subscribers
from services.notifications.usecases import partners
from services.notifications.usecases.partners import NewKey
from shared.auth import Authenticated, OfficerOrOperator
from shared.clock import whole_milliseconds
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import ApiKeyRef, SubscriberRef
from shared.paging import Page
from shared.web import IfMatch, Input, Moment, Name, Output, Text, Version

ROUTER = APIRouter(prefix="/v1/subscribers", tags=["subscribers"])


class SubscriberIn(Input):
    """A new partner integration."""

    name: Name
    """What people call it; not a person's name."""


class SuspensionIn(Input):
    """Why a subscriber is shut out."""

    reason: Text
    """For the programme team."""


class SubscriberOut(Output):
    """A partner integration."""

    id: SubscriberRef
    name: str
    status: Literal["active", "suspended"]
    suspended_reason: str | None
    created_at: datetime
    changed_at: datetime
    version: Version

    @classmethod
    def of(cls, subscriber: Subscriber) -> "SubscriberOut":
        """Show a subscriber."""
        return cls.model_validate(subscriber, from_attributes=True)


class ApiKeyIn(Input):
    """A new API key."""

    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(Scope))]
    """What it may be used for."""
    expires_at: Moment
    """Its end, at most 366 days from now."""
    label: Annotated[str, Field(max_length=100)] = ""
    """Where it is used, for you to tell keys apart."""


class ApiKeyOut(Output):
    """An API key, without the secret."""

    id: ApiKeyRef
    subscriber_id: SubscriberRef
    scopes: tuple[Scope, ...]
    label: str
    expires_at: datetime
    created_at: datetime
    revoked_at: datetime | None
    version: Version

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyOut":
        """Show a key."""
        return cls.model_validate(key, from_attributes=True)


class NewApiKeyOut(ApiKeyOut):
    """A new API key with its credential, which is shown only now."""

    credential: str | None = None
    """The whole key, `wck_…`: send it as a bearer token."""


@ROUTER.post("", status_code=201, response_model=SubscriberOut)
async def register_subscriber(
    body: SubscriberIn, who: OfficerOrOperator, request: IdempotencyKey, mongo: Database
) -> Response:
    """Let a partner integration in."""

    def answer(made: Subscriber) -> Answer:
        location = f"/v1/subscribers/{made.id}"
        return Answer(SubscriberOut.of(made), made.version, 201, location)

    return await run_once(
        mongo, request, lambda tx: partners.register_subscriber(tx, who, body.name), answer
    )


@ROUTER.get("")
async def get_subscribers(
    _: OfficerOrOperator, mongo: Database, page: Pages
) -> Page[SubscriberOut]:
    """List partner integrations, oldest first."""
    rows, following = await list_subscribers(mongo, page.limit, page.cursor)
    return Page[SubscriberOut](items=[SubscriberOut.of(row) for row in rows], next=following)


@ROUTER.get("/{subscriber_id}", response_model=SubscriberOut)
async def get_subscriber(
    subscriber_id: SubscriberRef, who: Authenticated, mongo: Database
) -> Response:
    """Show a partner integration, to itself and to the programme team."""
    found = await partners.subscriber_seen_by(mongo, who, subscriber_id)
    return respond(Answer(SubscriberOut.of(found), found.version))


@ROUTER.post("/{subscriber_id}/suspend", response_model=SubscriberOut)
async def suspend_subscriber(
    subscriber_id: SubscriberRef,
    body: SuspensionIn,
    who: OfficerOrOperator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """Shut a partner integration out: keys stop working, endpoints are disabled."""
    suspended = await run(
        mongo,
        lambda tx: partners.suspend_subscriber(tx, who, subscriber_id, version, body.reason),
    )
    return respond(Answer(SubscriberOut.of(suspended), suspended.version))


@ROUTER.post("/{subscriber_id}/keys", status_code=201, response_model=NewApiKeyOut)
async def create_api_key(
    subscriber_id: SubscriberRef,
    body: ApiKeyIn,
    who: OfficerOrOperator,
    request: IdempotencyKey,
    vault: Secrets,
) -> Response:
    """Make an API key; its credential is shown in this answer and never again."""
    ends = whole_milliseconds(body.expires_at)
    wish = NewKey(subscriber_id, body.scopes, ends, body.label)

    def answer(made: ApiKey) -> Answer:
        shown = NewApiKeyOut.model_validate(made, from_attributes=True)
        location = f"/v1/subscribers/{subscriber_id}/keys/{made.id}"
        return Answer(shown, made.version, 201, location)

    response = await run_once(
        vault.mongo,
        request,
        lambda tx: partners.create_key(tx, who, wish, vault.sealer),
        answer,
    )
    return with_secret(response, "credential", vault.sealer.api_key(made_id(response)))


@ROUTER.get("/{subscriber_id}/keys")
async def get_api_keys(
    subscriber_id: SubscriberRef, who: OfficerOrOperator, mongo: Database, page: Pages
) -> Page[ApiKeyOut]:
    """List a subscriber's API keys, oldest first, revoked ones too."""
    await partners.subscriber_seen_by(mongo, who, subscriber_id)
    rows, following = await list_keys(mongo, subscriber_id, page.limit, page.cursor)
    return Page[ApiKeyOut](items=[ApiKeyOut.of(row) for row in rows], next=following)


@ROUTER.get("/{subscriber_id}/keys/{key_id}", response_model=ApiKeyOut)
async def get_api_key(
    subscriber_id: SubscriberRef, key_id: ApiKeyRef, _: OfficerOrOperator, mongo: Database
) -> Response:
    """Show an API key, without its secret."""
    found = await partners.key_seen_by(mongo, (subscriber_id, key_id))
    return respond(Answer(ApiKeyOut.of(found), found.version))


@ROUTER.delete("/{subscriber_id}/keys/{key_id}", response_model=ApiKeyOut)
async def revoke_api_key(
    subscriber_id: SubscriberRef,
    key_id: ApiKeyRef,
    who: OfficerOrOperator,
    version: IfMatch,
    mongo: Database,
) -> Response:
    """End an API key, at once; open streams end within 15 seconds."""
    ids = (subscriber_id, key_id)
    revoked = await run(mongo, lambda tx: partners.revoke_key(tx, who, ids, version))
    return respond(Answer(ApiKeyOut.of(revoked), revoked.version))
