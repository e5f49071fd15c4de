"""Endpoints and their deliveries, as their owner and the programme team see and change them."""

from dataclasses import dataclass

from services.notifications.domain import deliveries, endpoints, subscribers
from services.notifications.domain.deliveries import Delivery
from services.notifications.domain.endpoints import MAX_ENDPOINTS, Change, Endpoint, Stamp
from services.notifications.domain.feed import test_row
from services.notifications.domain.subscribers import Scope
from services.notifications.errors import DeliveryNotFound, EndpointLimit, EndpointNotFound
from services.notifications.sealing import Sealer, new_signing_secret
from services.notifications.store.feed import DELIVERIES
from services.notifications.store.partners import ENDPOINTS
from services.notifications.usecases.partners import load_subscriber, may_read
from services.notifications.usecases.routing import in_turn, reroute
from shared.auth.principal import Principal, Role, require_role, require_scope
from shared.ids import EndpointId, SubscriberId, new_id
from shared.mongo import Mongo
from shared.unit_of_work import Tx
from shared.web import require_version


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What is asked for with an endpoint; its URL has been checked."""

    subscriber_id: SubscriberId
    url: str
    event_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to change which endpoint, and the version that they have seen."""

    who: Principal
    id: str
    version: int


async def register_endpoint(tx: Tx, who: Principal, wish: NewEndpoint, sealer: Sealer) -> Endpoint:
    """Begin to call a new endpoint (its subscriber, or an officer for it).

    Raises:
        SubscriberNotFound: 404. SubscriberSuspended, EndpointLimit: 409. EndpointTypeUnknown: 422.
    """
    require_writer(who)
    subscriber = await load_subscriber(tx, wish.subscriber_id)
    subscribers.require_active(subscriber)
    await in_turn(tx, wish.subscriber_id)
    own = await tx.find(ENDPOINTS, {"subscriber_id": wish.subscriber_id})
    if sum(not each.deleted for each in own) >= MAX_ENDPOINTS:
        raise EndpointLimit(f"A subscriber may have {MAX_ENDPOINTS} endpoints.")
    id_ = EndpointId(new_id("end"))
    endpoint, event = endpoints.register(
        Endpoint(
            id=id_,
            subscriber_id=wish.subscriber_id,
            url=wish.url,
            event_types=wish.event_types,
            secret=sealer.seal(new_signing_secret(), id_),
            created_by=who.subject,
            created_at=tx.now,
            changed_by=who.subject,
            changed_at=tx.now,
        )
    )
    await reroute(tx, None, endpoint)
    return tx.save(ENDPOINTS, endpoint, event)


async def change_endpoint(tx: Tx, asked: Asked, wish: Change) -> Endpoint:
    """Change URL, types or whether it is called.

    Raises:
        EndpointNotFound: 404. SubscriberSuspended: 409. StaleVersion: 412.
        EndpointTypeUnknown: 422.
    """
    endpoint = await _load(tx, asked)
    subscribers.require_active(await load_subscriber(tx, endpoint.subscriber_id))
    await in_turn(tx, endpoint.subscriber_id)
    changed, events = endpoints.change(endpoint, wish, _stamp(tx, asked))
    await reroute(tx, endpoint, changed)
    return tx.save(ENDPOINTS, changed, *events)


async def delete_endpoint(tx: Tx, asked: Asked) -> Endpoint:
    """Take an endpoint away for good; its URL and secrets are forgotten.

    Raises:
        EndpointNotFound: 404. StaleVersion: 412.
    """
    endpoint = await _load(tx, asked)
    deleted, events = endpoints.disable(endpoint, "deleted", _stamp(tx, asked))
    await reroute(tx, endpoint, deleted)
    return tx.save(ENDPOINTS, deleted, *events)


async def rotate_secret(tx: Tx, asked: Asked, sealer: Sealer) -> Endpoint:
    """Sign with a new secret, and with the old one too for a day.

    Raises:
        EndpointNotFound: 404. StaleVersion: 412.
    """
    endpoint = await _load(tx, asked)
    sealed = sealer.seal(new_signing_secret(), endpoint.id)
    rotated, events = endpoints.rotate(endpoint, sealed, _stamp(tx, asked))
    return tx.save(ENDPOINTS, rotated, *events)


async def send_test(tx: Tx, who: Principal, id_: str) -> Delivery:
    """Send a message that means nothing, to try an endpoint out.

    Raises:
        EndpointNotFound: 404. EndpointDisabled: 409.
    """
    require_writer(who)
    endpoint = endpoint_for(who, await tx.get(ENDPOINTS, id_))
    endpoints.require_enabled(endpoint)
    row = test_row(endpoint.id, new_id("tst"), tx.now)
    delivery = deliveries.new_delivery(row, endpoint.id, endpoint.subscriber_id, tx.now)
    tx.put(DELIVERIES, delivery)
    return delivery


async def redeliver(tx: Tx, asked: Asked) -> Delivery:
    """Send a finished delivery again, with the same `webhook-id`.

    Raises:
        DeliveryNotFound: 404. DeliveryPending, EndpointDisabled: 409. StaleVersion: 412.
    """
    require_writer(asked.who)
    delivery = delivery_for(asked.who, await tx.get(DELIVERIES, asked.id))
    require_version(delivery.version, asked.version)
    endpoint = await tx.get(ENDPOINTS, delivery.endpoint_id)
    if endpoint is None or endpoint.deleted:
        raise DeliveryNotFound
    endpoints.require_enabled(endpoint)
    renewed = deliveries.again(delivery, tx.now)
    tx.put(DELIVERIES, renewed)
    return renewed


async def endpoint_seen_by(mongo: Mongo, who: Principal, id_: str) -> Endpoint:
    """Give an endpoint as far as the caller may know of it.

    Raises:
        EndpointNotFound: 404, for somebody else's too.
    """
    return endpoint_for(who, await mongo.get(ENDPOINTS, id_))


async def delivery_seen_by(mongo: Mongo, who: Principal, id_: str) -> Delivery:
    """Give a delivery as far as the caller may know of it.

    Raises:
        DeliveryNotFound: 404, for somebody else's too.
    """
    return delivery_for(who, await mongo.get(DELIVERIES, id_))


def require_writer(who: Principal) -> None:
    """Let pass a subscriber whose key may write endpoints, and officers.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    if who.kind == "subscriber":
        require_scope(who, Scope.ENDPOINTS_WRITE)
    else:
        require_role(who, Role.OFFICER)


def endpoint_for(who: Principal, endpoint: Endpoint | None) -> Endpoint:
    """Let pass an endpoint that is there and the caller's to see.

    Raises:
        EndpointNotFound: 404.
    """
    if endpoint is None or endpoint.deleted or not may_read(who, endpoint.subscriber_id):
        raise EndpointNotFound
    return endpoint


def delivery_for(who: Principal, delivery: Delivery | None) -> Delivery:
    """Let pass a delivery that is there and the caller's to see.

    Raises:
        DeliveryNotFound: 404.
    """
    if delivery is None or not may_read(who, delivery.subscriber_id):
        raise DeliveryNotFound
    return delivery


async def _load(tx: Tx, asked: Asked) -> Endpoint:
    require_writer(asked.who)
    endpoint = endpoint_for(asked.who, await tx.get(ENDPOINTS, asked.id))
    require_version(endpoint.version, asked.version)
    return endpoint


def _stamp(tx: Tx, asked: Asked) -> Stamp:
    return Stamp(asked.who.subject, tx.now)
