"""Rounds, and the proposals that they make."""

from typing import ClassVar, Literal

from shared.contracts.event import Event, Part, State, Topic

ROUNDS = Topic("matching.round.v1")
PROPOSALS = Topic("matching.proposal.v1")


class RoundState(State):
    """One matching run over the admitted applications of an exchange."""

    exchange_id: str
    status: Literal["requested", "solved", "failed", "published", "cancelled"]
    pairs: int = 0
    objective: int = 0
    """Sum of what the chosen pairs count, in integer units (10⁶ is a perfect pair)."""
    upper_bound: int = 0
    """What the certificate proves that no assignment exceeds; equal to ``objective``: optimal."""
    locked_pairs: int = 0
    free_pairs_kept: int = 0
    """How many of the pairs the optimum without any lock has too."""
    problem: str | None = None
    """Why it failed, in words."""
    kind: Literal["regular", "rematch"] = "regular"
    """``rematch``: the reserve steps in where cities were left alone."""


class RoundEvent(Event):
    """Any event of a round."""

    TOPIC: ClassVar[Topic] = ROUNDS
    state: RoundState


class RoundRequestedV1(RoundEvent):
    """An officer asked for a round; its inputs are stored."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.round.requested.v1"


class RoundSolvedV1(RoundEvent):
    """The round is solved to proven optimality; its proposals are with the officers."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.round.solved.v1"


class RoundFailedV1(RoundEvent):
    """The round has no answer; ``problem`` says why."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.round.failed.v1"


class RoundCancelledV1(RoundEvent):
    """The round was given up before it was solved; nothing comes of it."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.round.cancelled.v1"


class RoundPublishedV1(RoundEvent):
    """The proposals of the round went to the cities."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.round.published.v1"


class ScorePart(Part):
    """One reason of a score; the parts of a proposal sum exactly to its score."""

    name: str
    """``topic:<code>``, ``peer``, ``size``, ``language`` or ``zone``."""
    points: int


class ProposalState(State):
    """A suggested pair in a round."""

    round_id: str
    exchange_id: str
    eu_city_id: str
    partner_city_id: str
    score: int
    parts: tuple[ScorePart, ...]
    topics: tuple[str, ...]
    locked: bool
    """Whether the programme team had decided the pair before the round."""
    chosen_freely: bool = False
    """Whether the optimum without any lock has the pair too."""
    status: Literal["suggested", "published", "superseded"]
    runner_up_city_id: str | None = None
    """The EU city's best other candidate."""
    hub_city_id: str | None = None
    """The hub of its group, in trios and mentor groups: pairs of one group share it."""


class ProposalEvent(Event):
    """Any event of a proposal."""

    TOPIC: ClassVar[Topic] = PROPOSALS
    state: ProposalState


class ProposalPublishedV1(ProposalEvent):
    """The pair was put to both cities."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.proposal.published.v1"


class ProposalSupersededV1(ProposalEvent):
    """A later round of the exchange was published: its proposals stand in place of this one."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.proposal.superseded.v1"
