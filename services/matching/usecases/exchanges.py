"""Programmes and exchanges: all by officers."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.exchanges import (
    Exchange,
    close_call,
    extend_call,
    open_exchange,
    revise_exchange,
)
from services.matching.domain.programmes import Programme, create_programme
from services.matching.domain.terms import Changes, Terms
from services.matching.errors import ExchangeNotFound, ExchangeProgrammeUnknown
from services.matching.store import EXCHANGES, PROGRAMMES
from services.matching.usecases.targets import Target, stamp, take
from shared.auth import Principal, Role, require_role
from shared.ids import ExchangeId, ProgrammeId, new_id
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class CreateProgramme:
    """A programme to set up."""

    name: str
    starts_on: date
    ends_on: date


async def create(tx: Tx, who: Principal, command: CreateProgramme) -> Programme:
    """Set up a programme."""
    require_role(who, Role.OFFICER)
    programme, event = create_programme(
        Programme(
            id=ProgrammeId(new_id("prg")),
            name=command.name,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            created_by=who.subject,
            created_at=tx.now,
        )
    )
    return tx.save(PROGRAMMES, programme, event)


async def open_(tx: Tx, who: Principal, terms: Terms) -> Exchange:
    """Set up an exchange with an open call.

    Raises:
        ExchangeProgrammeUnknown: 422; and what ``open_exchange`` raises.
    """
    require_role(who, Role.OFFICER)
    if await tx.get(PROGRAMMES, terms.programme_id) is None:
        raise ExchangeProgrammeUnknown
    exchange, event = open_exchange(ExchangeId(new_id("exc")), terms, stamp(tx, who))
    return tx.save(EXCHANGES, exchange, event)


async def revise(tx: Tx, who: Principal, target: Target, changes: Changes) -> Exchange:
    """Change rules of an exchange."""
    require_role(who, Role.OFFICER)
    exchange = await take(tx, EXCHANGES, target, ExchangeNotFound)
    exchange, events = revise_exchange(exchange, changes, stamp(tx, who))
    return tx.save(EXCHANGES, exchange, *events)


@dataclass(frozen=True, slots=True)
class Extend:
    """A later deadline, and why."""

    deadline_date: date
    reason: str


async def extend(tx: Tx, who: Principal, target: Target, command: Extend) -> Exchange:
    """Move the deadline of a call to a later day."""
    require_role(who, Role.OFFICER)
    exchange = await take(tx, EXCHANGES, target, ExchangeNotFound)
    exchange, event = extend_call(exchange, command.deadline_date, command.reason, stamp(tx, who))
    return tx.save(EXCHANGES, exchange, event)


async def close(tx: Tx, who: Principal, target: Target) -> Exchange:
    """Close a call for good."""
    require_role(who, Role.OFFICER)
    exchange = await take(tx, EXCHANGES, target, ExchangeNotFound)
    exchange, event = close_call(exchange, stamp(tx, who))
    return tx.save(EXCHANGES, exchange, event)
