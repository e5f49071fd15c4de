"""Rounds, the proposals that they make, and the pairings that come of them."""

from typing import ClassVar, Literal

from shared.contracts.event import Event, Part, State, Topic
from shared.contracts.matching.exchanges import Side

ROUNDS = Topic("matching.round.v1")
PROPOSALS = Topic("matching.proposal.v1")
PAIRINGS = Topic("matching.pairing.v1")


class RoundState(State):
    """One matching run over the admitted applications of an exchange."""

    exchange_id: str
    status: Literal["requested", "solved", "failed", "published"]
    pairs: int = 0
    objective: int = 0
    """Sum of the scores of the chosen pairs, in integer units (10⁶ is a perfect pair)."""
    upper_bound: int = 0
    """What the certificate proves that no assignment exceeds; equal to ``objective``: optimal."""
    locked_pairs: int = 0
    free_pairs_kept: int = 0
    """How many of the pairs the optimum without any lock has too."""
    problem: str | None = None
    """Why it failed, in words."""


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


class PairingState(State):
    """A cooperation of two cities, from the proposal on."""

    exchange_id: str
    proposal_id: str
    eu_city_id: str
    partner_city_id: str
    topics: tuple[str, ...]
    status: Literal[
        "proposed", "accepted_by_one_side", "active", "suspended", "concluded", "dissolved"
    ]
    accepted_by: tuple[Side, ...] = ()
    dissolved_reason: str | None = None


class PairingEvent(Event):
    """Any event of a pairing."""

    TOPIC: ClassVar[Topic] = PAIRINGS
    state: PairingState


class PairingProposedV1(PairingEvent):
    """A pairing awaits the answers of both cities."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.proposed.v1"


class PairingAcceptedV1(PairingEvent):
    """The first of the two cities accepted."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.accepted.v1"


class PairingActivatedV1(PairingEvent):
    """The second city accepted too: the cooperation begins."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.activated.v1"


class PairingDissolvedV1(PairingEvent):
    """A pairing ended before its time, for a reason; a declined proposal ends so too."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.dissolved.v1"
