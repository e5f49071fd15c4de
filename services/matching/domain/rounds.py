"""Rounds and the proposals that they make.

    requested ── worker ─▶ solved ── publish ─▶ published
        └────────────────▶ failed, with the problem in words

Promises that a proposal is public only once its round is published.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    RoundCityNotAdmitted,
    RoundNotSolved,
    RoundPairsContradictory,
)
from services.matching.solver.problem import Pair, Problem
from services.matching.solver.solution import Part, Solution, Suggestion
from shared.contracts.matching import (
    ProposalPublishedV1,
    ProposalState,
    ProposalSupersededV1,
    RoundFailedV1,
    RoundPublishedV1,
    RoundRequestedV1,
    RoundSolvedV1,
    RoundState,
    ScorePart,
)
from shared.ids import CityId, ExchangeId, ProposalId, RoundId

MAX_TOPICS = 4
"""Pairs of the record have 1 to 6 topics, usually 2 to 4: more are no focus."""

_TOPIC = "topic:"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the programme team decided of a pair: a lock or a veto, with its reason."""

    eu_city_id: CityId
    partner_city_id: CityId
    reason: str
    topics: tuple[str, ...] = ()
    """Of a lock: what the pair works on where that is settled; else the score says."""

    @property
    def pair(self) -> Pair:
        """The pair that it is about."""
        return Pair(self.eu_city_id, self.partner_city_id)


@dataclass(frozen=True, slots=True)
class Round:
    """One matching run; its inputs and its certificate are stored beside it, by its id."""

    id: RoundId
    exchange_id: ExchangeId
    locks: tuple[Decision, ...]
    vetoes: tuple[Decision, ...]
    requested_by: str
    requested_at: datetime
    status: Literal["requested", "solved", "failed", "published"] = "requested"
    pairs: int = 0
    objective: int = 0
    upper_bound: int = 0
    free_objective: int = 0
    """The optimum without any lock: what the locks cost is the difference."""
    free_pairs_kept: int = 0
    finished_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None
    problem: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggested pair in a round; ``parts`` sum exactly to ``score``."""

    id: ProposalId
    round_id: RoundId
    exchange_id: ExchangeId
    eu_city_id: CityId
    partner_city_id: CityId
    score: int
    parts: tuple[Part, ...]
    topics: tuple[str, ...]
    locked: bool
    lock_reason: str | None
    chosen_freely: bool
    runner_up_city_id: str | None
    status: Literal["suggested", "published", "superseded"] = "suggested"
    version: int = 0

    @property
    def pair(self) -> Pair:
        """The pair that is suggested."""
        return Pair(self.eu_city_id, self.partner_city_id)


def request_round(round_: Round, problem: Problem) -> tuple[Round, RoundRequestedV1]:
    """Ask for a round over the problem's cities.

    Raises:
        RoundCityNotAdmitted, RoundPairsContradictory: a lock or veto can't be meant so (422).
    """
    _require_admitted(round_, problem)
    _require_consistent(round_)
    return round_, RoundRequestedV1(state=public(round_))


def solved(round_: Round, solution: Solution, at: datetime) -> tuple[Round, RoundSolvedV1]:
    """Take the worker's solution over into the round."""
    round_ = replace(
        round_,
        status="solved",
        pairs=len(solution.suggestions),
        objective=solution.certificate.objective,
        upper_bound=solution.certificate.upper_bound,
        free_objective=solution.free_objective,
        free_pairs_kept=sum(each.chosen_freely for each in solution.suggestions),
        finished_at=at,
    )
    return round_, RoundSolvedV1(state=public(round_))


def failed(round_: Round, problem: str, at: datetime) -> tuple[Round, RoundFailedV1]:
    """Record that there is no answer, and why."""
    round_ = replace(round_, status="failed", problem=problem, finished_at=at)
    return round_, RoundFailedV1(state=public(round_))


def publish(round_: Round, stamp: Stamp) -> tuple[Round, RoundPublishedV1]:
    """Put the round's proposals to the cities.

    Raises:
        RoundNotSolved: 409.
    """
    if round_.status != "solved":
        raise RoundNotSolved(f"The round is {round_.status}.")
    round_ = replace(round_, status="published", published_by=stamp.by, published_at=stamp.at)
    return round_, RoundPublishedV1(state=public(round_), changed=("status",))


def propose(round_: Round, suggestion: Suggestion, id_: ProposalId) -> Proposal:
    """Make a proposal of a suggestion; the topics of a lock come before those of the score."""
    locks: Mapping[Pair, Decision] = {lock.pair: lock for lock in round_.locks}
    lock = locks.get(suggestion.pair)
    scored = [
        part.name.removeprefix(_TOPIC)
        for part in sorted(suggestion.parts, key=lambda part: -part.points)
        if part.name.startswith(_TOPIC) and part.points > 0
    ]
    return Proposal(
        id=id_,
        round_id=round_.id,
        exchange_id=round_.exchange_id,
        eu_city_id=CityId(suggestion.pair.eu_city_id),
        partner_city_id=CityId(suggestion.pair.partner_city_id),
        score=suggestion.score,
        parts=suggestion.parts,
        topics=(lock.topics if lock else ()) or tuple(scored[:MAX_TOPICS]),
        locked=suggestion.locked,
        lock_reason=lock.reason if lock else None,
        chosen_freely=suggestion.chosen_freely,
        runner_up_city_id=suggestion.runner_up_city_id,
    )


def publish_proposal(proposal: Proposal) -> tuple[Proposal, ProposalPublishedV1]:
    """Put the pair to both cities."""
    proposal = replace(proposal, status="published")
    return proposal, ProposalPublishedV1(state=public_proposal(proposal))


def supersede(proposal: Proposal) -> tuple[Proposal, ProposalSupersededV1]:
    """Let a later round's proposals stand in place of this one."""
    proposal = replace(proposal, status="superseded")
    return proposal, ProposalSupersededV1(state=public_proposal(proposal), changed=("status",))


def public(round_: Round) -> RoundState:
    """Give the state that other services may copy."""
    return RoundState(
        id=round_.id,
        exchange_id=round_.exchange_id,
        status=round_.status,
        pairs=round_.pairs,
        objective=round_.objective,
        upper_bound=round_.upper_bound,
        locked_pairs=len(round_.locks),
        free_pairs_kept=round_.free_pairs_kept,
        problem=round_.problem,
    )


def public_proposal(proposal: Proposal) -> ProposalState:
    """Give the state that other services may copy."""
    return ProposalState(
        id=proposal.id,
        round_id=proposal.round_id,
        exchange_id=proposal.exchange_id,
        eu_city_id=proposal.eu_city_id,
        partner_city_id=proposal.partner_city_id,
        score=proposal.score,
        parts=tuple(ScorePart(name=part.name, points=part.points) for part in proposal.parts),
        topics=proposal.topics,
        locked=proposal.locked,
        chosen_freely=proposal.chosen_freely,
        status=proposal.status,
        runner_up_city_id=proposal.runner_up_city_id,
    )


def _require_admitted(round_: Round, problem: Problem) -> None:
    eu, partner = {city.id for city in problem.eu}, {city.id for city in problem.partner}
    outside = [
        f"/{name}/{place}/{field}"
        for name, decisions in _named(round_)
        for place, decision in enumerate(decisions)
        for field, city_id, side in (
            ("eu_city_id", decision.eu_city_id, eu),
            ("partner_city_id", decision.partner_city_id, partner),
        )
        if city_id not in side
    ]
    if outside:
        raise RoundCityNotAdmitted(tuple(outside))


def _require_consistent(round_: Round) -> None:
    named = _named(round_)
    counts = Counter(decision.pair for _, decisions in named for decision in decisions)
    twice = [
        f"/{name}/{place}"
        for name, decisions in named
        for place, decision in enumerate(decisions)
        if counts[decision.pair] > 1
    ]
    if twice:
        raise RoundPairsContradictory(tuple(twice))


def _named(round_: Round) -> Sequence[tuple[str, Iterable[Decision]]]:
    return (("locks", round_.locks), ("vetoes", round_.vetoes))
