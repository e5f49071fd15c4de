"""What can go wrong with cities and groups."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

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

    def __init__(self, existing: CityId | None = None, *, similar: bool = False) -> None:
        """Name the record that has the place; `similar`: by its name and facts, not by an id."""
        detail = f"The place is registered as {existing}." if existing else ""
        confirm = " If it is another place, name that record in confirmed_different_from."
        super().__init__(detail + confirm if similar else detail)


class CityWithdrawn(Conflict):
    """The city has left the register; reinstate it first."""

    code = "city_withdrawn"
    title = "The city has left the register"


class CityNotWithdrawn(Conflict):
    """The city is in the register already."""

    code = "city_not_withdrawn"
    title = "The city has not left the register"


class CitySuspended(Conflict):
    """The city takes no part for a time; reinstate it first."""

    code = "city_suspended"
    title = "The city is suspended"


class CityMerged(Conflict):
    """The record is a duplicate; the detail names the one that stands for it."""

    code = "city_merged"
    title = "The record was merged into another one"


class CityNotMerged(Conflict):
    """The record stands for itself, so there is nothing to undo."""

    code = "city_not_merged"
    title = "The record is not merged into another one"


class CityMergeCovered(Conflict):
    """The record that stands for this one was merged itself later; undo that first."""

    code = "city_merge_covered"
    title = "A later merge must be undone first"


class CityDraftNotFound(NotFound):
    """There is no such draft, or it is somebody else's."""

    code = "city_draft_not_found"
    title = "There is no such draft"


class CityDraftClosed(Conflict):
    """The draft is not in the state in which this can be done; the detail says in which it is."""

    code = "city_draft_closed"
    title = "The draft is past this step, or has not reached it"


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

    def __init__(self, detail: str = "", field: str = "/population") -> None:
        """Point to the figure."""
        message = "leave it out: it is counted from the members"
        super().__init__(detail, errors=[FieldError(field, self.code, message)])


class CityYearAlone(InvalidInput):
    """A year was given for a population that nobody knows."""

    code = "city_year_alone"
    title = "A year of the population needs the population"

    def __init__(self, detail: str = "") -> None:
        """Point to the year."""
        message = "is the year of a population that is not known"
        super().__init__(detail, errors=[FieldError("/population_year", self.code, message)])


class CityCodeMalformed(InvalidInput):
    """A code of Eurostat's that a body of this country can't have."""

    code = "city_code_malformed"
    title = "The country has no such code"

    def __init__(self, messages: Mapping[str, str] = MappingProxyType({})) -> None:
        """Say by field what is wrong."""
        super().__init__(
            errors=[FieldError(f"/{name}", self.code, why) for name, why in messages.items()]
        )


class CityMergeTargetUnfit(InvalidInput):
    """The record to merge into is the same one, or is not registered."""

    code = "city_merge_target_unfit"
    title = "A record is merged into another one that is registered"

    def __init__(self, message: str = "is not registered") -> None:
        """Point to the other record."""
        super().__init__(errors=[FieldError("/into", self.code, message)])


def _at(name: str, position: int, code: str, message: str) -> FieldError:
    return FieldError(f"/{name}/{position}", code, message)


class CityPositionHalf(InvalidInput):
    """A position needs both latitude and longitude."""

    code = "city_position_half"
    title = "A position is a latitude and a longitude"

    def __init__(self, missing: str = "latitude") -> None:
        """Name the parameter that is missing."""
        message = "is needed beside the other half of the position"
        super().__init__(errors=[FieldError(missing, self.code, message)])
