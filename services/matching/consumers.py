"""What matching copies from the registry: cities, their interests, and the labels of topics.

Promises that copies are rebuilt from the topics alone, whatever came first: a late event never
overwrites newer facts, and an interest is kept even before its city is known.
"""

from services.matching.store import (
    CITY_COPIES,
    INTEREST_COPIES,
    TOPIC_COPIES,
    CityCopy,
    InterestCopy,
    TopicCopy,
)
from shared.consumer.batches import Group, On
from shared.contracts.registry import CityEvent, InterestEvent, TopicEvent
from shared.envelope import Message
from shared.ids import CityId, InterestId, TopicCode
from shared.unit_of_work import Tx


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
        city_id=CityId(state.city_id),
        topic=TopicCode(state.topic),
        seeks=state.seeks,
        offers=state.offers,
    )
    await tx.put_newer(INTEREST_COPIES, copy)


async def copy_topic(tx: Tx, message: Message[TopicEvent]) -> None:
    """Keep the labels of a topic, for the reasons in words."""
    state = message.event.state
    copy = TopicCopy(TopicCode(state.id), message.sequence, dict(state.labels))
    await tx.put_newer(TOPIC_COPIES, copy)


GROUPS: tuple[Group, ...] = (
    Group(
        "matching",
        {
            CityEvent: On(copy_city, lambda message: [(CITY_COPIES, message.event.subject)]),
            InterestEvent: On(
                copy_interest, lambda message: [(INTEREST_COPIES, message.event.subject)]
            ),
            TopicEvent: On(copy_topic, lambda message: [(TOPIC_COPIES, message.event.subject)]),
        },
    ),
)
