"""Rounds: one matching run each, from the request to what the cities are told.

    requested ── worker ─▶ solved ── publish ─▶ published
        ├────────────────▶ failed, with the problem in words
        └── cancel ──────▶ cancelled

Promises that a what-if, which asks how another round would have come out, stays inside: it is never
published, and no event tells of it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    RoundCityNotAdmitted,
    RoundEnded,
    RoundIsWhatIf,
    RoundNotSolved,
    RoundPairsContradictory,
)
from services.matching.solver.problem import Pair
from services.matching.solver.solution import Infeasible, RuleRef, Solution
from shared.contracts.matching import (
    RoundCancelledV1,
    RoundEvent,
    RoundFailedV1,
    RoundPublishedV1,
    RoundRequestedV1,
    RoundSolvedV1,
    RoundState,
)
from shared.ids import ApplicationId, CityId, ExchangeId, PairingId, RoundId

Kind = Literal["regular", "rematch", "what_if"]
"""``regular``: over the admitted cities. ``rematch``: the reserve steps in where cities were left
alone. ``what_if``: over the inputs of another round with something changed."""

Stage = Literal["waiting", "scoring", "assignment", "proof", "reasons", "saving", "done"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the programme team decided of a pair: a lock or a veto, with its reason."""

    eu_city_id: CityId
    partner_city_id: CityId
    reason: str
    topics: tuple[str, ...] = ()
    """Of a lock: what the pair works on where that is settled; else the score says."""
    pairing_id: PairingId | None = None
    """The pairing whose answers make the decision; None where an officer decided."""

    @property
    def pair(self) -> Pair:
        """The pair that it is about."""
        return Pair(self.eu_city_id, self.partner_city_id)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a solved round has come to, in integer units."""

    pairs: int = 0
    objective: int = 0
    """Scores and bonuses of the chosen pairs."""
    upper_bound: int = 0
    free_objective: int = 0
    """The optimum without any lock: what the locks cost is the difference."""
    free_pairs_kept: int = 0
    score: int = 0
    """Scores of the chosen pairs alone."""
    worst: int = 0
    """The lowest score among the pairs that are not locked; 0 where there is none."""
    unique: bool = True
    blocking_count: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One matching run; its inputs and its result are stored beside it, by its id."""

    id: RoundId
    exchange_id: ExchangeId
    locks: tuple[Decision, ...]
    vetoes: tuple[Decision, ...]
    requested_by: str
    requested_at: datetime
    status: Literal["requested", "solved", "failed", "published", "cancelled"] = "requested"
    kind: Kind = "regular"
    base_round_id: RoundId | None = None
    """The round that a what-if asks about; else the one that stood published when it was asked for.
    A solved round is compared with it."""
    stand_ins: tuple[ApplicationId, ...] = ()
    """Applications of the reserve list that take part as if admitted."""
    automatic: bool = False
    """Whether the worker publishes it once it is solved."""
    figures: Figures = Figures()
    kept: int | None = None
    """How many pairs of the base round it has too; None where there is none to compare with."""
    gained: int | None = None
    lost: int | None = None
    finished_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None
    cancelled_by: str | None = None
    problem: str | None = None
    conflict: tuple[RuleRef, ...] = ()
    """Rules that can't all hold, where that is why it failed."""
    inputs_sha256: str = ""
    """Of the stored inputs, as hex; of the stored result, once there is one, in the next."""
    result_sha256: str | None = None
    version: int = 0
    """A what-if counts its own versions: it has no events."""


Cities = tuple[Collection[str], Collection[str]]
"""The ids of a round's EU cities and of its partner cities."""

Told = tuple[RoundEvent, ...]
"""The events of one change of a round; none of a what-if's."""


def request_round(round_: Round, cities: Cities) -> tuple[Round, Told]:
    """Ask for a round over these cities.

    Raises:
        RoundCityNotAdmitted, RoundPairsContradictory: a lock or veto can't be meant so (422).
    """
    _require_admitted(round_, cities)
    _require_consistent(round_)
    return _told(round_, RoundRequestedV1(state=public(round_)))


def solved(
    round_: Round, figures: Figures, compared: Sequence[int] | None, at: datetime
) -> tuple[Round, Told]:
    """Take the worker's result over; ``compared`` counts pairs kept, gained and lost."""
    kept, gained, lost = compared or (None, None, None)
    round_ = replace(
        round_,
        status="solved",
        figures=figures,
        kept=kept,
        gained=gained,
        lost=lost,
        finished_at=at,
    )
    return _told(round_, RoundSolvedV1(state=public(round_)))


def figures_of(solution: Solution) -> Figures:
    """Count what the solution has come to."""
    return Figures(
        pairs=len(solution.suggestions),
        objective=solution.certificate.objective,
        upper_bound=solution.certificate.upper_bound,
        free_objective=solution.free_objective,
        free_pairs_kept=sum(each.chosen_freely for each in solution.suggestions),
        score=sum(each.score for each in solution.suggestions),
        worst=solution.worst,
        unique=solution.unique,
        blocking_count=solution.blocking_count,
    )


def failed(round_: Round, why: Infeasible, at: datetime) -> tuple[Round, Told]:
    """Record that there is no answer, and why."""
    round_ = replace(
        round_, status="failed", problem=why.problem, conflict=why.conflict, finished_at=at
    )
    return _told(round_, RoundFailedV1(state=public(round_)))


def cancel(round_: Round, stamp: Stamp) -> tuple[Round, Told]:
    """Give up a round that nobody needs any more, also while it is being solved.

    Raises:
        RoundEnded: it is solved, failed, published or cancelled already (409).
    """
    if round_.status != "requested":
        raise RoundEnded(f"The round is {round_.status}.")
    round_ = replace(round_, status="cancelled", cancelled_by=stamp.by, finished_at=stamp.at)
    return _told(round_, RoundCancelledV1(state=public(round_), changed=("status",)))


def publish(round_: Round, stamp: Stamp) -> tuple[Round, Told]:
    """Put the round's proposals to the cities.

    Raises:
        RoundIsWhatIf, RoundNotSolved: 409.
    """
    if round_.kind == "what_if":
        raise RoundIsWhatIf
    if round_.status != "solved":
        raise RoundNotSolved(f"The round is {round_.status}.")
    round_ = replace(round_, status="published", published_by=stamp.by, published_at=stamp.at)
    return _told(round_, RoundPublishedV1(state=public(round_), changed=("status",)))


def public(round_: Round) -> RoundState:
    """Give the state that other services may copy."""
    figures = round_.figures
    return RoundState(
        id=round_.id,
        exchange_id=round_.exchange_id,
        status=round_.status,
        pairs=figures.pairs,
        objective=figures.objective,
        upper_bound=figures.upper_bound,
        locked_pairs=len(round_.locks),
        free_pairs_kept=figures.free_pairs_kept,
        problem=round_.problem,
        kind="rematch" if round_.kind == "rematch" else "regular",
    )


def _told(round_: Round, event: RoundEvent) -> tuple[Round, Told]:
    if round_.kind == "what_if":
        return replace(round_, version=round_.version + 1), ()
    return round_, (event,)


def _require_admitted(round_: Round, cities: Cities) -> None:
    eu, partner = map(frozenset, cities)
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
