"""How an event enters the feed: its row, its position, and a delivery for each endpoint it is for.

All in the transaction that remembers the event, so that an event is in the feed once and has one
delivery per endpoint, or has neither yet.
"""

from dataclasses import replace

from services.notifications.domain.deliveries import new_delivery
from services.notifications.domain.endpoints import ALL_TYPES
from services.notifications.domain.feed import COUNTER, Counter, feed_row
from services.notifications.store.feed import COUNTERS, DELIVERIES, FEED, ROUTES
from shared.envelope import Envelope
from shared.unit_of_work import Tx


async def append(tx: Tx, envelope: Envelope) -> None:
    """Append an event that is not in the feed yet.

    Two transactions that append at once both change the counter: one of them runs again.
    """
    counter = await tx.get(COUNTERS, COUNTER) or Counter(COUNTER)
    counter = replace(counter, value=counter.value + 1)
    tx.put(COUNTERS, counter)
    row = feed_row(envelope, counter.value, tx.now)
    tx.put(FEED, row)
    entries: list[str] = []
    for route_id in (row.type, ALL_TYPES):
        route = await tx.get(ROUTES, route_id)
        entries += route.endpoints if route else ()
    named = [entry.partition("/") for entry in entries]
    made = [new_delivery(row, endpoint, owner, tx.now) for endpoint, _, owner in named]
    await tx.prefetch(DELIVERIES, [each.id for each in made])
    for delivery in made:
        tx.put(DELIVERIES, delivery)
