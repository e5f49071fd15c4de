"""Saying the tombstones of erased people once more, so that the contacts topic forgets them too.

Promises: each erasure is followed by one repetition, however many processes look for it and
whichever dies: the note that it is due goes in the transaction that says it.
"""

from datetime import timedelta
from typing import Final

from services.registry.domain.contacts import erase_again
from services.registry.store import CONTACTS, ERASURES, due_erasures
from services.registry.usecases.turns import author_of
from shared.auth.principal import SYSTEM
from shared.contracts.event import PERSONAL_SEGMENT_SECONDS
from shared.unit_of_work import Tx

REPEATED_AFTER: Final = timedelta(seconds=PERSONAL_SEGMENT_SECONDS, minutes=10)
"""A little more than the broker waits, since the clocks of its host and ours may differ."""

REPEATED_AT_ONCE: Final = 100
"""Tombstones in one transaction."""


async def repeat_erasures(tx: Tx) -> int:
    """Say the tombstones that are due again, up to 100 of them; give their number."""
    due = await due_erasures(tx, tx.now, REPEATED_AT_ONCE)
    await tx.prefetch(CONTACTS, [each.id for each in due])
    for each in due:
        contact = await tx.get(CONTACTS, each.id)
        if contact is not None:
            tx.save(CONTACTS, *erase_again(contact, author_of(tx, SYSTEM)))
        tx.delete(ERASURES, each.id)
    return len(due)
