"""Keeping the taxonomy: a topic is defined under its code, revised under it, given up for others.

Promises: every change of a topic makes the next version of the taxonomy.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain import topics as rules
from services.registry.domain.topics import Meaning, Topic
from services.registry.errors import TopicNotFound, TopicParentUnknown
from services.registry.store import TOPICS
from services.registry.usecases.turns import TAXONOMY, TOPIC_TREE, author_of, take_turn
from shared.auth.principal import Principal, Role, require_role
from shared.contracts.registry import TopicEvent
from shared.errors import VersionMissing
from shared.ids import TopicCode
from shared.unit_of_work import Tx
from shared.web.versions import require_version


async def put_topic(
    tx: Tx, who: Principal, code: TopicCode, version: int | None, meaning: Meaning
) -> tuple[Topic, bool]:
    """Define a topic or revise it; give it, and whether it is new. Officers only.

    A meaning that the topic has already changes nothing and needs no version, so that a request
    whose answer was lost can be sent again.

    Raises:
        Forbidden: 403. StaleVersion: 412 (also: a version of a topic that does not exist).
        VersionMissing: 428. TopicLabelMissing, TopicParentUnknown, TopicParentCyclic: 422.
    """
    require_role(who, Role.OFFICER)
    topic = await tx.get(TOPICS, code)
    if version is not None:
        require_version(topic.version if topic else 0, version)
    if topic is not None and topic.meaning == meaning:
        return topic, False
    if topic is not None and version is None:
        raise VersionMissing("The topic exists: say which version you have seen.")
    await _require_place_in_tree(tx, code, meaning.parent)
    if topic is None:
        defined, event = rules.define(code, meaning, author_of(tx, who))
        return await _save(tx, defined, event), True
    revised, events = rules.revise(topic, meaning, author_of(tx, who))
    return await _save(tx, revised, *events), False


async def deprecate_topic(
    tx: Tx,
    who: Principal,
    key: tuple[TopicCode, int],
    replaced_by: Sequence[TopicCode],
    reason: str,
) -> Topic:
    """Give up a topic for others; `key` is its code and version. Officers only.

    Raises:
        Forbidden: 403. TopicNotFound: 404. TopicDeprecated: 409. StaleVersion: 412.
        TopicReplacementUnknown: 422.
    """
    topic = await _load(tx, who, key)
    await tx.prefetch(TOPICS, replaced_by)
    replacements = [await tx.get(TOPICS, each) for each in replaced_by]
    after, event = rules.deprecate(topic, replacements, reason, author_of(tx, who))
    return await _save(tx, after, event)


async def reinstate_topic(tx: Tx, who: Principal, key: tuple[TopicCode, int]) -> Topic:
    """Take a deprecated topic back into use; `key` is its code and version. Officers only.

    Raises:
        Forbidden: 403. TopicNotFound: 404. TopicNotDeprecated: 409. StaleVersion: 412.
    """
    topic = await _load(tx, who, key)
    after, event = rules.reinstate(topic, author_of(tx, who))
    return await _save(tx, after, event)


async def _save(tx: Tx, topic: Topic, *events: TopicEvent) -> Topic:
    """Keep a topic; the turn is taken by every change of one, so none has another's number."""
    if not events:
        return topic
    version = await take_turn(tx, TAXONOMY)
    return tx.save(TOPICS, replace(topic, taxonomy=version), *events)


async def _load(tx: Tx, who: Principal, key: tuple[TopicCode, int]) -> Topic:
    code, version = key
    require_role(who, Role.OFFICER)
    topic = await tx.get(TOPICS, code)
    if topic is None:
        raise TopicNotFound
    require_version(topic.version, version)
    return topic


async def _require_place_in_tree(tx: Tx, code: TopicCode, parent: TopicCode | None) -> None:
    if parent is None:
        return
    await take_turn(tx, TOPIC_TREE)
    above: dict[TopicCode, TopicCode | None] = {}
    step: TopicCode | None = parent
    while step is not None and step not in above:
        if step == code:
            break
        topic = await tx.get(TOPICS, step)
        if topic is None:
            raise TopicParentUnknown
        above[step] = topic.meaning.parent
        step = topic.meaning.parent
    rules.require_acyclic(code, parent, above)
