"""What the registry takes from other services: who takes part in which programme, for its counts.

Promises that a late or repeated event changes nothing, and that the topics may come in any order.
"""

from collections.abc import Callable, Iterable
from typing import Any

from services.registry.store import EXCHANGE_COPIES, PARTICIPATION_COPIES
from services.registry.usecases.participations import learn_exchange, learn_participation
from shared.collection import Collection
from shared.consumer.batches import Group, On
from shared.contracts.event import Event
from shared.contracts.matching import ApplicationEvent, ExchangeEvent
from shared.envelope import Message


def _own(
    collection: Collection[Any],
) -> Callable[[Message[Any]], Iterable[tuple[Collection[Any], str]]]:
    """Say that a handler reads the copy of the event's own aggregate."""

    def reads(message: Message[Event]) -> Iterable[tuple[Collection[Any], str]]:
        return ((collection, message.event.subject),)

    return reads


GROUPS: tuple[Group, ...] = (
    Group(
        "registry",
        {
            ApplicationEvent: On(learn_participation, _own(PARTICIPATION_COPIES)),
            ExchangeEvent: On(learn_exchange, _own(EXCHANGE_COPIES)),
        },
    ),
)
