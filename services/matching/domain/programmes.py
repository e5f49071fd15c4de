"""Programmes: the funded editions that exchanges belong to."""

from dataclasses import dataclass
from datetime import date, datetime

from services.matching.errors import ProgrammeDatesReversed
from shared.contracts.matching import ProgrammeCreatedV1, ProgrammeState
from shared.ids import ProgrammeId


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who did something, and when: the subject of the caller, and the transaction's time."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Programme:
    """A funded edition, from its first to its last day."""

    id: ProgrammeId
    name: str
    starts_on: date
    ends_on: date
    created_by: str
    created_at: datetime
    version: int = 0


def create_programme(programme: Programme) -> tuple[Programme, ProgrammeCreatedV1]:
    """Set up a programme.

    Raises:
        ProgrammeDatesReversed: it would end before it starts (422).
    """
    if programme.ends_on < programme.starts_on:
        raise ProgrammeDatesReversed
    state = ProgrammeState(
        id=programme.id,
        name=programme.name,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
    )
    return programme, ProgrammeCreatedV1(state=state)
