"""What can go wrong with searching."""

from typing import Final

from shared.errors import FieldError, InvalidInput, Unavailable

_RETRY_SECONDS: Final = 2
"""A fifth of what it takes to read 34,006 cities."""


class SearchRebuilding(Unavailable):
    """The index is being read from the collection for the first time; everything else works."""

    code = "search_rebuilding"
    title = "The search index is being built"

    def __init__(self, detail: str = "") -> None:
        """Say when to come back."""
        super().__init__(detail, headers={"Retry-After": str(_RETRY_SECONDS)})


class SearchCircleMissing(InvalidInput):
    """Distances need a point to start from."""

    code = "search_circle_missing"
    title = "Distances need the parameter near"

    def __init__(self, field: str = "near") -> None:
        """Point to what asked for a distance."""
        super().__init__(errors=[FieldError(field, self.code, "needs the parameter near")])
