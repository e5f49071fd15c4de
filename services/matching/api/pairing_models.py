"""What goes in and out at `/v1/pairings`."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.matching.domain.pairings import (
    DeclineReason,
    Did,
    DissolveReason,
    Outcome,
    Pairing,
    Status,
)
from shared.auth import Principal, Role
from shared.contracts.matching import Side
from shared.ids import CityId, CityRef, ExchangeId, PairingId, ProposalId
from shared.web import Input, Output, Text, Version

MAX_SUMMARY_CHARS = 4000
"""Two pages: what a final report says first."""


class AcceptInput(Input):
    """A yes; `side` where the caller acts for both cities, as officers do."""

    side: Side | None = None


class DeclineInput(Input):
    """A no, with a reason from the list; `side` where the caller acts for both cities."""

    reason: DeclineReason
    note: Text | None = None
    side: Side | None = None


class DissolveInput(Input):
    """An end before its time, with a reason from the list."""

    reason: DissolveReason
    note: Text | None = None


class SuspendInput(Input):
    """A pause, and why."""

    reason: Text


class ConcludeInput(Input):
    """A planned end, and what the cooperation leaves."""

    summary: Annotated[str, Field(min_length=1, max_length=MAX_SUMMARY_CHARS)]
    memorandum: bool = False
    """Whether the cities signed a memorandum of understanding."""
    memorandum_on: date | None = None
    """When; not in the future."""

    def outcome(self) -> Outcome:
        """Give it as the domain has it."""
        return Outcome(self.summary, self.memorandum, self.memorandum_on)


class ReplaceInput(Input):
    """Another city in the place of one partner, admitted to the exchange or in its reserve."""

    side: Side
    """The side whose city goes."""
    city_id: CityRef
    """The city that comes in."""
    reason: Text


class StepOut(Output):
    """One thing that was done about a pairing."""

    what: Did
    at: datetime
    side: Side | None
    """None where the programme team acted."""
    by: str | None = None
    """The subject of who did it; for officers only."""
    note: str | None = None
    """For officers only."""


class ConclusionOut(Output):
    """What a concluded cooperation leaves."""

    summary: str
    memorandum: bool
    memorandum_on: date | None
    at: datetime


class PairingOut(Output):
    """A cooperation of two cities; a name is null until the registry has told of it."""

    id: PairingId
    exchange_id: ExchangeId
    proposal_id: ProposalId
    eu_city_id: CityId
    eu_city_name: str | None
    partner_city_id: CityId
    partner_city_name: str | None
    topics: tuple[str, ...]
    status: Status
    accepted_by: tuple[Side, ...]
    dissolved_reason: str | None
    answer_by: datetime | None
    """When the answers are due; null for pairings from before there was a date."""
    time_zone: str | None
    """`answer_by` is 23:59 there."""
    unanswered: tuple[Side, ...]
    """Sides whose answer is awaited."""
    replaces: PairingId | None
    replaced_by: PairingId | None
    conclusion: ConclusionOut | None
    history: tuple[StepOut, ...]
    version: Version

    @classmethod
    def of(cls, pairing: Pairing, names: dict[str, str], who: Principal) -> "PairingOut":
        """Show a pairing; notes and who acted are for officers only."""
        team = Role.OFFICER in who.roles
        return cls(
            id=pairing.id,
            exchange_id=pairing.exchange_id,
            proposal_id=pairing.proposal_id,
            eu_city_id=pairing.eu_city_id,
            eu_city_name=names.get(pairing.eu_city_id),
            partner_city_id=pairing.partner_city_id,
            partner_city_name=names.get(pairing.partner_city_id),
            topics=pairing.topics,
            status=pairing.status,
            accepted_by=pairing.accepted_by,
            dissolved_reason=pairing.dissolved_reason,
            answer_by=pairing.answer_by,
            time_zone=pairing.time_zone,
            unanswered=pairing.unanswered(),
            replaces=pairing.replaces,
            replaced_by=pairing.replaced_by,
            conclusion=pairing.conclusion
            and ConclusionOut.model_validate(pairing.conclusion, from_attributes=True),
            history=tuple(
                StepOut(
                    what=step.what,
                    at=step.at,
                    side=step.side,
                    by=step.by if team else None,
                    note=step.note if team else None,
                )
                for step in pairing.history
            ),
            version=pairing.version,
        )
