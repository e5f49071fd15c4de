"""What happens because a date came: pairings lapse, cities and owners of actions are reminded.

Promises that it happens once, whoever looks and however often: what has changed since it was found
is judged anew in the transaction that writes it.
"""

from collections.abc import Sequence

from services.matching.domain import actions, pairings
from services.matching.domain.programmes import Stamp
from services.matching.store import ACTIONS, PAIRINGS
from services.matching.usecases.consent import leave_vacancy
from services.matching.usecases.pairings import exchange_of
from shared.auth import SYSTEM
from shared.ids import ActionId, PairingId
from shared.unit_of_work import Tx


async def let_dates_pass(tx: Tx, pairing_ids: Sequence[PairingId]) -> int:
    """Remind of pairings whose answers are due soon, end those whose date has passed; count both.

    What a lapse leaves is to be matched anew.
    """
    by, done = Stamp(SYSTEM.subject, tx.now), 0
    await tx.prefetch(PAIRINGS, pairing_ids)
    for id_ in pairing_ids:
        pairing = await tx.get(PAIRINGS, id_)
        if pairing is None:
            continue
        lapsed, events = pairings.lapse(pairing, by)
        if events and lapsed.replaces is None:
            leave_vacancy(tx, lapsed, await exchange_of(tx, lapsed))
        if not events:
            lapsed, events = pairings.remind(pairing, by)
        tx.save(PAIRINGS, lapsed, *events)
        done += len(events)
    return done


async def remind_of_actions(tx: Tx, action_ids: Sequence[ActionId]) -> int:
    """Remind the owners of actions that are due soon; count them."""
    by, done = Stamp(SYSTEM.subject, tx.now), 0
    await tx.prefetch(ACTIONS, action_ids)
    for id_ in action_ids:
        action = await tx.get(ACTIONS, id_)
        if action is not None:
            reminded, events = actions.remind(action, by)
            tx.save(ACTIONS, reminded, *events)
            done += len(events)
    return done
