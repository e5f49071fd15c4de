"""An entry of the topic taxonomy: defined once, revised later, never below itself.

A topic that is given up is deprecated: what cities have said of it stays and is shown with the
topics that replace it, and nothing new is said. Promises: a deprecated topic names at least one
replacement, and none is replaced by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.errors import (
    TopicDeprecated,
    TopicLabelMissing,
    TopicNotDeprecated,
    TopicParentCyclic,
    TopicReplacementUnknown,
)
from shared.contracts.registry import (
    TopicDefinedV1,
    TopicDeprecatedV1,
    TopicReinstatedV1,
    TopicRevisedV1,
    TopicState,
)
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
    """A topic; its id is its stable code. One that is replaced is deprecated.

    `taxonomy` is the version of the taxonomy that the topic's last change made.
    """

    id: TopicCode
    meaning: Meaning
    audit: Audit
    replaced_by: tuple[TopicCode, ...] = ()
    deprecation_reason: str | None = None
    taxonomy: int = 0
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


def deprecate(
    topic: Topic, replacements: Sequence[Topic | None], reason: str, author: Author
) -> tuple[Topic, TopicDeprecatedV1]:
    """Give up a topic for others; a replacement that does not exist is None.

    Raises:
        TopicDeprecated: it is given up already (409 `topic_deprecated`).
        TopicReplacementUnknown: 422 `topic_replacement_unknown`.
    """
    if is_deprecated(topic):
        raise TopicDeprecated(topic.replaced_by)
    unfit = [
        place
        for place, each in enumerate(replacements)
        if each is None or each.id == topic.id or is_deprecated(each)
    ]
    if unfit or not replacements:
        raise TopicReplacementUnknown(unfit)
    codes = tuple(dict.fromkeys(each.id for each in replacements if each))
    after = replace(topic, replaced_by=codes, deprecation_reason=reason)
    after = replace(after, audit=continued(topic.audit, author))
    return after, TopicDeprecatedV1(state=public(after), changed=("deprecated", "replaced_by"))


def reinstate(topic: Topic, author: Author) -> tuple[Topic, TopicReinstatedV1]:
    """Take a deprecated topic back into use.

    Raises:
        TopicNotDeprecated: 409 `topic_not_deprecated`.
    """
    require_deprecated(topic)
    after = replace(topic, replaced_by=(), deprecation_reason=None)
    after = replace(after, audit=continued(topic.audit, author))
    return after, TopicReinstatedV1(state=public(after), changed=("deprecated", "replaced_by"))


def is_deprecated(topic: Topic) -> bool:
    """Tell whether the topic is given up."""
    return bool(topic.replaced_by)


def require_in_use(topic: Topic) -> None:
    """Let pass a topic of which something new may be said.

    Raises:
        TopicDeprecated: 409 `topic_deprecated`.
    """
    if is_deprecated(topic):
        raise TopicDeprecated(topic.replaced_by)


def require_deprecated(topic: Topic) -> None:
    """Let pass a topic that is given up.

    Raises:
        TopicNotDeprecated: 409 `topic_not_deprecated`.
    """
    if not is_deprecated(topic):
        raise TopicNotDeprecated


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
        deprecated=is_deprecated(topic),
        replaced_by=topic.replaced_by,
    )


def _require_label(meaning: Meaning) -> None:
    if FALLBACK_LANGUAGE not in meaning.labels:
        raise TopicLabelMissing
