"""Planning, changing and cancelling activities, and flagging those whose pairing broke.

Promises that what two documents must agree on (hosts and guests, activities and pairings) is
written to one that both sides write, so that concurrent commands can't miss each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from services.events.domain import activities as domain
from services.events.domain.activities import ActivityPlan
from services.events.domain.agenda import with_ids
from services.events.domain.delegations import require_no_guests
from services.events.domain.states import Activity, Change, GuestList, PairingCopy
from services.events.errors import ActivityHostWithdrawn, ActivityNotFound
from services.events.store import ACTIVITIES, GUEST_LISTS, PAIRING_COPIES, cities, planned_with
from shared.auth import SYSTEM, Principal, may_act_for
from shared.errors import Forbidden
from shared.ids import ActivityId, CityId, PairingId, new_id
from shared.unit_of_work import Tx
from shared.web import require_version

Revise = Callable[[ActivityPlan], ActivityPlan]
"""Gives the new plan from the one in force."""


async def plan_activity(tx: Tx, who: Principal, plan: ActivityPlan) -> Activity:
    """Plan an activity; a coordinator acts for one of its hosts.

    Raises:
        Forbidden: 403.
        ActivityHostWithdrawn: 409.
        ActivityDatesInvalid: 422.
        ActivityAgendaInvalid: 422.
    """
    _require_host(who, plan.host_city_ids)
    await _require_registered(tx, plan.host_city_ids)
    pairings = await _watched(tx, plan.pairing_ids, new=plan.pairing_ids)
    named = replace(plan, agenda=with_ids(plan.agenda, None, _session_ids(plan)))
    id_ = ActivityId(new_id("act"))
    activity, event = domain.plan(named, pairings, Change(who.subject, tx.now), id_)
    return tx.save(ACTIVITIES, activity, event)


async def change_activity(
    tx: Tx, who: Principal, id_: ActivityId, expected: int, revise: Revise
) -> Activity:
    """Change what people decide about an activity; a coordinator hosts it before and after.

    Raises:
        ActivityNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        ActivityCancelled: 409.
        ActivityHostWithdrawn: 409.
        ActivityHostIsGuest: 409.
        ActivityDatesInvalid: 422.
        ActivityAgendaInvalid: 422.
    """
    activity = await _owned(tx, who, id_, expected)
    domain.require_planned(activity)
    plan = revise(domain.current_plan(activity))
    _require_host(who, plan.host_city_ids)
    hosts = [each for each in plan.host_city_ids if each not in activity.host_city_ids]
    if hosts:
        await _require_registered(tx, hosts)
        require_no_guests(hosts, await touched_guests(tx, id_))
    added = [each for each in plan.pairing_ids if each not in activity.pairing_ids]
    pairings = await _watched(tx, plan.pairing_ids, new=added)
    named = replace(plan, agenda=with_ids(plan.agenda, activity, _session_ids(plan)))
    change = Change(who.subject, tx.now)
    changed, event = domain.change_plan(activity, named, pairings, change)
    return tx.save(ACTIVITIES, changed, *([event] if event else []))


async def cancel_activity(
    tx: Tx, who: Principal, id_: ActivityId, expected: int, reason: str
) -> Activity:
    """Call an activity off, for a reason that everyone sees.

    Raises:
        ActivityNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        ActivityCancelled: 409.
    """
    activity = await _owned(tx, who, id_, expected)
    cancelled, event = domain.cancel(activity, reason, Change(who.subject, tx.now))
    await touched_guests(tx, id_)
    return tx.save(ACTIVITIES, cancelled, event)


async def touched_guests(tx: Tx, id_: ActivityId) -> GuestList:
    """Give an activity's list of guests, written anew so that others who write it must wait."""
    guests = await tx.get(GUEST_LISTS, id_) or GuestList(id_)
    touched = replace(guests, writes=guests.writes + 1)
    tx.put(GUEST_LISTS, touched)
    return touched


async def learn_pairing(tx: Tx, copy: PairingCopy) -> None:
    """Keep what a pairing's event says; one that was dissolved flags its planned activities."""
    known = await tx.get(PAIRING_COPIES, copy.id)
    kept = replace(copy, uses=known.uses if known else 0)
    if not await tx.put_newer(PAIRING_COPIES, kept) or copy.status != "dissolved":
        return
    for activity in await planned_with(tx, copy.id):
        flagged, event = domain.flag(activity, copy, Change(SYSTEM.subject, tx.now))
        tx.save(ACTIVITIES, flagged, *([event] if event else []))


async def _owned(tx: Tx, who: Principal, id_: ActivityId, expected: int) -> Activity:
    activity = await tx.get(ACTIVITIES, id_)
    if activity is None:
        raise ActivityNotFound
    _require_host(who, activity.host_city_ids)
    require_version(activity.version, expected)
    return activity


def _require_host(who: Principal, hosts: Iterable[CityId]) -> None:
    if not any(may_act_for(who, each) for each in hosts):
        raise Forbidden("You act for none of the host cities.")


async def _require_registered(tx: Tx, hosts: Iterable[CityId]) -> None:
    if any(city.status == "withdrawn" for city in await cities(tx, hosts)):
        raise ActivityHostWithdrawn


async def _watched(
    tx: Tx, ids: tuple[PairingId, ...], *, new: Iterable[PairingId]
) -> list[PairingCopy]:
    """Give the pairings, known or not; the new ones are written, to meet a dissolution."""
    await tx.prefetch(PAIRING_COPIES, ids)
    pairings = [await tx.get(PAIRING_COPIES, each) or PairingCopy(each) for each in ids]
    named = set(new)
    for each in pairings:
        if each.id in named:
            tx.put(PAIRING_COPIES, replace(each, uses=each.uses + 1))
    return pairings


def _session_ids(plan: ActivityPlan) -> list[str]:
    return [new_id("ses") for _ in plan.agenda]
