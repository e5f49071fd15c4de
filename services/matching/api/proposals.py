"""`/v1/proposals`: the pairs of a round with their reasons, as data and in words."""

from fastapi import APIRouter

from services.matching.api.parts import Part
from services.matching.domain.rounds import Proposal, Round, status_of
from services.matching.domain.rounds.proposals import Status
from services.matching.solver.problem import POINTS
from services.matching.store import (
    BOARDS,
    ROUNDS,
    city_names,
    topic_labels,
)
from services.matching.store import list_proposals as list_in_store
from services.matching.usecases.rounds import proposal_of, require_round
from shared.auth import Anyone
from shared.commands import Database
from shared.ids import CityId, ExchangeId, ProposalId, ProposalRef, RoundId, RoundRef
from shared.mongo import Mongo
from shared.paging import Page
from shared.web import Output

ROUTES = APIRouter(prefix="/v1/proposals", tags=["proposals"])

_TOPIC = "topic:"
_REASONS = {
    "peer": "both face the same challenges",
    "size": "similar size",
    "language": "a working language in common",
    "zone": "few hours between the clocks",
    "project": "ongoing projects in a topic of the pair",
    "maturity": "similar experience with such cooperation",
    "preference": "a country that they would rather work with",
    "novelty": "they have not cooperated before",
}


class PartOut(Output):
    """One reason of a score; the parts sum exactly to it."""

    name: str
    """`topic:<code>`, or the name of a weight of the exchange."""
    points: int
    text: str
    """The reason in words, with its share of a perfect score of 100."""


class ProposalOut(Output):
    """A suggested pair; names and labels are null or codes until the registry has told of them."""

    id: ProposalId
    round_id: RoundId
    exchange_id: ExchangeId
    eu_city_id: CityId
    eu_city_name: str | None
    partner_city_id: CityId
    partner_city_name: str | None
    score: int
    """In integer units; 1,000,000 is a perfect pair."""
    parts: tuple[PartOut, ...]
    topics: tuple[str, ...]
    locked: bool
    lock_reason: str | None
    chosen_freely: bool
    """Whether the optimum without any lock has the pair too."""
    runner_up_city_id: str | None
    """The EU city's best candidate among those that it did not get."""
    bonus: int
    """What it was favoured by beyond its score: as incumbent, and for turns without."""
    firm: bool | None
    """Whether every choice without it costs at least a point; else it is interchangeable."""
    lead_topic: str | None
    """The topic that it counts for, where topic quotas rule."""
    hub_city_id: CityId | None
    """The hub of its group, in trios and mentor groups: pairs of one group share it."""
    rank: int
    """Its place in the round, from 1: best score first."""
    status: Status


@ROUTES.get("")
async def list_proposals(
    mongo: Database, who: Anyone, round_id: RoundRef, part: Part
) -> Page[ProposalOut]:
    """List a round's proposals, best score first; others than officers once it is published."""
    round_ = require_round(who, await mongo.get(ROUNDS, round_id))
    rows, following = await list_in_store(mongo, round_.id, part)
    return Page(items=await _shown(mongo, rows, round_), next=following)


@ROUTES.get("/{proposal_id}")
async def read_proposal(proposal_id: ProposalRef, mongo: Database, who: Anyone) -> ProposalOut:
    """Read one proposal."""
    proposal, round_ = await proposal_of(mongo, who, proposal_id)
    (shown,) = await _shown(mongo, [proposal], round_)
    return shown


async def _shown(mongo: Mongo, proposals: list[Proposal], round_: Round) -> list[ProposalOut]:
    board = await mongo.get(BOARDS, round_.exchange_id)
    status = status_of(round_, board.round_id if board else None)
    ids = {city for each in proposals for city in (each.eu_city_id, each.partner_city_id)}
    names = await city_names(mongo, ids)
    codes = {
        part.name.removeprefix(_TOPIC)
        for each in proposals
        for part in each.parts
        if part.name.startswith(_TOPIC)
    }
    labels = await topic_labels(mongo, codes)
    return [_out(each, status, names, labels) for each in proposals]


def _out(
    proposal: Proposal, status: Status, names: dict[str, str], labels: dict[str, str]
) -> ProposalOut:
    return ProposalOut(
        id=proposal.id,
        round_id=proposal.round_id,
        exchange_id=proposal.exchange_id,
        eu_city_id=proposal.eu_city_id,
        eu_city_name=names.get(proposal.eu_city_id),
        partner_city_id=proposal.partner_city_id,
        partner_city_name=names.get(proposal.partner_city_id),
        score=proposal.score,
        parts=tuple(
            PartOut(name=part.name, points=part.points, text=_text(part.name, part.points, labels))
            for part in proposal.parts
        ),
        topics=proposal.topics,
        locked=proposal.locked,
        lock_reason=proposal.lock_reason,
        chosen_freely=proposal.chosen_freely,
        runner_up_city_id=proposal.runner_up_city_id,
        bonus=proposal.bonus,
        firm=proposal.firm,
        lead_topic=proposal.lead_topic,
        hub_city_id=proposal.hub_city_id,
        rank=proposal.rank,
        status=status,
    )


def _text(name: str, points: int, labels: dict[str, str]) -> str:
    worth = f"{100 * points / POINTS:.1f} of 100"
    if name.startswith(_TOPIC):
        code = name.removeprefix(_TOPIC)
        return f"{labels.get(code, code)}: one seeks what the other offers ({worth})"
    reason = _REASONS[name]
    return f"{reason[0].upper()}{reason[1:]} ({worth})"
