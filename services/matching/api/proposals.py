"""`/v1/proposals`: the pairs of a round with their reasons, as data and in words."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from services.matching.api.parts import Part
from services.matching.domain.rounds import Round, status_of
from services.matching.domain.rounds.proposals import Status
from services.matching.solver.problem import POINTS
from services.matching.store import (
    BOARDS,
    PROPOSALS,
    ROUNDS,
    Slice,
    city_names,
    topic_labels,
)
from services.matching.store import list_proposals as list_in_store
from services.matching.usecases.rounds import proposal_of, require_round
from shared.auth import Anyone
from shared.collection import Document, turn
from shared.commands import Database
from shared.ids import CityId, ExchangeId, ProposalId, ProposalRef, RoundId, RoundRef
from shared.mongo import Mongo
from shared.paging import Page
from shared.traffic import Gap
from shared.web import Output
from shared.web.pieces import in_pieces

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


@ROUTES.get("", response_model=Page[ProposalOut])
async def list_proposals(mongo: Database, who: Anyone, round_id: RoundRef, part: Part) -> Response:
    """List a round's proposals, best score first; others than officers once it is published."""
    round_ = require_round(who, await mongo.get(ROUNDS, round_id))
    status = await _status(mongo, round_)

    async def read(limit: int, cursor: str | None, gap: Gap) -> tuple[list[Document], str | None]:
        found, following = await list_in_store(mongo, round_.id, Slice(limit, cursor))
        return await _shown(mongo, found, status, gap), following

    return await in_pieces(part.limit, part.cursor, read)


@ROUTES.get("/{proposal_id}", response_model=ProposalOut)
async def read_proposal(proposal_id: ProposalRef, mongo: Database, who: Anyone) -> Document:
    """Read one proposal."""
    proposal, round_ = await proposal_of(mongo, who, proposal_id)
    document = PROPOSALS.document(proposal)
    (shown,) = await _shown(mongo, [document], await _status(mongo, round_))
    return shown


async def _status(mongo: Mongo, round_: Round) -> Status:
    """Give the status of all proposals of a round."""
    board = await mongo.get(BOARDS, round_.exchange_id)
    return status_of(round_, board.round_id if board else None)


async def _shown(
    mongo: Mongo, proposals: list[Document], status: Status, gap: Gap = turn
) -> list[Document]:
    """Give a ``ProposalOut`` of each stored proposal, as plain data.

    Two hundred of them would have two thousand models, and states before those: making them took
    most of the time that a page takes, and nobody else had an answer meanwhile.
    """
    await gap()
    ids = {city for each in proposals for city in (each["eu_city_id"], each["partner_city_id"])}
    names = await city_names(mongo, ids)
    await gap()
    parts = {part["name"] for each in proposals for part in each["parts"]}
    codes = {name.removeprefix(_TOPIC) for name in parts if name.startswith(_TOPIC)}
    labels = await topic_labels(mongo, codes)
    return [_out(each, status, names, labels) for each in proposals]


def _out(
    stored: Document, status: Status, names: Mapping[str, str], labels: Mapping[str, str]
) -> Document:
    known: Document = _LATER | stored
    known |= {
        "id": stored["_id"],
        "eu_city_name": names.get(stored["eu_city_id"]),
        "partner_city_name": names.get(stored["partner_city_id"]),
        "parts": [
            part | {"text": _text(part["name"], part["points"], labels)} for part in stored["parts"]
        ],
        "status": status,
    }
    return {name: known[name] for name in ProposalOut.model_fields}


_LATER: Document = {"bonus": 0, "firm": None, "lead_topic": None, "hub_city_id": None, "rank": 0}
# What a proposal lacks that was stored before there was such a thing.


def _text(name: str, points: int, labels: Mapping[str, str]) -> str:
    worth = f"{100 * points / POINTS:.1f} of 100"
    if name.startswith(_TOPIC):
        code = name.removeprefix(_TOPIC)
        return f"{labels.get(code, code)}: one seeks what the other offers ({worth})"
    reason = _REASONS[name]
    return f"{reason[0].upper()}{reason[1:]} ({worth})"
