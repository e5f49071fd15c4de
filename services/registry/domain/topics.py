"""An entry of the topic taxonomy: defined once, revised later, never below itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.errors import TopicLabelMissing, TopicParentCyclic
from shared.contracts.registry import TopicDefinedV1, TopicRevisedV1, TopicState
from shared.ids import TopicCode

FALLBACK_LANGUAGE = "en"
"""Every topic has a label in it: what is shown where the reader's language has none."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a topic means: labels by BCP 47 language, its parent, its goals, others' words for it.

    `sdgs` are Sustainable Development Goals, 1-17. `vocabularies` maps the name of another
    vocabulary to its terms.
    """

    labels: Mapping[str, str]
    parent: TopicCode | None = None
    sdgs: tuple[int, ...] = ()
    vocabularies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic; its id is its stable code."""

    id: TopicCode
    meaning: Meaning
    audit: Audit
    version: int = 0


def define(code: TopicCode, meaning: Meaning, author: Author) -> tuple[Topic, TopicDefinedV1]:
    """Add a topic to the taxonomy.

    Raises:
        TopicLabelMissing: 422 `topic_label_missing`.
    """
    _require_label(meaning)
    topic = Topic(code, meaning, started(author))
    return topic, TopicDefinedV1(state=public(topic))


def revise(
    topic: Topic, meaning: Meaning, author: Author
) -> tuple[Topic, tuple[TopicRevisedV1, ...]]:
    """Change a topic's meaning; the same meaning again gives no event.

    Raises:
        TopicLabelMissing: 422 `topic_label_missing`.
    """
    _require_label(meaning)
    names = [each.name for each in fields(meaning)]
    changed = tuple(
        name for name in names if getattr(meaning, name) != getattr(topic.meaning, name)
    )
    if not changed:
        return topic, ()
    after = replace(topic, meaning=meaning, audit=continued(topic.audit, author))
    return after, (TopicRevisedV1(state=public(after), changed=changed),)


def require_acyclic(
    code: TopicCode, parent: TopicCode, above: Mapping[TopicCode, TopicCode | None]
) -> None:
    """Let pass a parent that does not stand below `code`; `above` has the parents above it.

    Raises:
        TopicParentCyclic: 422 `topic_parent_cyclic`.
    """
    step: TopicCode | None = parent
    while step is not None:
        if step == code:
            raise TopicParentCyclic
        step = above.get(step)


def public(topic: Topic) -> TopicState:
    """Give what the other services may know."""
    meaning = topic.meaning
    return TopicState(
        id=topic.id,
        labels=dict(meaning.labels),
        parent=meaning.parent,
        sdgs=meaning.sdgs,
    )


def _require_label(meaning: Meaning) -> None:
    if FALLBACK_LANGUAGE not in meaning.labels:
        raise TopicLabelMissing
