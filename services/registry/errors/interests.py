"""What can go wrong with what cities say of topics."""

from collections.abc import Iterable

from shared.errors import FieldError, InvalidInput, NotFound
from shared.ids import TopicCode


class InterestNotFound(NotFound):
    """The city says nothing of this topic, or has withdrawn what it said."""

    code = "interest_not_found"
    title = "The city has declared no interest in this topic"


class InterestEmpty(InvalidInput):
    """Both levels are 0, which says nothing; withdraw the interest instead."""

    code = "interest_empty"
    title = "An interest seeks or offers something"


class InterestTopicsUnknown(InvalidInput):
    """A profile speaks of topics that the taxonomy does not have."""

    code = "interest_topics_unknown"
    title = "A profile speaks of topics of the taxonomy only"

    def __init__(self, positions: Iterable[int] = ()) -> None:
        """Point to the topics in question."""
        message = "is no topic of the taxonomy"
        super().__init__(errors=[_topic_at(each, self.code, message) for each in positions])


class InterestTopicsRepeated(InvalidInput):
    """A profile speaks of the same topic twice."""

    code = "interest_topics_repeated"
    title = "A profile speaks of a topic once"

    def __init__(self, topics: Iterable[TopicCode] = ()) -> None:
        """Name the topics that come twice."""
        named = ", ".join(topics)
        errors = [FieldError("/interests", self.code, f"come more than once: {named}")]
        super().__init__(errors=errors)


def _topic_at(position: int, code: str, message: str) -> FieldError:
    return FieldError(f"/interests/{position}/topic", code, message)
