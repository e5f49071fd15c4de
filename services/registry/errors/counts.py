"""What can go wrong with counts."""

from collections.abc import Iterable

from shared.errors import FieldError, InvalidInput


class CountDimensionUnknown(InvalidInput):
    """What is counted has no such property."""

    code = "count_dimension_unknown"
    title = "What is counted can't be told apart by this"

    def __init__(self, of: str = "", known: Iterable[str] = ()) -> None:
        """Name what can be asked."""
        message = f"of {of} can be any of {', '.join(known)}"
        super().__init__(errors=[FieldError("by", self.code, message)])


class CountMomentAhead(InvalidInput):
    """The records don't know the future."""

    code = "count_moment_ahead"
    title = "Counts are of the past"

    def __init__(self, detail: str = "") -> None:
        """Point to the moment."""
        errors = [FieldError("as_of", self.code, "must not be after now")]
        super().__init__(detail, errors=errors)


class ChangeFilterUnfit(InvalidInput):
    """Changes are listed by one property, since any two would mean to read all."""

    code = "change_filter_unfit"
    title = "Changes are asked for by exactly one of id, aggregate and by"

    def __init__(self, given: Iterable[str] = ()) -> None:
        """Name what was given; the id if nothing was."""
        message = "give exactly one of id, aggregate and by"
        fields = list(given) or ["id"]
        super().__init__(errors=[FieldError(each, self.code, message) for each in fields])
