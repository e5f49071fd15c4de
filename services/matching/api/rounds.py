"""`/v1/rounds`: asked for by officers, solved by the worker, published by officers."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.parts import Part
from services.matching.domain.rounds import Decision, Round
from services.matching.solver.solution import Certificate
from services.matching.store import (
    ROUND_CERTIFICATES,
    ROUND_PROGRESS,
    ROUNDS,
    RoundProgress,
    list_states,
)
from services.matching.usecases import rounds as usecases
from services.matching.usecases.targets import Target
from shared.auth import Anyone, Officer, Principal, Role
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityId, CityRef, ExchangeId, ExchangeRef, RoundId, RoundRef, TopicRef
from shared.paging import Page
from shared.web import IfMatch, Input, Output, Text, Version

ROUTES = APIRouter(prefix="/v1/rounds", tags=["rounds"])

MAX_DECISIONS = 2000
"""Locks or vetoes of one round: a pair per city at most sizes."""

MAX_TOPICS = 6
"""Pairings of the record carry 1 to 6 topics."""


class DecisionModel(Input):
    """A lock or a veto: a pair, and why it is decided."""

    eu_city_id: CityRef
    partner_city_id: CityRef
    reason: Text


class LockModel(DecisionModel):
    """A pair that must be; `topics` where they are settled, else the score says."""

    topics: Annotated[tuple[TopicRef, ...], Field(max_length=MAX_TOPICS)] = ()


class RoundInput(Input):
    """A round to solve over the cities that are admitted now."""

    exchange_id: ExchangeRef
    locks: Annotated[tuple[LockModel, ...], Field(max_length=MAX_DECISIONS)] = ()
    vetoes: Annotated[tuple[DecisionModel, ...], Field(max_length=MAX_DECISIONS)] = ()

    def command(self) -> usecases.RequestRound:
        """Give it as the use case takes it."""
        locks = (Decision(e.eu_city_id, e.partner_city_id, e.reason, e.topics) for e in self.locks)
        vetoes = (Decision(e.eu_city_id, e.partner_city_id, e.reason) for e in self.vetoes)
        return usecases.RequestRound(self.exchange_id, tuple(locks), tuple(vetoes))


class DecisionOut(Output):
    """A lock or a veto with its reason."""

    eu_city_id: CityId
    partner_city_id: CityId
    reason: str
    topics: tuple[str, ...] = ()


class DualOut(Output):
    """What one more place of a city would be worth, in integer units."""

    city_id: str
    points: int


class QuotaDualOut(Output):
    """What one more pair within a quota would be worth: below 0 where its `least` binds."""

    name: str
    points: int


class StepOut(Output):
    """One proven claim: no choice among pairs scored `floor` or more exceeds `upper_bound`."""

    goal: Literal["pairs", "worst", "score"]
    floor: int
    per_pair: int
    objective: int
    upper_bound: int
    eu: tuple[DualOut, ...]
    partner: tuple[DualOut, ...]
    quotas: tuple[QuotaDualOut, ...] = ()


class CertificateOut(Output):
    """The proof: sums of score and bonus, a bound on them, and the steps that prove it."""

    objective: int
    upper_bound: int
    steps: tuple[StepOut, ...]


class ProgressOut(Output):
    """How far the worker is: `share` from 0 to 1."""

    stage: Literal["waiting", "solving", "done"]
    share: float
    at: datetime


class RoundOut(Output):
    """One matching run; figures in integer units, where 1,000,000 is a perfect pair."""

    id: RoundId
    exchange_id: ExchangeId
    status: Literal["requested", "solved", "failed", "published"]
    locks: tuple[DecisionOut, ...]
    vetoes: tuple[DecisionOut, ...]
    """For officers only."""
    pairs: int
    objective: int
    upper_bound: int
    """Equal to `objective`: proven optimal."""
    free_objective: int
    """The optimum without any lock; the difference is what the locks cost."""
    free_pairs_kept: int
    """How many of the pairs the optimum without any lock has too."""
    requested_at: datetime
    finished_at: datetime | None
    published_at: datetime | None
    problem: str | None
    """Why it failed, in words."""
    progress: ProgressOut | None = None
    certificate: CertificateOut | None = None
    version: Version

    @classmethod
    def of(
        cls,
        round_: Round,
        who: Principal,
        progress: RoundProgress | None = None,
        certificate: Certificate | None = None,
    ) -> "RoundOut":
        """Show a round; what the programme team vetoed is for officers only."""
        proof = certificate and CertificateOut.model_validate(certificate, from_attributes=True)
        shown = cls.model_validate(round_, from_attributes=True)
        return shown.model_copy(
            update={
                "progress": progress and _progress(progress),
                "certificate": proof,
                "vetoes": shown.vetoes if Role.OFFICER in who.roles else (),
            }
        )


@ROUTES.post("", status_code=202, response_model=RoundOut)
async def request_round(
    body: RoundInput, mongo: Database, who: Officer, request: IdempotencyKey
) -> Response:
    """Ask for a round; follow `Location` until its status is `solved` or `failed`."""
    command = body.command()

    def taken(round_: Round) -> Answer:
        location = f"/v1/rounds/{round_.id}"
        return Answer(RoundOut.of(round_, who), round_.version, 202, location)

    return await run_once(mongo, request, lambda tx: usecases.request(tx, who, command), taken)


@ROUTES.get("")
async def list_rounds(
    mongo: Database, who: Anyone, exchange_id: ExchangeRef, part: Part
) -> Page[RoundOut]:
    """List the rounds of an exchange, oldest first: officers all, others the published ones."""
    status = None if Role.OFFICER in who.roles else "published"
    filters = {"exchange_id": exchange_id, "status": status}
    rows, following = await list_states(mongo, ROUNDS, filters, part)
    return Page(items=[RoundOut.of(each, who) for each in rows], next=following)


@ROUTES.get("/{round_id}", response_model=RoundOut)
async def read_round(round_id: RoundRef, mongo: Database, who: Anyone) -> Response:
    """Read one round with its progress and its certificate."""
    round_ = usecases.require_round(who, await mongo.get(ROUNDS, round_id))
    progress = await mongo.get(ROUND_PROGRESS, round_id)
    proof = await mongo.get(ROUND_CERTIFICATES, round_id)
    body = RoundOut.of(round_, who, progress, proof.certificate if proof else None)
    return respond(Answer(body, round_.version))


@ROUTES.post("/{round_id}/publish", response_model=RoundOut)
async def publish_round(
    round_id: RoundRef, mongo: Database, who: Officer, version: IfMatch
) -> Response:
    """Put the round's proposals to the cities; each new pair becomes a proposed pairing."""
    target = Target(round_id, version)
    round_ = await run(mongo, lambda tx: usecases.publish(tx, who, target))
    return respond(Answer(RoundOut.of(round_, who), round_.version))


_SHARES = {"waiting": 0.0, "solving": 0.5, "done": 1.0}


def _progress(progress: RoundProgress) -> ProgressOut:
    return ProgressOut(stage=progress.stage, share=_SHARES[progress.stage], at=progress.at)
