"""What the registry learns of programmes: which cities apply to which exchange, and with what end.

Promises: a late or repeated event changes nothing; each one that counts is kept among the changes
under its own id, so that counts of the past have it at its time.
"""

from services.registry.domain.manners import PARTICIPATION
from services.registry.domain.trail import Told, steps_of
from services.registry.store import (
    CHANGES,
    EXCHANGE_COPIES,
    PARTICIPATION_COPIES,
    ExchangeCopy,
    Participation,
)
from shared.contracts.matching import ApplicationEvent, ExchangeEvent
from shared.envelope import Message
from shared.unit_of_work import Tx


async def learn_exchange(tx: Tx, message: Message[ExchangeEvent]) -> None:
    """Keep which programme an exchange belongs to."""
    exchange = message.event.state
    copy = ExchangeCopy(exchange.id, message.sequence, exchange.programme_id)
    await tx.put_newer(EXCHANGE_COPIES, copy)


async def learn_participation(tx: Tx, message: Message[ApplicationEvent]) -> None:
    """Keep an application's state, and that it changed."""
    state, envelope = message.event.state, message.envelope
    copy = Participation(
        state.id,
        message.sequence,
        state.city_id,
        state.exchange_id,
        state.side,
        state.status,
        illustrative=state.illustrative,
    )
    before = await tx.get(PARTICIPATION_COPIES, copy.id)
    if not await tx.put_newer(PARTICIPATION_COPIES, copy):
        return
    known = PARTICIPATION_COPIES.document(before) if before else {}
    told = Told(envelope.id, envelope.type, message.sequence, envelope.time)
    for step in steps_of(PARTICIPATION, known, PARTICIPATION_COPIES.document(copy), [told]):
        tx.insert_row(CHANGES.name, CHANGES.document(step))
