"""Action items: what an activity agreed that a city of a pairing will do.

    recorded ── revise ─▶ recorded ── withdraw ─▶ withdrawn

Promises that this service keeps what was agreed; how far it is stands in the pairing's action plan,
which learns of it by event.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.events.domain.activities import require_planned
from services.events.domain.states import Activity, Change, PairingCopy
from services.events.errors import (
    ActionItemOwnerStray,
    ActionItemPairingStray,
    ActionItemWithdrawn,
)
from shared.contracts.events import (
    ActionItemRecordedV1,
    ActionItemRevisedV1,
    ActionItemState,
    ActionItemWithdrawnV1,
)
from shared.ids import ActionItemId, ActivityId, CityId, PairingId, TopicCode

MAX_ITEMS = 100
"""Per activity: a working meeting of a week has a dozen."""

_CONTENT = ("title", "owner_city_id", "topic", "due_on")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What, who and when."""

    title: str
    owner_city_id: CityId
    topic: TopicCode | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One thing that was agreed at an activity."""

    id: ActionItemId
    activity_id: ActivityId
    pairing_id: PairingId
    agreement: Agreement
    created: Change
    changed: Change
    status: Literal["recorded", "withdrawn"] = "recorded"
    version: int = 0


def record(
    item: ActionItem, activity: Activity, pairing: PairingCopy | None
) -> tuple[ActionItem, ActionItemRecordedV1]:
    """Write down what was agreed.

    Raises:
        ActivityCancelled: 409.
        ActionItemPairingStray, ActionItemOwnerStray: 422.
    """
    require_planned(activity)
    if item.pairing_id not in activity.pairing_ids:
        raise ActionItemPairingStray
    _require_owner(item.agreement, pairing)
    return item, ActionItemRecordedV1(state=_public(item))


def revise(
    item: ActionItem, agreement: Agreement, pairing: PairingCopy | None, change: Change
) -> tuple[ActionItem, tuple[ActionItemRevisedV1, ...]]:
    """Correct what was agreed; correcting nothing is no event.

    Raises:
        ActionItemWithdrawn: 409.
        ActionItemOwnerStray: 422.
    """
    _require_recorded(item)
    _require_owner(agreement, pairing)
    changed = tuple(
        name for name in _CONTENT if getattr(agreement, name) != getattr(item.agreement, name)
    )
    if not changed:
        return item, ()
    revised = replace(item, agreement=agreement, changed=change)
    return revised, (ActionItemRevisedV1(state=_public(revised), changed=changed),)


def withdraw(item: ActionItem, change: Change) -> tuple[ActionItem, ActionItemWithdrawnV1]:
    """Take back what was noted in error.

    Raises:
        ActionItemWithdrawn: it was before (409).
    """
    _require_recorded(item)
    withdrawn = replace(item, status="withdrawn", changed=change)
    return withdrawn, ActionItemWithdrawnV1(state=_public(withdrawn), changed=("status",))


def _require_recorded(item: ActionItem) -> None:
    if item.status == "withdrawn":
        raise ActionItemWithdrawn


def _require_owner(agreement: Agreement, pairing: PairingCopy | None) -> None:
    """Let pass a city of the pairing; of one whose cities are not known yet, any."""
    if pairing and pairing.city_ids and agreement.owner_city_id not in pairing.city_ids:
        raise ActionItemOwnerStray


def _public(item: ActionItem) -> ActionItemState:
    return ActionItemState(
        id=item.id,
        activity_id=item.activity_id,
        pairing_id=item.pairing_id,
        owner_city_id=item.agreement.owner_city_id,
        title=item.agreement.title,
        topic=item.agreement.topic,
        due_on=item.agreement.due_on,
        status=item.status,
    )
