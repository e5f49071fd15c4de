"""Rounds and the proposals that they make."""

from services.matching.domain.rounds.proposals import (
    Proposal,
    propose,
    public_proposal,
    publish_proposal,
    status_of,
    supersede,
)
from services.matching.domain.rounds.states import (
    Cities,
    Decision,
    Figures,
    Kind,
    Round,
    Stage,
    cancel,
    failed,
    figures_of,
    public,
    publish,
    request_round,
    solved,
)

__all__ = [
    "Cities",
    "Decision",
    "Figures",
    "Kind",
    "Proposal",
    "Round",
    "Stage",
    "cancel",
    "failed",
    "figures_of",
    "propose",
    "public",
    "public_proposal",
    "publish",
    "publish_proposal",
    "request_round",
    "solved",
    "status_of",
    "supersede",
]
