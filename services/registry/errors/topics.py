"""What can go wrong with topics."""

from collections.abc import Iterable

from shared.errors import Conflict, FieldError, InvalidInput, NotFound
from shared.ids import TopicCode


class TopicNotFound(NotFound):
    """The taxonomy has no topic with this code."""

    code = "topic_not_found"
    title = "There is no such topic"


class TopicLabelMissing(InvalidInput):
    """A topic needs a label in English, which every reader falls back to."""

    code = "topic_label_missing"
    title = "A topic needs an English label"

    def __init__(self, detail: str = "") -> None:
        """Point to the labels."""
        message = "must have the key en"
        super().__init__(detail, errors=[FieldError("/labels", self.code, message)])


class TopicParentUnknown(InvalidInput):
    """The parent is no topic of the taxonomy; define it first."""

    code = "topic_parent_unknown"
    title = "The parent is no topic of the taxonomy"

    def __init__(self, detail: str = "") -> None:
        """Point to the parent."""
        message = "is no topic of the taxonomy; define it first"
        super().__init__(detail, errors=[FieldError("/parent", self.code, message)])


class TopicParentCyclic(InvalidInput):
    """A topic would stand below itself."""

    code = "topic_parent_cyclic"
    title = "A topic can't stand below itself"

    def __init__(self, detail: str = "") -> None:
        """Point to the parent."""
        message = "stands below this topic"
        super().__init__(detail, errors=[FieldError("/parent", self.code, message)])


class TopicDeprecated(Conflict):
    """The topic was given up; the detail names what it has become."""

    code = "topic_deprecated"
    title = "The topic is deprecated"

    def __init__(self, replaced_by: Iterable[TopicCode] = ()) -> None:
        """Name the replacements."""
        named = ", ".join(replaced_by)
        super().__init__(f"The topic is deprecated; use {named} instead." if named else "")


class TopicNotDeprecated(Conflict):
    """The topic is in use: there is nothing to take back or to move away from."""

    code = "topic_not_deprecated"
    title = "The topic is not deprecated"


class TopicReplacementUnknown(InvalidInput):
    """A replacement is no topic in use, or the topic itself."""

    code = "topic_replacement_unknown"
    title = "A topic is replaced by other topics that are in use"

    def __init__(self, positions: Iterable[int] = (), field: str = "/replaced_by/{}") -> None:
        """Point to the replacements in question."""
        message = "is no other topic that is in use"
        fields = (field.format(position) for position in positions)
        super().__init__(errors=[FieldError(each, self.code, message) for each in fields])
