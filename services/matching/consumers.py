"""What matching takes from others: cities, interests and topics as copies, and action items.

Promises that copies are rebuilt from the topics alone, whatever came first: a late event never
overwrites newer facts, and an interest is kept even before its city is known.
"""

from collections.abc import Iterable
from typing import Any

import structlog

from services.matching.domain.actions import Content, Item
from services.matching.store import (
    ACTIONS,
    CITY_COPIES,
    INTEREST_COPIES,
    PAIRINGS,
    TOPIC_COPIES,
    CityCopy,
    InterestCopies,
    InterestCopy,
    TopicCopy,
)
from services.matching.usecases.actions import action_of, hear_of_item
from shared.collection import Collection
from shared.consumer.batches import Group, On
from shared.contracts.events import ActionItemEvent
from shared.contracts.registry import CityEvent, InterestEvent, TopicEvent
from shared.envelope import Message
from shared.ids import ActionItemId, CityId, InterestId, PairingId, TopicCode
from shared.unit_of_work import Tx

_LOG = structlog.get_logger("consumers")


async def copy_city(tx: Tx, message: Message[CityEvent]) -> None:
    """Keep what scores and admission need of a city."""
    state = message.event.state
    copy = CityCopy(
        id=CityId(state.id),
        version=message.sequence,
        name=state.name,
        country=state.country,
        status=state.status,
        population=state.population,
        time_zone=state.time_zone,
        languages=state.languages,
    )
    await tx.put_newer(CITY_COPIES, copy)


async def copy_interest(tx: Tx, message: Message[InterestEvent]) -> None:
    """Keep what a city seeks and offers; a withdrawn interest has both levels 0."""
    state = message.event.state
    copy = InterestCopy(
        id=InterestId(state.id),
        version=message.sequence,
        topic=TopicCode(state.topic),
        seeks=state.seeks,
        offers=state.offers,
    )
    city_id = CityId(state.city_id)
    known = await tx.get(INTEREST_COPIES, city_id) or InterestCopies(city_id)
    newer = known.heard(copy)
    if newer is not None:
        tx.put(INTEREST_COPIES, newer)


async def copy_topic(tx: Tx, message: Message[TopicEvent]) -> None:
    """Keep the labels of a topic, for the reasons in words."""
    state = message.event.state
    copy = TopicCopy(TopicCode(state.id), message.sequence, dict(state.labels))
    await tx.put_newer(TOPIC_COPIES, copy)


async def plan_item(tx: Tx, message: Message[ActionItemEvent]) -> None:
    """Take what an activity agreed into the plan of its pairing."""
    state = message.event.state
    withdrawn = state.status == "withdrawn"
    item = Item(ActionItemId(state.id), message.sequence, withdrawn)
    content = Content(
        title=state.title,
        owner_city_id=CityId(state.owner_city_id),
        topic=TopicCode(state.topic) if state.topic else None,
        due_on=state.due_on,
    )
    if not await hear_of_item(tx, PairingId(state.pairing_id), item, content):
        _LOG.warning("action_item_without_pairing", item_id=state.id, pairing_id=state.pairing_id)


def _item_reads(message: Message[ActionItemEvent]) -> Iterable[tuple[Collection[Any], str]]:
    yield ACTIONS, action_of(ActionItemId(message.event.subject))
    yield PAIRINGS, message.event.state.pairing_id


GROUPS: tuple[Group, ...] = (
    Group(
        "matching",
        {
            CityEvent: On(copy_city, lambda message: [(CITY_COPIES, message.event.subject)]),
            InterestEvent: On(
                copy_interest, lambda message: [(INTEREST_COPIES, message.event.state.city_id)]
            ),
            TopicEvent: On(copy_topic, lambda message: [(TOPIC_COPIES, message.event.subject)]),
            ActionItemEvent: On(plan_item, _item_reads),
        },
    ),
)
