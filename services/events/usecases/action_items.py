"""Recording, correcting and taking back what activities agreed.

Promises that it is written by those who were there: officers, the hosts, the city that owns it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.events.domain import action_items as domain
from services.events.domain.action_items import MAX_ITEMS, ActionItem, Agreement
from services.events.domain.states import Activity, Change
from services.events.errors import (
    ActionItemLimitReached,
    ActionItemNotFound,
    ActivityNotFound,
)
from services.events.store import ACTION_ITEMS, ACTIVITIES, PAIRING_COPIES
from shared.auth import Principal, may_act_for
from shared.errors import Forbidden
from shared.ids import ActionItemId, ActivityId, CityId, PairingId, new_id
from shared.unit_of_work import Tx
from shared.web import require_version

Revise = Callable[[Agreement], Agreement]
"""Gives the new agreement from the one in force."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was agreed, at which activity and for which of its pairings."""

    activity_id: ActivityId
    pairing_id: PairingId
    agreement: Agreement


async def record_item(tx: Tx, who: Principal, command: Record) -> ActionItem:
    """Write down what was agreed.

    Raises:
        ActivityNotFound: 404.
        Forbidden: 403.
        ActivityCancelled, ActionItemLimitReached: 409.
        ActionItemPairingStray, ActionItemOwnerStray: 422.
    """
    activity = await _activity(tx, command.activity_id)
    _require_there(who, activity, command.agreement.owner_city_id)
    query = {"activity_id": activity.id}
    if len(await tx.find(ACTION_ITEMS, query, limit=MAX_ITEMS)) >= MAX_ITEMS:
        raise ActionItemLimitReached(f"An activity has at most {MAX_ITEMS} action items.")
    change = Change(who.subject, tx.now)
    item = ActionItem(
        id=ActionItemId(new_id("itm")),
        activity_id=activity.id,
        pairing_id=command.pairing_id,
        agreement=command.agreement,
        created=change,
        changed=change,
    )
    pairing = await tx.get(PAIRING_COPIES, command.pairing_id)
    return tx.save(ACTION_ITEMS, *domain.record(item, activity, pairing))


async def revise_item(
    tx: Tx, who: Principal, id_: ActionItemId, expected: int, revise: Revise
) -> ActionItem:
    """Correct what was agreed.

    Raises:
        ActionItemNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        ActionItemWithdrawn: 409.
        ActionItemOwnerStray: 422.
    """
    item = await _own(tx, who, id_, expected)
    pairing = await tx.get(PAIRING_COPIES, item.pairing_id)
    change = Change(who.subject, tx.now)
    revised, events = domain.revise(item, revise(item.agreement), pairing, change)
    return tx.save(ACTION_ITEMS, revised, *events)


async def withdraw_item(tx: Tx, who: Principal, id_: ActionItemId, expected: int) -> ActionItem:
    """Take back what was noted in error.

    Raises:
        ActionItemNotFound: 404.
        Forbidden: 403.
        StaleVersion: 412.
        ActionItemWithdrawn: 409.
    """
    item = await _own(tx, who, id_, expected)
    return tx.save(ACTION_ITEMS, *domain.withdraw(item, Change(who.subject, tx.now)))


async def _own(tx: Tx, who: Principal, id_: ActionItemId, expected: int) -> ActionItem:
    item = await tx.get(ACTION_ITEMS, id_)
    if item is None:
        raise ActionItemNotFound
    activity = await _activity(tx, item.activity_id)
    _require_there(who, activity, item.agreement.owner_city_id)
    require_version(item.version, expected)
    return item


async def _activity(tx: Tx, id_: ActivityId) -> Activity:
    activity = await tx.get(ACTIVITIES, id_)
    if activity is None:
        raise ActivityNotFound
    return activity


def _require_there(who: Principal, activity: Activity, owner: CityId) -> None:
    if not any(may_act_for(who, each) for each in (*activity.host_city_ids, owner)):
        raise Forbidden("You act neither for a host nor for the owner.")
