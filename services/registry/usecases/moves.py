"""Moving what cities say of a deprecated topic to one that replaces it, some at a time.

Promises: no interest is lost: a city that speaks of both topics keeps the higher of each level;
each step is one transaction and can be made again, until nothing is left to move.
"""

from typing import Final

from services.registry.domain import interests as rules
from services.registry.domain.interests import Interest, Levels
from services.registry.domain.topics import is_deprecated, require_deprecated
from services.registry.errors import TopicNotFound, TopicReplacementUnknown
from services.registry.store import INTERESTS, TOPICS, declared_query, profile_query
from services.registry.usecases.turns import author_of, profile_turn, take_turn
from shared.auth.principal import Principal, Role, require_role
from shared.ids import InterestId, TopicCode, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version

MOVED_AT_ONCE: Final = 100
"""Interests in one transaction: some 700 writes, a second on the embedded database."""


async def move_interests(tx: Tx, who: Principal, key: tuple[TopicCode, int], to: TopicCode) -> int:
    """Move up to 100 interests in a deprecated topic to another; give how many there were.

    `key` is the deprecated topic's code and version, which moving does not change. Officers only.

    Raises:
        Forbidden: 403. TopicNotFound: 404. TopicNotDeprecated: 409. StaleVersion: 412.
        TopicReplacementUnknown: 422.
    """
    code, version = key
    require_role(who, Role.OFFICER)
    topic, target = await tx.get(TOPICS, code), await tx.get(TOPICS, to)
    if topic is None:
        raise TopicNotFound
    require_version(topic.version, version)
    require_deprecated(topic)
    if target is None or is_deprecated(target):
        raise TopicReplacementUnknown([0], "/to")
    interests = await tx.find(INTERESTS, declared_query(code), limit=MOVED_AT_ONCE)
    for each in interests:
        await _move(tx, who, each, to)
    return len(interests)


async def _move(tx: Tx, who: Principal, interest: Interest, to: TopicCode) -> None:
    await take_turn(tx, profile_turn(interest.city_id))
    author, reason = author_of(tx, who), f"moved from {interest.topic} to {to}"
    profile = await tx.find(INTERESTS, profile_query(interest.city_id) | {"topic": to}, limit=1)
    id_ = InterestId(new_id("int"))
    begun = profile[0] if profile else rules.begin(id_, interest.city_id, to, author)
    levels = _moved(begun, interest, reason)
    after, events = rules.declare(begun, levels, author)
    tx.save(INTERESTS, after, *events)
    gone, event = rules.withdraw(interest, author, reason)
    tx.save(INTERESTS, gone, event)


def _moved(there: Interest, here: Interest, reason: str) -> Levels:
    said = there.levels if rules.is_declared(there) else here.levels
    return rules.joined(said, here.levels, reason)
