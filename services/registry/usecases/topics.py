"""Keeping the taxonomy: a topic is defined under its code, and revised under it."""

from services.registry.domain import topics as rules
from services.registry.domain.topics import Meaning, Topic
from services.registry.errors import TopicParentUnknown
from services.registry.store import TOPICS
from services.registry.usecases.turns import TOPIC_TREE, author_of, take_turn
from shared.auth.principal import Principal, Role, require_role
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
        return tx.save(TOPICS, defined, event), True
    revised, events = rules.revise(topic, meaning, author_of(tx, who))
    return tx.save(TOPICS, revised, *events), False


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
