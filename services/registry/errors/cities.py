"""What can go wrong with cities and groups."""

from collections.abc import Iterable

from shared.errors import Conflict, FieldError, InvalidInput, NotFound
from shared.ids import CityId


class CityNotFound(NotFound):
    """No city has this id."""

    code = "city_not_found"
    title = "There is no such city"


class CityExists(Conflict):
    """Another record stands for the same place; the detail names it."""

    code = "city_exists"
    title = "The place is registered already"

    def __init__(self, existing: CityId | None = None) -> None:
        """Name the record that has the place."""
        super().__init__(f"The place is registered as {existing}." if existing else "")


class CityWithdrawn(Conflict):
    """The city has left the register; reinstate it first."""

    code = "city_withdrawn"
    title = "The city has left the register"


class CityNotWithdrawn(Conflict):
    """The city is in the register already."""

    code = "city_not_withdrawn"
    title = "The city has not left the register"


class CityFactsMissing(InvalidInput):
    """Neither the request nor the list of places gives the name or the country."""

    code = "city_facts_missing"
    title = "Name and country must be given, or the id of a place that we know"

    def __init__(self, fields: Iterable[str] = ()) -> None:
        """Name the fields that nobody filled."""
        message = "is needed, since geonames_id names no place of our list"
        super().__init__(errors=[FieldError(f"/{name}", self.code, message) for name in fields])


class CityMembersUnknown(InvalidInput):
    """A member is not in the register, or has left it."""

    code = "city_members_unknown"
    title = "Every member of a group must be a registered city"

    def __init__(self, positions: Iterable[int] = ()) -> None:
        """Point to the members in question."""
        message = "is no registered city"
        super().__init__(errors=[_at("members", each, self.code, message) for each in positions])


class CityMembersCyclic(InvalidInput):
    """A group would be its own member, directly or through others."""

    code = "city_members_cyclic"
    title = "A group can't be a member of itself"

    def __init__(self, detail: str = "") -> None:
        """Point to the members."""
        message = "one of them contains this group"
        super().__init__(detail, errors=[FieldError("/members", self.code, message)])


class CityPopulationSummed(InvalidInput):
    """The population of a group with members is their sum and can't be stated as well."""

    code = "city_population_summed"
    title = "The population of a group with members is their sum"

    def __init__(self, detail: str = "") -> None:
        """Point to the population."""
        message = "leave it out: it is counted from the members"
        super().__init__(detail, errors=[FieldError("/population", self.code, message)])


def _at(name: str, position: int, code: str, message: str) -> FieldError:
    return FieldError(f"/{name}/{position}", code, message)
