"""Routes of deliveries: what was sent to an endpoint, and what it answered."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.notifications.api.listing import Pages
from services.notifications.domain.deliveries import Delivery, DeliveryStatus
from services.notifications.store.feed import list_deliveries
from services.notifications.usecases import endpoints
from services.notifications.usecases.endpoints import Asked
from services.notifications.usecases.partners import require_reader
from shared.auth import Authenticated
from shared.commands import Answer, Database, respond, run
from shared.ids import DeliveryRef, EndpointRef, SubscriberRef
from shared.paging import Page
from shared.web import IfMatch, Output, Version

ROUTER = APIRouter(prefix="/v1/deliveries", tags=["deliveries"])


class AttemptOut(Output):
    """One call of the endpoint."""

    at: datetime
    latency_ms: int
    status_code: int | None
    """None when no answer came."""
    answer: str
    """The first KiB of the answer's body."""
    error: str | None
    """Why no answer came: `timeout`, `connect`, `protocol`, `name_unknown`, `url_refused`,
    `address_refused` or `secret_unreadable` (ours: rotate the secret)."""


class DeliveryOut(Output):
    """One event for one endpoint."""

    id: DeliveryRef
    endpoint_id: EndpointRef
    subscriber_id: SubscriberRef
    event_id: str
    """Also the `webhook-id` of each attempt."""
    event_type: str
    position: int
    """In the feed; 0 for a test."""
    status: DeliveryStatus
    created_at: datetime
    next_attempt_at: datetime | None
    """When it is tried next; null when it is finished."""
    attempts: tuple[AttemptOut, ...]
    version: Version

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        """Show a delivery."""
        shown = cls.model_validate(delivery, from_attributes=True)
        due = delivery.next_attempt_at if delivery.status is DeliveryStatus.PENDING else None
        return shown.model_copy(update={"next_attempt_at": due})


@ROUTER.get("")
async def get_deliveries(
    endpoint_id: Annotated[EndpointRef, Query(description="Whose deliveries.")],
    who: Authenticated,
    mongo: Database,
    page: Pages,
    status: DeliveryStatus | None = None,
) -> Page[DeliveryOut]:
    """List an endpoint's deliveries, newest first; they are kept for 90 days."""
    require_reader(who)
    await endpoints.endpoint_seen_by(mongo, who, endpoint_id)
    rows, following = await list_deliveries(mongo, endpoint_id, status, page.limit, page.cursor)
    return Page[DeliveryOut](items=[DeliveryOut.of(row) for row in rows], next=following)


@ROUTER.get("/{delivery_id}", response_model=DeliveryOut)
async def get_delivery(delivery_id: DeliveryRef, who: Authenticated, mongo: Database) -> Response:
    """Show a delivery with its attempts."""
    require_reader(who)
    found = await endpoints.delivery_seen_by(mongo, who, delivery_id)
    return respond(Answer(DeliveryOut.of(found), found.version))


@ROUTER.post("/{delivery_id}/redeliver", response_model=DeliveryOut)
async def redeliver(
    delivery_id: DeliveryRef, who: Authenticated, version: IfMatch, mongo: Database
) -> Response:
    """Send a finished delivery again, with the same `webhook-id`."""
    asked = Asked(who, delivery_id, version)
    renewed = await run(mongo, lambda tx: endpoints.redeliver(tx, asked))
    return respond(Answer(DeliveryOut.of(renewed), renewed.version))
