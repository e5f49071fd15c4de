"""What can go wrong with topics."""

from shared.errors import FieldError, InvalidInput, NotFound


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
