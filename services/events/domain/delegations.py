"""The life of a delegation: invited, its delegates named, confirmed or cancelled, people forgotten.

Promises pure functions; their events carry ids and never a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.events.domain.states import (
    Activity,
    Change,
    CityCopy,
    ContactCopy,
    Delegate,
    Delegation,
    ExternalPerson,
    Guest,
    GuestList,
)
from services.events.errors import (
    ActivityHostIsGuest,
    DelegateInvalid,
    DelegateNotFound,
    DelegationCancelled,
    DelegationConfirmed,
    DelegationEmpty,
    DelegationExists,
    DelegationLimitReached,
    DelegationOfHost,
)
from shared.contracts import events as contract
from shared.contracts.events import (
    DelegationCancelledV1,
    DelegationConfirmedV1,
    DelegationInvitedV1,
    DelegationState,
    DelegationUpdatedV1,
)
from shared.errors import FieldError
from shared.ids import CityId, ContactId, DelegateId, DelegationId

MAX_DELEGATES = 50
"""Per delegation; the largest published one had 11 people."""

MAX_GUESTS = 500
"""Delegations per activity: every city of a programme, several times over; keeps the list of guests
a small document."""

FUNDED_AT_WORKING_MEETING = 5
"""Delegates of an EU city that the programme pays for. Soft: more are kept, with a warning.
Source: World Cities 2015-18, working meetings."""

EU_COUNTRIES = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
UNITED_KINGDOM = "GB"
UNITED_KINGDOM_LEFT_AT = datetime(2020, 1, 31, 23, 0, tzinfo=UTC)
"""Midnight in Brussels. Source: Withdrawal Agreement, OJ L 29 of 31.1.2020, article 185."""


@dataclass(frozen=True, slots=True)
class DelegateEntry:
    """One line of a list of delegates as people hand it in.

    A contact or an external person is somebody new, unless the delegation has them already; ``id``
    alone keeps whom it names, ``id`` with a person puts that person in their place.
    """

    id: DelegateId | None = None
    contact_id: ContactId | None = None
    external: ExternalPerson | None = None
    funded: bool = True


def invite(
    activity: Activity, city_id: CityId, guests: GuestList, change: Change, id_: DelegationId
) -> tuple[Delegation, GuestList, DelegationInvitedV1]:
    """Ask a city to send a delegation to a planned activity.

    Raises:
        DelegationOfHost: 409.
        DelegationExists: 409.
        DelegationLimitReached: 409.
    """
    if city_id in activity.host_city_ids:
        raise DelegationOfHost
    if any(guest.city_id == city_id for guest in guests.guests):
        raise DelegationExists
    if len(guests.guests) >= MAX_GUESTS:
        raise DelegationLimitReached(f"An activity has at most {MAX_GUESTS} delegations.")
    delegation = Delegation(id_, activity.id, city_id, "invited", change, change)
    listed = replace(guests, guests=(*guests.guests, Guest(city_id, id_)), writes=guests.writes + 1)
    return delegation, listed, DelegationInvitedV1(state=_public(delegation))


def require_no_guests(hosts: Iterable[CityId], guests: GuestList) -> None:
    """Let pass hosts that send no delegation to their own activity.

    Raises:
        ActivityHostIsGuest: 409.
    """
    invited = {guest.city_id for guest in guests.guests}
    if not invited.isdisjoint(hosts):
        raise ActivityHostIsGuest


def name_delegates(
    delegation: Delegation,
    entries: tuple[DelegateEntry, ...],
    new_ids: tuple[DelegateId, ...],
    change: Change,
) -> tuple[Delegation, DelegationUpdatedV1 | None]:
    """Replace the list of delegates; who stays keeps their id, others take one of ``new_ids``.

    Raises:
        DelegationCancelled: 409.
        DelegationEmpty: 409: it is confirmed, and nobody would be left.
        DelegateInvalid: 422: an id of nobody here, or the same person twice.
    """
    if delegation.status == "cancelled":
        raise DelegationCancelled
    if delegation.status == "confirmed" and not entries:
        raise DelegationEmpty("Cancel the delegation instead of emptying it.")
    delegates = tuple(
        _delegate(delegation, entry, number, new_id)
        for number, (entry, new_id) in enumerate(zip(entries, new_ids, strict=True))
    )
    _require_different(delegates)
    if delegates == delegation.delegates:
        return delegation, None
    named = replace(delegation, delegates=delegates, changed=change)
    return named, DelegationUpdatedV1(state=_public(named), changed=("delegates",))


def _delegate(
    delegation: Delegation, entry: DelegateEntry, number: int, new_id: DelegateId
) -> Delegate:
    known = {each.id: each for each in delegation.delegates}
    if entry.id is not None:
        if entry.id not in known:
            raise _invalid(number, "id", "is nobody of this delegation")
        if entry.contact_id is None and entry.external is None:
            return replace(known[entry.id], funded=entry.funded)
        return Delegate(entry.id, entry.contact_id, entry.external, entry.funded)
    for each in delegation.delegates:
        same = (each.contact_id, each.external) == (entry.contact_id, entry.external)
        if same and not each.erased:
            return replace(each, funded=entry.funded)
    return Delegate(new_id, entry.contact_id, entry.external, entry.funded)


def _require_different(delegates: tuple[Delegate, ...]) -> None:
    seen: set[str] = set()
    for number, each in enumerate(delegates):
        address = each.external.email.casefold() if each.external else None
        for mark in (each.id, each.contact_id, address):
            if mark is not None and mark in seen:
                raise _invalid(number, "", "names a person twice")
        seen |= {mark for mark in (each.id, each.contact_id, address) if mark is not None}


def require_own_contacts(
    city_id: CityId,
    entries: tuple[DelegateEntry, ...],
    contacts: Mapping[ContactId, ContactCopy],
) -> None:
    """Let pass contacts of the city, and those that this service has not heard of yet.

    Here and in `contacts` cities are those that stand for merged ones.

    Raises:
        DelegateInvalid: 422: a contact of another city, or one that was erased.
    """
    for number, entry in enumerate(entries):
        contact = contacts.get(entry.contact_id) if entry.contact_id else None
        if contact is not None and contact.erased:
            raise _invalid(number, "contact_id", "is a contact that was erased")
        if contact is not None and contact.city_id != city_id:
            raise _invalid(number, "contact_id", "is a contact of another city")


def confirm(delegation: Delegation, change: Change) -> tuple[Delegation, DelegationConfirmedV1]:
    """Take the delegates as final.

    Raises:
        DelegationCancelled: 409.
        DelegationConfirmed: 409: it was before.
        DelegationEmpty: 409.
    """
    if delegation.status == "cancelled":
        raise DelegationCancelled
    if delegation.status == "confirmed":
        raise DelegationConfirmed
    if not delegation.delegates:
        raise DelegationEmpty("Name at least one delegate before you confirm.")
    confirmed = replace(delegation, status="confirmed", changed=change)
    return confirmed, DelegationConfirmedV1(state=_public(confirmed), changed=("status",))


def cancel_delegation(
    delegation: Delegation, reason: str | None, guests: GuestList, change: Change
) -> tuple[Delegation, GuestList, DelegationCancelledV1]:
    """Send nobody after all; the city may be invited anew.

    Raises:
        DelegationCancelled: 409: it was before.
    """
    if delegation.status == "cancelled":
        raise DelegationCancelled
    cancelled = replace(delegation, status="cancelled", cancelled_reason=reason, changed=change)
    left = tuple(each for each in guests.guests if each.delegation_id != delegation.id)
    listed = replace(guests, guests=left, writes=guests.writes + 1)
    return cancelled, listed, DelegationCancelledV1(state=_public(cancelled), changed=("status",))


def erase_delegate(
    delegation: Delegation, delegate_id: DelegateId, change: Change
) -> tuple[Delegation, DelegationUpdatedV1 | None]:
    """Forget who a delegate is, in any state of the delegation; a second time changes nothing.

    Raises:
        DelegateNotFound: 404.
    """
    found = next((each for each in delegation.delegates if each.id == delegate_id), None)
    if found is None:
        raise DelegateNotFound
    if found.erased:
        return delegation, None
    forgotten = Delegate(found.id, funded=found.funded, erased=True)
    delegates = tuple(forgotten if each is found else each for each in delegation.delegates)
    erased = replace(delegation, delegates=delegates, changed=change)
    return erased, DelegationUpdatedV1(state=_public(erased), changed=("delegates",))


def warnings(delegation: Delegation, activity: Activity, city: CityCopy | None) -> tuple[str, ...]:
    """Say which soft rules the delegation goes beyond; of an unknown city nothing is said."""
    funded = sum(each.funded for each in delegation.delegates)
    if activity.kind != "working_meeting" or funded <= FUNDED_AT_WORKING_MEETING:
        return ()
    if city is None or not _in_eu(city.country, activity.starts_at):
        return ()
    paid = FUNDED_AT_WORKING_MEETING
    return (f"{funded} delegates are funded; at a working meeting an EU city has {paid}.",)


def _in_eu(country: str, at: datetime) -> bool:
    return country in EU_COUNTRIES or (country == UNITED_KINGDOM and at < UNITED_KINGDOM_LEFT_AT)


def _invalid(number: int, field: str, message: str) -> DelegateInvalid:
    place = f"/delegates/{number}" + (f"/{field}" if field else "")
    return DelegateInvalid(errors=[FieldError(place, "delegate_invalid", message)])


def _public(delegation: Delegation) -> DelegationState:
    return DelegationState(
        id=delegation.id,
        activity_id=delegation.activity_id,
        city_id=delegation.city_id,
        status=delegation.status,
        delegates=tuple(
            contract.Delegate(id=each.id, contact_id=each.contact_id, funded=each.funded)
            for each in delegation.delegates
        ),
    )
