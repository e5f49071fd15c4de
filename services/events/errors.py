"""What the events service refuses, as one tree.

    NotFound 404
    ├── ActivityNotFound           activity_not_found
    ├── DelegationNotFound         delegation_not_found
    ├── DelegateNotFound           delegate_not_found
    └── ActionItemNotFound         action_item_not_found
    Conflict 409
    ├── ActivityCancelled          activity_cancelled
    ├── ActivityHostWithdrawn      activity_host_withdrawn
    ├── ActivityHostIsGuest        activity_host_is_guest
    ├── DelegationExists           delegation_exists
    ├── DelegationOfHost           delegation_of_host
    ├── DelegationCityWithdrawn    delegation_city_withdrawn
    ├── DelegationLimitReached     delegation_limit_reached
    ├── DelegationCancelled        delegation_cancelled
    ├── DelegationConfirmed        delegation_confirmed
    ├── DelegationEmpty            delegation_empty
    ├── ActionItemWithdrawn        action_item_withdrawn
    └── ActionItemLimitReached     action_item_limit_reached
    InvalidInput 422
    ├── ActivityDatesInvalid       activity_dates_invalid
    ├── ActivityAgendaInvalid      activity_agenda_invalid
    ├── DelegateInvalid            delegate_invalid
    ├── ActionItemPairingStray     action_item_pairing_stray
    └── ActionItemOwnerStray       action_item_owner_stray

Promises: each names the field at fault where there is one, and never a person.
"""

from shared.errors import Conflict, FieldError, InvalidInput, NotFound


class ActivityNotFound(NotFound):
    """No activity has this id."""

    code = "activity_not_found"
    title = "There is no such activity"


class DelegationNotFound(NotFound):
    """No delegation has this id."""

    code = "delegation_not_found"
    title = "There is no such delegation"


class DelegateNotFound(NotFound):
    """No delegation has a delegate with this id."""

    code = "delegate_not_found"
    title = "There is no such delegate"


class ActivityCancelled(Conflict):
    """The activity will not take place: neither it nor its delegations change any more."""

    code = "activity_cancelled"
    title = "The activity is cancelled"


class ActivityHostWithdrawn(Conflict):
    """A city that left the register can't host."""

    code = "activity_host_withdrawn"
    title = "A host city has withdrawn from the register"


class ActivityHostIsGuest(Conflict):
    """A city with a delegation can't become a host; its delegation has to be cancelled first."""

    code = "activity_host_is_guest"
    title = "A host city has a delegation to the same activity"


class DelegationExists(Conflict):
    """The city has a delegation to this activity already."""

    code = "delegation_exists"
    title = "The city has a delegation to this activity already"


class DelegationOfHost(Conflict):
    """A host is at home: it sends no delegation."""

    code = "delegation_of_host"
    title = "A host city needs no delegation"


class DelegationCityWithdrawn(Conflict):
    """A city that left the register sends nobody."""

    code = "delegation_city_withdrawn"
    title = "The city has withdrawn from the register"


class DelegationLimitReached(Conflict):
    """The activity has as many delegations as the platform keeps for one."""

    code = "delegation_limit_reached"
    title = "The activity has too many delegations"


class DelegationCancelled(Conflict):
    """The delegation was cancelled; a new one may be asked for."""

    code = "delegation_cancelled"
    title = "The delegation is cancelled"


class DelegationConfirmed(Conflict):
    """The delegation was confirmed before."""

    code = "delegation_confirmed"
    title = "The delegation is confirmed already"


class DelegationEmpty(Conflict):
    """A confirmed delegation has at least one delegate."""

    code = "delegation_empty"
    title = "The delegation has no delegates"


class ActivityDatesInvalid(InvalidInput):
    """The dates are no span of time in their zone."""

    code = "activity_dates_invalid"
    title = "The dates of the activity are not valid"


class ActivityAgendaInvalid(InvalidInput):
    """A session of the agenda doesn't fit into the activity."""

    code = "activity_agenda_invalid"
    title = "The agenda doesn't fit the activity"


class DelegateInvalid(InvalidInput):
    """A delegate can't be named like this."""

    code = "delegate_invalid"
    title = "A delegate is not valid"


class ActionItemNotFound(NotFound):
    """No action item has this id."""

    code = "action_item_not_found"
    title = "There is no such action item"


class ActionItemWithdrawn(Conflict):
    """The action item was taken back: record a new one."""

    code = "action_item_withdrawn"
    title = "The action item is withdrawn"


class ActionItemLimitReached(Conflict):
    """The activity has as many action items as it can have."""

    code = "action_item_limit_reached"
    title = "The activity takes no more action items"


class ActionItemPairingStray(InvalidInput):
    """An action item is for one of the pairings that the activity is for."""

    code = "action_item_pairing_stray"
    title = "The activity is not for this pairing"

    def __init__(self, detail: str = "") -> None:
        """Point to the pairing."""
        message = "is none of the activity's pairings"
        super().__init__(detail, errors=[FieldError("/pairing_id", self.code, message)])


class ActionItemOwnerStray(InvalidInput):
    """An action item is owned by a city of its pairing."""

    code = "action_item_owner_stray"
    title = "The owner is not a city of the pairing"

    def __init__(self, detail: str = "") -> None:
        """Point to the owner."""
        message = "is neither of the pairing's cities"
        super().__init__(detail, errors=[FieldError("/owner_city_id", self.code, message)])
