"""Subscribers, their API keys, and who may touch what: a subscriber its own, and no other's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain import endpoints, subscribers
from services.notifications.domain.endpoints import Endpoint, Stamp
from services.notifications.domain.subscribers import ApiKey, Scope, Subscriber
from services.notifications.errors import ApiKeyNotFound, SubscriberNotFound
from services.notifications.sealing import Sealer
from services.notifications.store.partners import API_KEYS, ENDPOINTS, SUBSCRIBERS
from services.notifications.usecases.routing import in_turn, reroute
from shared.auth.principal import Principal, Role, require_role
from shared.auth.tokens import ApiKeyLookup
from shared.errors import Forbidden
from shared.ids import ApiKeyId, SubscriberId, new_id
from shared.mongo import Mongo
from shared.unit_of_work import Tx
from shared.web import require_version


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is asked for with a key."""

    subscriber_id: SubscriberId
    scopes: tuple[Scope, ...]
    expires_at: datetime
    label: str


def may_read(who: Principal, subscriber_id: str) -> bool:
    """Tell whether the caller may see what belongs to a subscriber."""
    own = who.kind == "subscriber" and who.subject == subscriber_id
    return own or not who.roles.isdisjoint({Role.OFFICER, Role.OPERATOR})


def require_reader(who: Principal) -> None:
    """Let pass officers, operators and subscribers; what they see is decided thing by thing.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    if who.kind != "subscriber":
        require_role(who, Role.OFFICER, Role.OPERATOR)
    elif Scope.ENDPOINTS_WRITE not in who.scopes:
        raise Forbidden(f"This needs the scope {Scope.ENDPOINTS_WRITE}.")


async def register_subscriber(tx: Tx, who: Principal, name: str) -> Subscriber:
    """Let a partner integration in (officers and operators).

    Raises:
        Forbidden: 403 `access_denied`.
    """
    require_role(who, Role.OFFICER, Role.OPERATOR)
    id_ = SubscriberId(new_id("sub"))
    subscriber, event = subscribers.register(id_, name, who.subject, tx.now)
    return tx.save(SUBSCRIBERS, subscriber, event)


async def suspend_subscriber(
    tx: Tx, who: Principal, id_: str, version: int, reason: str
) -> Subscriber:
    """Shut a partner integration out: its keys stop working, its endpoints are disabled.

    Raises:
        SubscriberNotFound: 404. SubscriberSuspended: 409. StaleVersion: 412.
    """
    require_role(who, Role.OFFICER, Role.OPERATOR)
    subscriber = await load_subscriber(tx, id_)
    require_version(subscriber.version, version)
    suspended, event = subscribers.suspend(subscriber, reason, who.subject, tx.now)
    await in_turn(tx, id_)
    for endpoint in await tx.find(ENDPOINTS, {"subscriber_id": id_}):
        await _disable(tx, endpoint, Stamp(who.subject, tx.now))
    return tx.save(SUBSCRIBERS, suspended, event)


async def _disable(tx: Tx, endpoint: Endpoint, stamp: Stamp) -> None:
    disabled, events = endpoints.disable(endpoint, "subscriber_suspended", stamp)
    await reroute(tx, endpoint, disabled)
    tx.save(ENDPOINTS, disabled, *events)


async def create_key(tx: Tx, who: Principal, wish: NewKey, sealer: Sealer) -> ApiKey:
    """Make an API key (officers and operators).

    Raises:
        SubscriberNotFound: 404. SubscriberSuspended: 409. ApiKeyExpiryInvalid: 422.
    """
    require_role(who, Role.OFFICER, Role.OPERATOR)
    subscribers.require_active(await load_subscriber(tx, wish.subscriber_id))
    subscribers.require_key_life(wish.expires_at, tx.now)
    id_ = ApiKeyId(new_id("key"))
    key = ApiKey(
        id=id_,
        subscriber_id=wish.subscriber_id,
        digest=subscribers.digest_of(sealer.api_key(id_)),
        scopes=tuple(sorted(set(wish.scopes))),
        expires_at=wish.expires_at,
        created_by=who.subject,
        created_at=tx.now,
        label=wish.label,
    )
    tx.put(API_KEYS, key)
    return key


async def revoke_key(tx: Tx, who: Principal, ids: tuple[str, str], version: int) -> ApiKey:
    """End a key; ``ids`` are the subscriber's and the key's.

    Raises:
        ApiKeyNotFound: 404. ApiKeyRevoked: 409. StaleVersion: 412.
    """
    require_role(who, Role.OFFICER, Role.OPERATOR)
    subscriber_id, key_id = ids
    key = await tx.get(API_KEYS, key_id)
    if key is None or key.subscriber_id != subscriber_id:
        raise ApiKeyNotFound
    require_version(key.version, version)
    revoked = subscribers.revoke(key, who.subject, tx.now)
    tx.put(API_KEYS, revoked)
    return revoked


async def load_subscriber(tx: Tx, id_: str) -> Subscriber:
    """Give a subscriber.

    Raises:
        SubscriberNotFound: 404.
    """
    subscriber = await tx.get(SUBSCRIBERS, id_)
    if subscriber is None:
        raise SubscriberNotFound
    return subscriber


async def subscriber_seen_by(mongo: Mongo, who: Principal, id_: str) -> Subscriber:
    """Give a subscriber as far as the caller may know of it.

    Raises:
        SubscriberNotFound: 404, for somebody else's too.
    """
    subscriber = await mongo.get(SUBSCRIBERS, id_)
    if subscriber is None or not may_read(who, id_):
        raise SubscriberNotFound
    return subscriber


async def key_seen_by(mongo: Mongo, ids: tuple[str, str]) -> ApiKey:
    """Give a key of a subscriber.

    Raises:
        ApiKeyNotFound: 404.
    """
    key = await mongo.get(API_KEYS, ids[1])
    if key is None or key.subscriber_id != ids[0]:
        raise ApiKeyNotFound
    return key


def api_key_lookup(mongo: Mongo) -> ApiKeyLookup:
    """Give what `TokenVerifier` asks about API keys: two reads by id, so a revocation acts at once.

    The principal is the subscriber, with the key's scopes and no role.
    """

    async def look_up(credential: str) -> Principal | None:
        key_id = subscribers.key_id_of(credential)
        key = await mongo.get(API_KEYS, key_id) if key_id else None
        if key is None or not subscribers.opens(key, credential, mongo.clock.now()):
            return None
        owner = await mongo.get(SUBSCRIBERS, key.subscriber_id)
        if owner is None or owner.status != "active":
            return None
        return Principal(owner.id, "subscriber", scopes=_named(key.scopes))

    return look_up


def _named(scopes: Sequence[Scope]) -> frozenset[str]:
    return frozenset(scope.value for scope in scopes)
