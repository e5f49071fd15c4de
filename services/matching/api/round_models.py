"""What goes in and out at `/v1/rounds`."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.matching.api.rule_models import RulesModel, WeightsModel
from services.matching.domain.rounds import Decision, Figures, Kind, Round, Stage
from services.matching.store import RoundProgress
from services.matching.usecases.rounds import RequestRound
from services.matching.usecases.whatifs import RequestWhatIf
from shared.auth import Principal, Role
from shared.ids import (
    CityId,
    CityRef,
    ExchangeId,
    ExchangeRef,
    RoundId,
    TopicRef,
    id_pattern,
)
from shared.web import Input, Output, Text, Version

MAX_DECISIONS = 2000
"""Locks or vetoes of one round: a pair per city at most sizes."""

MAX_TOPICS = 6
"""Pairings of the record carry 1 to 6 topics."""


class DecisionModel(Input):
    """A lock or a veto: a pair, and why it is decided."""

    eu_city_id: CityRef
    partner_city_id: CityRef
    reason: Text

    def decision(self) -> Decision:
        """Give it as the domain has it."""
        return Decision(self.eu_city_id, self.partner_city_id, self.reason)


class LockModel(DecisionModel):
    """A pair that must be; `topics` where they are settled, else the score says."""

    topics: Annotated[tuple[TopicRef, ...], Field(max_length=MAX_TOPICS)] = ()

    def decision(self) -> Decision:
        """Give it as the domain has it."""
        return Decision(self.eu_city_id, self.partner_city_id, self.reason, self.topics)


Locks = Annotated[tuple[LockModel, ...], Field(max_length=MAX_DECISIONS)]
Vetoes = Annotated[tuple[DecisionModel, ...], Field(max_length=MAX_DECISIONS)]


class RoundInput(Input):
    """A round to solve over the cities that are admitted now."""

    exchange_id: ExchangeRef
    locks: Locks = ()
    vetoes: Vetoes = ()

    def command(self) -> RequestRound:
        """Give it as the use case takes it."""
        return RequestRound(
            self.exchange_id,
            locks=tuple(each.decision() for each in self.locks),
            vetoes=tuple(each.decision() for each in self.vetoes),
        )


class WhatIfInput(Input):
    """What to change of a round's inputs; what is left out stays as it was."""

    weights: WeightsModel | None = None
    rules: RulesModel | None = None
    """Replaces all rules: what is left out of them gets its default."""
    locks: Locks | None = None
    """Replaces all locks, also those that cities' answers have made."""
    vetoes: Vetoes | None = None

    def command(self, round_id: RoundId) -> RequestWhatIf:
        """Give it as the use case takes it."""
        return RequestWhatIf(
            base_round_id=round_id,
            weights=self.weights.weights() if self.weights else None,
            rules=self.rules.rules() if self.rules else None,
            locks=None if self.locks is None else tuple(e.decision() for e in self.locks),
            vetoes=None if self.vetoes is None else tuple(e.decision() for e in self.vetoes),
        )


class DecisionOut(Output):
    """A lock or a veto with its reason."""

    eu_city_id: CityId
    partner_city_id: CityId
    reason: str
    topics: tuple[str, ...] = ()


class ProgressOut(Output):
    """How far the worker is: `share` from 0 to 1."""

    stage: Stage
    share: float
    at: datetime

    @classmethod
    def of(cls, progress: RoundProgress) -> "ProgressOut":
        """Show a worker's note."""
        return cls(stage=progress.stage, share=SHARES[progress.stage], at=progress.at)


class RuleOut(Output):
    """A rule that stands in the way: without it the others can hold."""

    kind: Literal["lock", "veto", "quota_least", "quota_most", "capacity", "candidates", "shape"]
    name: str
    """The quota's name, the city's id, or the pair's two ids with a blank between."""
    text: str
    limit: int | None
    """What its number would have to be for the others to hold; null where it has none."""


class RoundOut(Output):
    """One matching run; figures in integer units, where 1,000,000 is a perfect pair."""

    id: RoundId
    exchange_id: ExchangeId
    kind: Kind
    status: Literal["requested", "solved", "failed", "published", "cancelled"]
    base_round_id: RoundId | None
    """The round that a what-if asks about; else the one that stood published before."""
    automatic: bool
    """Whether the platform asked for it and publishes it, as a rule of the exchange says."""
    locks: tuple[DecisionOut, ...]
    vetoes: tuple[DecisionOut, ...]
    """For officers only."""
    pairs: int
    objective: int
    """Scores and bonuses of the chosen pairs."""
    upper_bound: int
    """What no choice under the round's rules can exceed; equal to `objective`: proven optimal."""
    free_objective: int
    """The optimum without any lock; the difference is what the locks cost."""
    free_pairs_kept: int
    """How many of the pairs the optimum without any lock has too."""
    score: int
    """Scores of the chosen pairs alone."""
    worst: int
    """The lowest score among the pairs that are not locked; 0 where there is none."""
    unique: bool
    """Whether no other choice is exactly as good."""
    blocking_count: int
    """Pairs of cities that would both rather have each other than what they got."""
    kept: int | None
    """Pairs that the base round has too; null where there is none to compare with."""
    gained: int | None
    lost: int | None
    requested_at: datetime
    finished_at: datetime | None
    published_at: datetime | None
    problem: str | None
    """Why it failed, in words."""
    conflict: tuple[RuleOut, ...]
    """Rules that can't all hold, where that is why; without any one of them the others can."""
    inputs_sha256: str
    """Of the stored inputs: the same ones, the same sum."""
    result_sha256: str | None
    """Of the stored result."""
    progress: ProgressOut | None = None
    version: Version

    @classmethod
    def of(cls, round_: Round, who: Principal, progress: RoundProgress | None = None) -> "RoundOut":
        """Show a round; what the programme team vetoed is for officers only."""
        officer = Role.OFFICER in who.roles
        figures = round_.figures
        return cls(
            id=round_.id,
            exchange_id=round_.exchange_id,
            kind=round_.kind,
            status=round_.status,
            base_round_id=round_.base_round_id,
            automatic=round_.automatic,
            locks=_decisions(round_.locks),
            vetoes=_decisions(round_.vetoes) if officer else (),
            **{name: getattr(figures, name) for name in _FIGURES},
            kept=round_.kept,
            gained=round_.gained,
            lost=round_.lost,
            requested_at=round_.requested_at,
            finished_at=round_.finished_at,
            published_at=round_.published_at,
            problem=round_.problem,
            conflict=tuple(
                RuleOut.model_validate(each, from_attributes=True) for each in round_.conflict
            ),
            inputs_sha256=round_.inputs_sha256,
            result_sha256=round_.result_sha256,
            progress=progress and ProgressOut.of(progress),
            version=round_.version,
        )

    def cities_of_problem(self) -> frozenset[str]:
        """Give the ids of the cities that the failure names."""
        texts = (self.problem or "", *(rule.text for rule in self.conflict))
        return frozenset(id_ for text in texts for id_ in _CITY.findall(text))

    def named(self, names: Mapping[str, str]) -> "RoundOut":
        """Give the same with cities called by name in the failure's sentences."""

        def told(text: str) -> str:
            return _CITY.sub(lambda found: names.get(found[0], found[0]), text)

        conflict = tuple(
            each.model_copy(update={"text": told(each.text)}) for each in self.conflict
        )
        problem = None if self.problem is None else told(self.problem)
        return self.model_copy(update={"problem": problem, "conflict": conflict})


def _decisions(decisions: tuple[Decision, ...]) -> tuple[DecisionOut, ...]:
    return tuple(DecisionOut.model_validate(each, from_attributes=True) for each in decisions)


_CITY = re.compile(id_pattern("cty").strip("^$"))
_FIGURES = tuple(field.name for field in fields(Figures))

SHARES: Mapping[Stage, float] = {
    "waiting": 0.0,
    "scoring": 0.1,
    "assignment": 0.2,
    "proof": 0.6,
    "reasons": 0.75,
    "saving": 0.9,
    "done": 1.0,
}
"""About how much of the time has gone by when a stage begins, at 500 cities a side."""
