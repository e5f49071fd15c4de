"""What the registry tells of the topics of the taxonomy."""

from typing import ClassVar

from shared.contracts.event import Event, State, Topic

TOPICS = Topic("registry.topic.v1")


class TopicState(State):
    """An entry of the topic taxonomy; ``id`` is its stable code."""

    labels: dict[str, str]
    """Label by language, BCP 47; ``en`` is always there."""
    parent: str | None = None
    sdgs: tuple[int, ...] = ()
    """Sustainable Development Goals, 1-17."""
    deprecated: bool = False
    """Whether no interest may be declared in it any more."""
    replaced_by: tuple[str, ...] = ()
    """The topics that a deprecated one has become."""


class TopicEvent(Event):
    """Any event of a topic."""

    TOPIC: ClassVar[Topic] = TOPICS
    state: TopicState


class TopicDefinedV1(TopicEvent):
    """A topic was added to the taxonomy."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.topic.defined.v1"


class TopicRevisedV1(TopicEvent):
    """A topic's labels, parent or mappings changed."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.topic.revised.v1"


class TopicDeprecatedV1(TopicEvent):
    """A topic was given up for others: interests in it stay, new ones are for its replacements."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.topic.deprecated.v1"


class TopicReinstatedV1(TopicEvent):
    """A deprecated topic was taken back into use."""

    TYPE: ClassVar[str] = "eu.worldcities.registry.topic.reinstated.v1"
