"""Inviting delegations, naming and confirming their delegates, forgetting people.

Promises that a coordinator acts for their own cities only, and that nothing here puts a person's
data anywhere but into the delegation.
"""

from dataclasses import replace

from services.events.domain import delegations as domain
from services.events.domain.activities import require_planned
from services.events.domain.delegations import DelegateEntry
from services.events.domain.states import Activity, Change, Delegation
from services.events.errors import (
    ActivityNotFound,
    DelegateNotFound,
    DelegationCityWithdrawn,
    DelegationNotFound,
)
from services.events.store import (
    ACTIVITIES,
    CONTACT_COPIES,
    DELEGATIONS,
    GUEST_LISTS,
    cities,
    delegation_with,
    standing_id,
)
from services.events.usecases.activities import touched_guests
from shared.auth import Principal, may_act_for, require_city
from shared.ids import ActivityId, CityId, DelegateId, DelegationId, new_id
from shared.unit_of_work import Tx
from shared.web import require_version


async def invite_delegation(
    tx: Tx, who: Principal, activity_id: ActivityId, city_id: CityId
) -> Delegation:
    """Ask a city to send a delegation; its own coordinator may ask for it as well.

    Raises:
        ActivityNotFound: 404.
        Forbidden: 403.
        ActivityCancelled: 409.
        DelegationCityWithdrawn: 409.
        DelegationOfHost: 409.
        DelegationExists: 409.
        DelegationLimitReached: 409.
    """
    activity = await _activity(tx, activity_id)
    require_city(who, city_id)
    require_planned(activity)
    if any(city.status == "withdrawn" for city in await cities(tx, [city_id])):
        raise DelegationCityWithdrawn
    guests = await touched_guests(tx, activity_id)
    change = Change(who.subject, tx.now)
    id_ = DelegationId(new_id("dlg"))
    delegation, listed, event = domain.invite(activity, city_id, guests, change, id_)
    tx.put(GUEST_LISTS, listed)
    return tx.save(DELEGATIONS, delegation, event)


async def name_delegates(
    tx: Tx,
    who: Principal,
    id_: DelegationId,
    expected: int,
    entries: tuple[DelegateEntry, ...],
) -> Delegation:
    """Replace the delegates of a delegation.

    Raises:
        DelegationNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        ActivityCancelled: 409.
        DelegationCancelled: 409.
        DelegationEmpty: 409.
        DelegateInvalid: 422.
    """
    delegation = await _owned(tx, who, id_, expected)
    require_planned(await _activity(tx, delegation.activity_id))
    ids = [entry.contact_id for entry in entries if entry.contact_id is not None]
    await tx.prefetch(CONTACT_COPIES, ids)
    copies = [await tx.get(CONTACT_COPIES, each) for each in ids]
    contacts = {
        copy.id: replace(copy, city_id=await standing_id(tx, CityId(copy.city_id)))
        for copy in copies
        if copy is not None
    }
    city_id = await standing_id(tx, delegation.city_id)
    domain.require_own_contacts(city_id, entries, contacts)
    new_ids = tuple(DelegateId(new_id("dgt")) for _ in entries)
    change = Change(who.subject, tx.now)
    named, event = domain.name_delegates(delegation, entries, new_ids, change)
    return tx.save(DELEGATIONS, named, *([event] if event else []))


async def confirm_delegation(
    tx: Tx, who: Principal, id_: DelegationId, expected: int
) -> Delegation:
    """Take the delegates as final.

    Raises:
        DelegationNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        ActivityCancelled: 409.
        DelegationCancelled: 409.
        DelegationConfirmed: 409.
        DelegationEmpty: 409.
    """
    delegation = await _owned(tx, who, id_, expected)
    require_planned(await _activity(tx, delegation.activity_id))
    confirmed, event = domain.confirm(delegation, Change(who.subject, tx.now))
    return tx.save(DELEGATIONS, confirmed, event)


async def cancel_delegation(
    tx: Tx, who: Principal, id_: DelegationId, expected: int, reason: str | None
) -> Delegation:
    """Send nobody after all.

    Raises:
        DelegationNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        DelegationCancelled: 409.
    """
    delegation = await _owned(tx, who, id_, expected)
    guests = await touched_guests(tx, delegation.activity_id)
    change = Change(who.subject, tx.now)
    cancelled, listed, event = domain.cancel_delegation(delegation, reason, guests, change)
    tx.put(GUEST_LISTS, listed)
    return tx.save(DELEGATIONS, cancelled, event)


async def erase_delegate(tx: Tx, who: Principal, id_: DelegateId, expected: int) -> Delegation:
    """Forget who a delegate is; ``expected`` is the version of the delegation.

    Raises:
        DelegateNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
    """
    delegation = await delegation_with(tx, id_)
    if delegation is None:
        raise DelegateNotFound
    await _require_own(tx, who, delegation)
    require_version(delegation.version, expected)
    change = Change(who.subject, tx.now)
    erased, event = domain.erase_delegate(delegation, id_, change)
    return tx.save(DELEGATIONS, erased, *([event] if event else []))


async def _activity(tx: Tx, id_: ActivityId) -> Activity:
    activity = await tx.get(ACTIVITIES, id_)
    if activity is None:
        raise ActivityNotFound
    return activity


async def _owned(tx: Tx, who: Principal, id_: DelegationId, expected: int) -> Delegation:
    delegation = await tx.get(DELEGATIONS, id_)
    if delegation is None:
        raise DelegationNotFound
    await _require_own(tx, who, delegation)
    require_version(delegation.version, expected)
    return delegation


async def _require_own(tx: Tx, who: Principal, delegation: Delegation) -> None:
    """Let pass who acts for the city, or for the record that stands for it by now."""
    if not may_act_for(who, delegation.city_id):
        require_city(who, await standing_id(tx, delegation.city_id))
