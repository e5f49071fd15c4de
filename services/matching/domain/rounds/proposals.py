"""Proposals: the pairs that a round suggests.

    suggested ── the round is published ─▶ published ── a later round is ─▶ superseded

Its status follows from its round's, and from which round of the exchange stands published: five
hundred proposals are published without a write to any of them. Promises that a proposal is public
only once its round is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.matching.domain.rounds.states import Decision, Round
from services.matching.solver.problem import Pair
from services.matching.solver.solution import Part, Suggestion
from shared.contracts.matching import (
    ProposalPublishedV1,
    ProposalState,
    ProposalSupersededV1,
    ScorePart,
)
from shared.ids import CityId, ExchangeId, ProposalId, RoundId

MAX_TOPICS = 4
"""Pairs of the record have 1 to 6 topics, usually 2 to 4: more are no focus."""

Status = Literal["suggested", "published", "superseded"]

_TOPIC = "topic:"


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
    bonus: int = 0
    """What it was favoured by beyond its score: as incumbent, and for turns without."""
    firm: bool | None = None
    """None: its round was solved before this was looked at."""
    lead_topic: str | None = None
    hub_city_id: CityId | None = None
    """The hub of its group, in trios and mentor groups: pairs of one group share it."""
    rank: int = 0
    """Its place in the round, from 1: best score first."""

    @property
    def pair(self) -> Pair:
        """The pair that is suggested."""
        return Pair(self.eu_city_id, self.partner_city_id)


def propose(
    round_: Round,
    suggestion: Suggestion,
    place: tuple[ProposalId, int],
    locks: Mapping[Pair, Decision],
) -> Proposal:
    """Make a proposal of a suggestion; the topics of a lock come before those of the score.

    ``place`` is its id and rank; ``locks`` are the round's, by their pair.
    """
    id_, rank = place
    lock = locks.get(suggestion.pair)
    scored = [
        part.name.removeprefix(_TOPIC)
        for part in sorted(suggestion.parts, key=lambda part: -part.points)
        if part.name.startswith(_TOPIC) and part.points > 0
    ]
    hub = suggestion.hub_city_id
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
        bonus=suggestion.bonus,
        firm=suggestion.firm,
        lead_topic=suggestion.lead_topic,
        hub_city_id=None if hub is None else CityId(hub),
        rank=rank,
    )


def status_of(round_: Round, standing: RoundId | None) -> Status:
    """Give the status of a round's proposals; ``standing`` is the exchange's published round."""
    if round_.status != "published":
        return "suggested"
    return "published" if round_.id == standing else "superseded"


def publish_proposal(proposal: Proposal) -> tuple[ProposalPublishedV1, int]:
    """Give the event that puts the pair to both cities, and its sequence."""
    return ProposalPublishedV1(state=public_proposal(proposal, "published")), 1


def supersede(proposal: Proposal) -> tuple[ProposalSupersededV1, int]:
    """Give the event of a later round's proposals in place of this one, and its sequence."""
    state = public_proposal(proposal, "superseded")
    return ProposalSupersededV1(state=state, changed=("status",)), 2


def public_proposal(proposal: Proposal, status: Status) -> ProposalState:
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
        status=status,
        runner_up_city_id=proposal.runner_up_city_id,
        hub_city_id=proposal.hub_city_id,
    )
