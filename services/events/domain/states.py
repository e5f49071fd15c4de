"""What the events service keeps: activities, delegations, and its copies of other services' data.

Promises plain frozen data: every time is an instant in UTC, the zone stands beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.ids import ActivityId, CityId, ContactId, DelegateId, DelegationId, PairingId

ActivityKind = Literal["working_meeting", "study_visit", "conference", "webinar"]
ActivityStatus = Literal["planned", "cancelled"]
DelegationStatus = Literal["invited", "confirmed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Change:
    """Who did it and when; ``by`` is the caller's subject."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AgendaSession:
    """One timed item of an activity; ``id`` stays the same when it moves."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """Why the programme team should look at an activity."""

    pairing_id: PairingId
    reason: str


@dataclass(frozen=True, slots=True)
class Activity:
    """A working meeting, study visit, conference or webinar.

    ``all_day``: it has dates only; ``starts_at`` and ``ends_at`` are then the first instant of the
    first day and of the day after the last. ``dropped`` are sessions that calendars may still show.
    """

    id: ActivityId
    kind: ActivityKind
    title: str
    status: ActivityStatus
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    all_day: bool
    host_city_ids: tuple[CityId, ...]
    created: Change
    changed: Change
    pairing_ids: tuple[PairingId, ...] = ()
    place: str | None = None
    agenda: tuple[AgendaSession, ...] = ()
    dropped: tuple[AgendaSession, ...] = ()
    attention: tuple[Attention, ...] = ()
    cancelled_reason: str | None = None
    illustrative: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class ExternalPerson:
    """A delegate of a third organisation. Personal data: it never leaves this service."""

    name: str
    organisation: str
    email: str


@dataclass(frozen=True, slots=True)
class Delegate:
    """One person in a delegation: a contact of the city, or somebody external.

    ``erased``: the person asked to be forgotten; the place in the delegation stays, so that figures
    counted from the records stay true.
    """

    id: DelegateId
    contact_id: ContactId | None = None
    external: ExternalPerson | None = None
    funded: bool = True
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Delegation:
    """A city's group at an activity."""

    id: DelegationId
    activity_id: ActivityId
    city_id: CityId
    status: DelegationStatus
    created: Change
    changed: Change
    delegates: tuple[Delegate, ...] = ()
    cancelled_reason: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Guest:
    """A city on a guest list and its delegation that counts."""

    city_id: CityId
    delegation_id: DelegationId


@dataclass(frozen=True, slots=True)
class GuestList:
    """The cities invited to one activity; its id is the activity's.

    It is the one document that invitations, changes of hosts and cancellations all write, so that
    the database refuses two of them that don't know of each other.
    """

    id: ActivityId
    guests: tuple[Guest, ...] = ()
    writes: int = 0


@dataclass(frozen=True, slots=True)
class CityCopy:
    """What this service needs to know of a city."""

    id: CityId
    version: int
    name: str
    country: str
    status: str
    merged_into: CityId | None = None
    """The record that stands for it since they were merged."""


@dataclass(frozen=True, slots=True)
class PairingCopy:
    """What this service needs to know of a pairing; ``version`` 0: nothing but its id yet.

    ``uses`` counts how often an activity named it. Planning writes it, so that it meets the
    pairing's dissolution in one document and neither can miss the other.
    """

    id: PairingId
    version: int = 0
    status: str = "unknown"
    dissolved_reason: str | None = None
    uses: int = 0
    city_ids: tuple[str, ...] = ()
    """Its two cities; none until an event that names them has come."""


@dataclass(frozen=True, slots=True)
class ContactCopy:
    """A contact's name, for those who may see it; after an erasure only that there was one."""

    id: ContactId
    version: int
    city_id: str = ""
    name: str = ""
    role: str = ""
    erased: bool = False
    successor_id: ContactId | None = None
