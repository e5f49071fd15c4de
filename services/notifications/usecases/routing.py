"""Routes: kept beside the endpoints, in the same transaction, so that an event finds its endpoints.

An event asks for two documents, of its type and of "all types", instead of every endpoint.
"""

from services.notifications.domain.endpoints import Endpoint, Route, route_entry, routes_of
from services.notifications.domain.feed import Counter
from services.notifications.store.feed import COUNTERS, ROUTES
from shared.unit_of_work import Tx


async def reroute(tx: Tx, before: Endpoint | None, after: Endpoint) -> None:
    """Lead events to an endpoint as it is now, and no longer as it was."""
    was, becomes = routes_of(before), routes_of(after)
    entry = route_entry(after)
    for id_ in was ^ becomes:
        route = await tx.get(ROUTES, id_) or Route(id_)
        others = tuple(each for each in route.endpoints if each != entry)
        tx.put(ROUTES, Route(id_, (*others, entry) if id_ in becomes else others))


async def in_turn(tx: Tx, subscriber_id: str) -> None:
    """Let changes of one subscriber's endpoints follow each other.

    What they must keep (how many there may be, none called of a suspended subscriber) is spread
    over several documents; two changes at once would each see the other's as not yet made.
    """
    turn = await tx.get(COUNTERS, subscriber_id) or Counter(subscriber_id)
    tx.put(COUNTERS, Counter(subscriber_id, turn.value + 1))
