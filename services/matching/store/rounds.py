"""What matching keeps of rounds: the round, its inputs and its result as they were, its proposals.

Inputs and results are kept as the packed bytes of canonical JSON: what is read back years later is
what was known and found then, byte for byte, and the event loop never builds their thousands of
objects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from services.matching.domain.rounds import Proposal, Round, Stage
from services.matching.store.reading import Slice, by
from shared.collection import Collection, Document
from shared.ids import CityId, ExchangeId, ProgrammeId, RoundId
from shared.mongo import Mongo
from shared.paging import cut, decode_cursor


@dataclass(frozen=True, slots=True)
class RoundInputs:
    """All that a round is solved from, as known when it was asked for: makes it reproducible."""

    id: RoundId
    problem: bytes
    """A ``Problem`` in canonical JSON, packed (``domain/records.py``)."""
    admitted: tuple[CityId, ...] = ()
    """Its cities, so that nobody has to unpack it for them; none in what was kept before."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What the worker found for a round."""

    id: RoundId
    answer: bytes
    """A ``Solution`` or ``Infeasible`` in canonical JSON, packed."""
    comparison: bytes | None = None
    """A ``Comparison`` with the round that it was compared with, in canonical JSON, packed."""


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How far a round's worker is; a note that may be lost."""

    id: RoundId
    stage: Stage
    at: datetime
    tries: int = 0
    """How often a worker has taken it: a round that kills its workers is given up."""


@dataclass(frozen=True, slots=True)
class Board:
    """Which round of an exchange stands published.

    Publishing writes it, so that of two rounds published at once one waits for the other.
    """

    id: ExchangeId
    round_id: RoundId
    requested_at: datetime
    event_id: str | None = None
    """The last event that told of its proposals: those of their end sort behind it."""


@dataclass(frozen=True, slots=True)
class RoundTurns:
    """Who was admitted to a published round, and who went without: the memory of turn-taking."""

    id: RoundId
    programme_id: ProgrammeId
    exchange_id: ExchangeId
    published_at: datetime
    admitted: tuple[CityId, ...]
    without: tuple[CityId, ...]


ROUNDS = Collection(
    "rounds",
    Round,
    [
        by("status", "_id", serves="what the worker has to solve"),
        by("exchange_id", "status", "_id", serves="the published rounds of an exchange"),
        by("exchange_id", "kind", "_id", serves="the rounds of an exchange of one kind"),
        by("exchange_id", "status", "kind", "_id", serves="the same by status"),
        by("exchange_id", "_id", serves="the rounds of an exchange"),
        by("base_round_id", "_id", serves="the what-ifs of a round"),
    ],
)
ROUND_INPUTS = Collection("round_snapshots", RoundInputs)
ROUND_RESULTS = Collection("round_results", RoundResult)
ROUND_PROGRESS = Collection("round_progress", RoundProgress)
PROPOSALS = Collection(
    "proposals",
    Proposal,
    [
        by("round_id", "rank", serves="the proposals of a round, best first; what one supersedes"),
    ],
)
ROUND_TURNS = Collection(
    "round_turns",
    RoundTurns,
    [
        by("programme_id", "_id", serves="how often each city of a programme went without"),
        by("exchange_id", "_id", serves="the same of an exchange"),
    ],
)
BOARDS = Collection("boards", Board)


async def list_proposals(
    mongo: Mongo, round_id: RoundId, part: Slice
) -> tuple[list[Document], str | None]:
    """Give a part of a round's proposals as stored, best first, and the cursor of the next.

    Asks for a range of ranks, since the embedded database reads all that a query may find, whatever
    its limit.

    Raises:
        CursorInvalid: 422.
    """
    after = 0 if part.cursor is None else decode_cursor(part.cursor, int)[0]
    ranks = {"$gt": after, "$lte": after + part.limit + 1}
    found = await mongo.select(PROPOSALS, {"round_id": round_id, "rank": ranks})
    found.sort(key=itemgetter("rank"))
    return cut(found, part.limit, lambda each: (each["rank"],))


async def requested_rounds(mongo: Mongo, limit: int) -> Sequence[Round]:
    """Give the rounds that wait to be solved, oldest first."""
    return await mongo.find(ROUNDS, {"status": "requested"}, sort=[("_id", 1)], limit=limit)
