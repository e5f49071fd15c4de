"""Action plans: the two cities write them, each says how far its own actions are.

Promises that action items of activities come into the plan once, in whatever order their events
arrive, and follow the pairing when a partner is replaced.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.matching.domain import actions as plan
from services.matching.domain.actions import (
    MAX_ACTIONS,
    Action,
    Comment,
    Content,
    Item,
    Status,
    reminder,
)
from services.matching.domain.exchanges import deadline_of
from services.matching.domain.pairings import LIVE, Pairing
from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    ActionNotFound,
    ActionPlanFull,
    PairingEnded,
    PairingNotFound,
)
from services.matching.store import ACTIONS, PAIRINGS
from services.matching.usecases.pairings import exchange_of, sides_of
from services.matching.usecases.targets import Target, find, stamp
from shared.auth import SYSTEM, Principal, Role, require_city
from shared.ids import ActionId, ActionItemId, PairingId, new_id
from shared.unit_of_work import Tx
from shared.web import require_version


async def agree(tx: Tx, who: Principal, pairing_id: PairingId, content: Content) -> Action:
    """Take an action into the plan of a cooperation; by either city or the programme team.

    Raises:
        PairingNotFound: 404.
        PairingNotActive, ActionPlanFull: 409.
        ActionOwnerUnfit: 422.
    """
    pairing = await _pairing(tx, who, pairing_id)
    if len(await tx.find(ACTIONS, {"pairing_id": pairing_id}, limit=MAX_ACTIONS)) >= MAX_ACTIONS:
        raise ActionPlanFull
    due_at = await _due_at(tx, pairing, content)
    action = _new(ActionId(new_id("acn")), pairing, (content, due_at), stamp(tx, who))
    return tx.save(ACTIONS, *plan.agree(action, pairing))


Revise = Callable[[Content], Content]
"""Gives the new content from the one in force."""


async def revise(tx: Tx, who: Principal, target: Target, revise_: Revise) -> Action:
    """Change what, who or when; by either city or the programme team.

    Raises:
        ActionNotFound: 404.
        ActionFixed, ActionEnded: 409.
        ActionOwnerUnfit: 422.
    """
    action, pairing = await _own(tx, who, target)
    require_version(action.version, target.version)
    content = revise_(action.content)
    due_at = await _due_at(tx, pairing, content)
    revised, events = plan.revise(action, pairing, content, due_at, stamp(tx, who))
    return tx.save(ACTIONS, revised, *events)


@dataclass(frozen=True, slots=True)
class Move:
    """How far an action is, with what came of it or why it is dropped."""

    status: Status
    evidence: str | None = None


async def move(tx: Tx, who: Principal, target: Target, command: Move) -> Action:
    """Say how far an action is; by the city that owns it or the programme team.

    Raises:
        ActionNotFound: 404.
        Forbidden: 403.
        PairingEnded: it would be opened again where a partner was replaced (409).
        ActionEvidenceMissing: 422.
    """
    action = await find(tx, ACTIONS, target, ActionNotFound)
    require_city(who, action.content.owner_city_id)
    require_version(action.version, target.version)
    if not action.going and plan.goes_on(command.status):
        await _require_not_replaced(tx, action.pairing_id)
    moved, events = plan.move(action, command.status, command.evidence, stamp(tx, who))
    return tx.save(ACTIONS, moved, *events)


async def comment(tx: Tx, who: Principal, target: Target, text: str) -> Action:
    """Add a remark; by either city or the programme team.

    Raises:
        ActionNotFound: 404.
        ActionCommentsFull: 409.
    """
    action, pairing = await _own(tx, who, target)
    require_version(action.version, target.version)
    team = Role.OFFICER in who.roles
    city_id = None if team else pairing.city(sides_of(who, pairing)[0])
    said = Comment(text, who.subject, tx.now, city_id)
    return tx.save(ACTIONS, *plan.comment(action, said))


async def hear_of_item(tx: Tx, pairing_id: PairingId, item: Item, content: Content) -> bool:
    """Take over what an activity says of an action item; a late or repeated word changes nothing.

    Gives whether there is such a pairing: pairings are this service's own, so one that is not here
    will not come later.
    """
    id_, by = action_of(item.id), Stamp(SYSTEM.subject, tx.now)
    known = await tx.get(ACTIONS, id_)
    pairing = await _standing(tx, known.pairing_id if known else pairing_id)
    if pairing is None:
        return False
    due_at = await _due_at(tx, pairing, content)
    if known is None:
        new = _new(id_, pairing, (content, due_at), by)
        tx.save(ACTIONS, *plan.record(replace(new, item=item), by))
        return True
    heard, events = plan.hear_of_item(known, (item, content), due_at, by)
    tx.save(ACTIONS, heard, *events)
    return True


def action_of(item_id: ActionItemId) -> ActionId:
    """Give the one action that an activity's item can become."""
    return ActionId(f"acn_{item_id.partition('_')[2]}")


def require_plan(who: Principal, pairing: Pairing | None) -> Pairing:
    """Let pass who may read a pairing's plan: officers and the coordinators of its cities.

    Raises:
        PairingNotFound: 404.
        Forbidden: 403.
    """
    if pairing is None:
        raise PairingNotFound
    sides_of(who, pairing)
    return pairing


async def _standing(tx: Tx, pairing_id: PairingId) -> Pairing | None:
    """Give the pairing, or the active one that stands in its place now."""
    pairing = await tx.get(PAIRINGS, pairing_id)
    while pairing is not None and pairing.replaced_by is not None:
        later = await tx.get(PAIRINGS, pairing.replaced_by)
        if later is None or (later.status not in {"active", "suspended"} and not later.replaced_by):
            return pairing
        pairing = later
    return pairing


async def _require_not_replaced(tx: Tx, pairing_id: PairingId) -> None:
    """Let pass unless another pairing took this one's place: open actions went over, or will."""
    pairing = await tx.get(PAIRINGS, pairing_id)
    while pairing is not None and pairing.replaced_by is not None:
        pairing = await tx.get(PAIRINGS, pairing.replaced_by)
        if pairing is not None and pairing.status in LIVE:
            raise PairingEnded(f"{pairing.id} took its place: agree the action there.")


async def _pairing(tx: Tx, who: Principal, pairing_id: PairingId) -> Pairing:
    return require_plan(who, await tx.get(PAIRINGS, pairing_id))


async def _own(tx: Tx, who: Principal, target: Target) -> tuple[Action, Pairing]:
    action = await find(tx, ACTIONS, target, ActionNotFound)
    return action, await _pairing(tx, who, action.pairing_id)


def _new(
    id_: ActionId, pairing: Pairing, what: tuple[Content, datetime | None], by: Stamp
) -> Action:
    content, due_at = what
    return Action(
        id=id_,
        pairing_id=pairing.id,
        exchange_id=pairing.exchange_id,
        content=content,
        due_at=due_at,
        created_by=by.by,
        created_at=by.at,
        changed_by=by.by,
        changed_at=by.at,
        next_at=reminder(due_at, by.at),
    )


async def _due_at(tx: Tx, pairing: Pairing, content: Content) -> datetime | None:
    if content.due_on is None:
        return None
    exchange = await exchange_of(tx, pairing)
    return deadline_of(content.due_on, exchange.terms.time_zone)
