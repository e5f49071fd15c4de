"""What can go wrong with imports and their rows."""

from collections.abc import Iterable

from shared.errors import Conflict, FieldError, InvalidInput, NotFound
from shared.ids import CityId


class ImportNotFound(NotFound):
    """No import has this id."""

    code = "import_not_found"
    title = "There is no such import"


class ImportStatusUnfit(Conflict):
    """The import is in a state in which this can't be done; the detail says in which."""

    code = "import_status_unfit"
    title = "The import is not in the right state"


class ImportContentEmpty(InvalidInput):
    """The file has no bytes."""

    code = "import_content_empty"
    title = "The file is empty"


class CityAmbiguous(Conflict):
    """Several records of the country have the name; the detail names them."""

    code = "city_ambiguous"
    title = "Several records have this name"

    def __init__(self, ids: Iterable[CityId] = ()) -> None:
        """Name the records among which to choose."""
        super().__init__(f"It may be {' or '.join(ids)}.")


class CityStatusDiffers(Conflict):
    """The row has another status than the record, which no import changes."""

    code = "city_status_differs"
    title = "An import does not change the status"


class CityFactFixed(InvalidInput):
    """The row has another value for something that a record keeps for ever."""

    code = "city_fact_fixed"
    title = "This fact does not change"

    def __init__(self, field: str = "kind") -> None:
        """Name the column."""
        message = "never changes: leave the cell as it was"
        super().__init__(errors=[FieldError(f"/{field}", self.code, message)])
