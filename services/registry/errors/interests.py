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


class InterestTopicsDeprecated(InvalidInput):
    """A profile declares something new on topics that are deprecated."""

    code = "interest_topics_deprecated"
    title = "Nothing new is declared on a deprecated topic"

    def __init__(self, positions: Iterable[int] = ()) -> None:
        """Point to the topics in question."""
        message = "is deprecated; GET the topic to see what replaces it"
        super().__init__(errors=[_topic_at(each, self.code, message) for each in positions])


class InterestPracticeUnknown(InvalidInput):
    """The practice that shall show it is not published and not the city's own."""

    code = "interest_practice_unknown"
    title = "A practice is published or the city's own"

    def __init__(self, field: str = "/practice_id") -> None:
        """Point to the practice."""
        message = "is no practice that is published or the city's own"
        super().__init__(errors=[FieldError(field, self.code, message)])


def _topic_at(position: int, code: str, message: str) -> FieldError:
    return FieldError(f"/interests/{position}/topic", code, message)
