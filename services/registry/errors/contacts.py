"""What can go wrong with people in roles."""

from shared.errors import Conflict, FieldError, InvalidInput, NotFound


class ContactNotFound(NotFound):
    """The city has no such contact, or the person's data was erased."""

    code = "contact_not_found"
    title = "There is no such contact"


class ContactEnded(Conflict):
    """The contact's time in the role has an end already."""

    code = "contact_ended"
    title = "The contact has ended already"


class ContactHandedOver(Conflict):
    """The contact's open tasks are with a successor already."""

    code = "contact_handed_over"
    title = "The contact has handed over already"


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


class ContactSuccessorUnfit(InvalidInput):
    """The person to hand over to is no other contact of this city who goes on."""

    code = "contact_successor_unfit"
    title = "The successor is no other contact of this city who goes on"

    def __init__(self, detail: str = "") -> None:
        """Point to the successor."""
        message = "is no other contact of this city who is in the role after that day"
        super().__init__(detail, errors=[FieldError("/successor_id", self.code, message)])
