"""What is said of delegations over HTTP.

Promises: a delegation is shown by ids; people are shown by `PersonOut` alone, which only officers
and the city's own coordinators get.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.events.domain.delegations import MAX_DELEGATES, DelegateEntry, warnings
from services.events.domain.states import (
    Activity,
    CityCopy,
    ContactCopy,
    Delegate,
    Delegation,
    DelegationStatus,
    ExternalPerson,
)
from services.events.store import DelegationQuery
from shared.ids import ActivityRef, CityRef, ContactId, ContactRef, DelegateRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit
from shared.web import EmailAddress, Input, Name, Output, Text, Version


class DelegationIn(Input):
    """Which city is asked to send a delegation."""

    city_id: CityRef


class ExternalIn(Input):
    """A person of a third organisation: a firm, a university, an NGO."""

    name: Name
    organisation: Name
    email: EmailAddress

    def person(self) -> ExternalPerson:
        """Give it to the domain."""
        return ExternalPerson(self.name, self.organisation, self.email)


class DelegateIn(Input):
    """One delegate: a contact of the city or an external person.

    `id` alone keeps whom it names; `id` with a person replaces that delegate.
    """

    id: DelegateRef | None = None
    contact_id: ContactRef | None = None
    external: ExternalIn | None = None
    funded: bool = True
    """Whether the programme pays."""

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        if self.contact_id and self.external:
            raise ValueError("give a contact or an external person, not both")
        if not (self.id or self.contact_id or self.external):
            raise ValueError("give a contact, an external person or the id of a delegate")
        return self

    def entry(self) -> DelegateEntry:
        """Give it to the domain."""
        person = self.external
        external = (
            ExternalPerson(person.name, person.organisation, person.email) if person else None
        )
        return DelegateEntry(self.id, self.contact_id, external, self.funded)


class DelegatesIn(Input):
    """All delegates; who is not in the list is taken out."""

    delegates: Annotated[tuple[DelegateIn, ...], Field(max_length=MAX_DELEGATES)]


class CancelDelegationIn(Input):
    """Why nobody comes, if one wants to say."""

    reason: Text | None = None


class DelegateOut(Output):
    """A delegate by ids; `contact_id` is null for an external or a forgotten person."""

    id: str
    contact_id: str | None
    funded: bool
    erased: bool

    @classmethod
    def of(cls, delegate: Delegate) -> Self:
        """Show a delegate without who it is."""
        return cls(
            id=delegate.id,
            contact_id=delegate.contact_id,
            funded=delegate.funded,
            erased=delegate.erased,
        )


class DelegationOut(Output):
    """A city's group at an activity."""

    id: str
    version: Version
    activity_id: str
    city_id: str
    status: DelegationStatus
    delegates: tuple[DelegateOut, ...]
    warnings: tuple[str, ...] = ()
    """Soft rules that it goes beyond, in words."""
    cancelled_reason: str | None
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(
        cls, delegation: Delegation, activity: Activity | None = None, city: CityCopy | None = None
    ) -> Self:
        """Show a delegation; what it goes beyond shows when activity and city are known."""
        return cls(
            id=delegation.id,
            version=delegation.version,
            activity_id=delegation.activity_id,
            city_id=delegation.city_id,
            status=delegation.status,
            delegates=tuple(DelegateOut.of(each) for each in delegation.delegates),
            warnings=warnings(delegation, activity, city) if activity else (),
            cancelled_reason=delegation.cancelled_reason,
            created_at=delegation.created.at,
            changed_at=delegation.changed.at,
        )


class SuccessorOut(Output):
    """Who followed a contact in their role: personal data."""

    contact_id: str
    name: str | None
    """Null while it has not arrived here."""
    role: str | None


class PersonOut(Output):
    """Who a delegate is: personal data."""

    id: str
    kind: Literal["contact", "external", "unknown", "erased"]
    """`unknown`: a contact whose name has not arrived here yet."""
    contact_id: str | None
    name: str | None
    role: str | None
    """Of a contact."""
    organisation: str | None
    """Of an external person; so is `email`."""
    email: str | None
    funded: bool
    successor: SuccessorOut | None
    """Who has taken the contact's place in their city since; the delegation may name them."""

    @classmethod
    def of(cls, delegate: Delegate, contacts: Mapping[ContactId, ContactCopy]) -> Self:
        """Show who a delegate is, as far as that is known and not erased."""
        external = delegate.external
        contact = contacts.get(delegate.contact_id) if delegate.contact_id else None
        kind: Literal["contact", "external", "unknown", "erased"] = "unknown"
        if delegate.erased or (contact and contact.erased):
            kind, contact = "erased", None
        elif contact:
            kind = "contact"
        elif external:
            kind = "external"
        named = contact or external
        return cls(
            id=delegate.id,
            kind=kind,
            contact_id=delegate.contact_id,
            name=named.name if named else None,
            role=contact.role if contact else None,
            organisation=external.organisation if external else None,
            email=external.email if external else None,
            funded=delegate.funded,
            successor=_successor(delegate.contact_id, contacts),
        )


class People(Output):
    """The delegates of one delegation, in its order."""

    items: tuple[PersonOut, ...]


def _successor(
    id_: ContactId | None, contacts: Mapping[ContactId, ContactCopy]
) -> SuccessorOut | None:
    """Give the last one of those who followed a contact one after the other, if any did."""
    seen: list[ContactId] = []
    while id_ and id_ not in seen:
        seen.append(id_)
        id_ = contacts[id_].successor_id if id_ in contacts else None
    if len(seen) < 2:  # noqa: PLR2004 - the contact and one more
        return None
    last = contacts.get(seen[-1])
    if last is None or last.erased:
        return SuccessorOut(contact_id=seen[-1], name=None, role=None)
    return SuccessorOut(contact_id=last.id, name=last.name, role=last.role)


class DelegationFilter(BaseModel):
    """The query parameters of the listing."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    activity_id: ActivityRef | None = None
    city_id: CityRef | None = None
    status: DelegationStatus | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def query(self) -> DelegationQuery:
        """Give it to the store."""
        return DelegationQuery(self.activity_id, self.city_id, self.status)
