"""Partner integrations and their API keys.

Life of a subscriber: active → suspended. Of a key: valid → revoked, or past its end. A key is kept
as a digest; a suspended subscriber's keys don't work.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from services.notifications.errors import (
    ApiKeyExpiryInvalid,
    ApiKeyRevoked,
    SubscriberSuspended,
)
from shared.contracts.notifications import (
    SubscriberRegisteredV1,
    SubscriberState,
    SubscriberSuspendedV1,
)
from shared.errors import FieldError
from shared.ids import ApiKeyId, SubscriberId

MAX_KEY_LIFE = timedelta(days=366)
"""A key that nobody renews for a year is one that nobody remembers having."""

_CREDENTIAL = re.compile(r"wck_(key_[0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class Scope(StrEnum):
    """What an API key may be used for."""

    FEED_READ = "feed:read"
    """Read the feed."""
    STREAM_READ = "stream:read"
    """Follow the stream."""
    ENDPOINTS_WRITE = "endpoints:write"
    """See, make and change its endpoints, and see and repeat their deliveries."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A partner integration."""

    id: SubscriberId
    name: str
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    status: Literal["active", "suspended"] = "active"
    suspended_reason: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a subscriber's programs show; the secret itself is not kept."""

    id: ApiKeyId
    subscriber_id: SubscriberId
    digest: str
    """SHA-256 in hex of the whole credential."""
    scopes: tuple[Scope, ...]
    expires_at: datetime
    created_by: str
    created_at: datetime
    label: str = ""
    revoked_by: str | None = None
    revoked_at: datetime | None = None
    version: int = 1

    @property
    def revoked(self) -> bool:
        """Whether somebody ended it."""
        return self.revoked_at is not None


def register(
    id_: SubscriberId, name: str, by: str, now: datetime
) -> tuple[Subscriber, SubscriberRegisteredV1]:
    """Let a partner integration in."""
    subscriber = Subscriber(id_, name, by, now, by, now)
    return subscriber, SubscriberRegisteredV1(state=_public(subscriber))


def suspend(
    subscriber: Subscriber, reason: str, by: str, now: datetime
) -> tuple[Subscriber, SubscriberSuspendedV1]:
    """Shut a partner integration out.

    Raises:
        SubscriberSuspended: it is already (409).
    """
    require_active(subscriber)
    suspended = replace(
        subscriber, status="suspended", suspended_reason=reason, changed_by=by, changed_at=now
    )
    return suspended, SubscriberSuspendedV1(state=_public(suspended), changed=("status",))


def require_active(subscriber: Subscriber) -> None:
    """Let pass a subscriber that may act.

    Raises:
        SubscriberSuspended: it may not (409).
    """
    if subscriber.status == "suspended":
        raise SubscriberSuspended


def require_key_life(expires_at: datetime, now: datetime) -> None:
    """Let pass an end that is in the future and at most a year away.

    Raises:
        ApiKeyExpiryInvalid: it is not (422).
    """
    if not now < expires_at <= now + MAX_KEY_LIFE:
        message = f"must lie in the future, at most {MAX_KEY_LIFE.days} days from now"
        error = FieldError("/expires_at", ApiKeyExpiryInvalid.code, message)
        raise ApiKeyExpiryInvalid(errors=[error])


def revoke(key: ApiKey, by: str, now: datetime) -> ApiKey:
    """End a key.

    Raises:
        ApiKeyRevoked: it is ended already (409).
    """
    if key.revoked:
        raise ApiKeyRevoked
    return replace(key, revoked_by=by, revoked_at=now, version=key.version + 1)


def key_id_of(credential: str) -> ApiKeyId | None:
    """Give the id in a credential, or None when it has not the form of one."""
    match = _CREDENTIAL.fullmatch(credential)
    return ApiKeyId(match[1]) if match else None


def digest_of(credential: str) -> str:
    """Give what is kept of a credential. It has 256 random bits: one plain hash is enough."""
    return hashlib.sha256(credential.encode()).hexdigest()


def opens(key: ApiKey, credential: str, now: datetime) -> bool:
    """Tell whether the credential is this key's and the key is valid now."""
    same = hmac.compare_digest(key.digest, digest_of(credential))
    return same and not key.revoked and now < key.expires_at


def _public(subscriber: Subscriber) -> SubscriberState:
    return SubscriberState(id=subscriber.id, name=subscriber.name, status=subscriber.status)
