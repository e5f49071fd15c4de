"""What can go wrong in the registry, below the lines of shared.errors.

    NotFound 404      CityNotFound, TopicNotFound, InterestNotFound, ContactNotFound
    Conflict 409      CityExists, CityWithdrawn, CityNotWithdrawn, ContactEnded
    InvalidInput 422  CityFactsMissing, CityMembersUnknown, CityMembersCyclic, CityPopulationSummed,
                      TopicLabelMissing, TopicParentUnknown, TopicParentCyclic,
                      InterestEmpty, InterestTopicsUnknown, InterestTopicsRepeated,
                      ContactDatesReversed, ContactPredecessorUnknown

Promises: a detail names ids, codes and fields, never a person.
"""

from collections.abc import Iterable

from shared.errors import Conflict, FieldError, InvalidInput, NotFound
from shared.ids import CityId, TopicCode


class CityNotFound(NotFound):
    """No city has this id."""

    code = "city_not_found"
    title = "There is no such city"


class TopicNotFound(NotFound):
    """The taxonomy has no topic with this code."""

    code = "topic_not_found"
    title = "There is no such topic"


class InterestNotFound(NotFound):
    """The city says nothing of this topic, or has withdrawn what it said."""

    code = "interest_not_found"
    title = "The city has declared no interest in this topic"


class ContactNotFound(NotFound):
    """The city has no such contact, or the person's data was erased."""

    code = "contact_not_found"
    title = "There is no such contact"


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


class ContactEnded(Conflict):
    """The contact's time in the role has an end already."""

    code = "contact_ended"
    title = "The contact has ended already"


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


class ContactDatesReversed(InvalidInput):
    """The last day in a role is before the first."""

    code = "contact_dates_reversed"
    title = "The last day in a role is not before the first"

    def __init__(self, field: str = "/ends_on") -> None:
        """Point to the date that was given."""
        errors = [FieldError(field, self.code, "would end the role before it starts")]
        super().__init__(errors=errors)


class ContactPredecessorUnknown(InvalidInput):
    """The person to follow is no contact of this city."""

    code = "contact_predecessor_unknown"
    title = "The predecessor is no contact of this city"

    def __init__(self, detail: str = "") -> None:
        """Point to the predecessor."""
        errors = [FieldError("/predecessor_id", self.code, "is no contact of this city")]
        super().__init__(detail, errors=errors)


def _at(name: str, position: int, code: str, message: str) -> FieldError:
    return FieldError(f"/{name}/{position}", code, message)


def _topic_at(position: int, code: str, message: str) -> FieldError:
    return FieldError(f"/interests/{position}/topic", code, message)
