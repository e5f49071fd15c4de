"""What matching keeps: its aggregates, the inputs and proofs of rounds, copies of the registry's.

Promises that every query is served by an index that holds all its filters, since the embedded
database uses no other; all lists sort by ``_id``, which is the order in which things were made.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.matching.domain.applications import Application
from services.matching.domain.exchanges import Exchange
from services.matching.domain.pairings import Pairing
from services.matching.domain.programmes import Programme
from services.matching.domain.rounds import Proposal, Round
from services.matching.solver.problem import Problem
from services.matching.solver.solution import Certificate
from shared.collection import Collection, Index, StateT
from shared.ids import CityId, ExchangeId, InterestId, RoundId, TopicCode
from shared.mongo import Mongo
from shared.paging import cut, decode_cursor

IDS_PER_READ = 200
"""Ids in one ``$in``: beyond some hundred the embedded database gets slower than linear."""


@dataclass(frozen=True, slots=True)
class RoundInputs:
    """All that a round is solved from, as known when it was asked for: makes it reproducible."""

    id: RoundId
    problem: Problem


@dataclass(frozen=True, slots=True)
class RoundCertificate:
    """The proof of a solved round."""

    id: RoundId
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How far a round's worker is; a note that may be lost."""

    id: RoundId
    stage: Literal["waiting", "solving", "done"]
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


@dataclass(frozen=True, slots=True)
class CityCopy:
    """What the registry says of a city; None is unknown."""

    id: CityId
    version: int
    name: str
    country: str
    status: Literal["registered", "withdrawn"]
    population: int | None
    time_zone: str | None
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterestCopy:
    """What the registry says of a city's interest in a topic."""

    id: InterestId
    version: int
    city_id: CityId
    topic: TopicCode
    seeks: int
    offers: int


@dataclass(frozen=True, slots=True)
class TopicCopy:
    """What the registry calls a topic."""

    id: TopicCode
    version: int
    labels: dict[str, str]


def _by(*names: str, serves: str, unique: bool = False) -> Index:
    return Index(tuple((name, 1) for name in names), serves, unique)


PROGRAMMES = Collection("programmes", Programme)
EXCHANGES = Collection(
    "exchanges",
    Exchange,
    [_by("terms.programme_id", "_id", serves="the exchanges of a programme")],
)
APPLICATIONS = Collection(
    "applications",
    Application,
    [
        _by("exchange_id", "city_id", serves="one application per city and exchange", unique=True),
        _by("exchange_id", "city_id", "_id", serves="a city's application to an exchange, listed"),
        _by("exchange_id", "status", "_id", serves="applications by status; a round's cities"),
        _by("exchange_id", "status", "city_id", "_id", serves="the same of some cities"),
        _by("exchange_id", "_id", serves="the applications to an exchange"),
        _by("city_id", "_id", serves="the applications of a city"),
        _by("status", "_id", serves="what waits for a decision in all exchanges"),
        _by("status", "city_id", "_id", serves="the same of some cities"),
    ],
)
ROUNDS = Collection(
    "rounds",
    Round,
    [
        _by("status", "_id", serves="what the worker has to solve"),
        _by("exchange_id", "status", "_id", serves="the published rounds of an exchange"),
        _by("exchange_id", "_id", serves="the rounds of an exchange"),
    ],
)
ROUND_INPUTS = Collection("round_inputs", RoundInputs)
ROUND_CERTIFICATES = Collection("round_certificates", RoundCertificate)
ROUND_PROGRESS = Collection("round_progress", RoundProgress)
PROPOSALS = Collection(
    "proposals",
    Proposal,
    [
        _by("round_id", "_id", serves="the proposals of a round, best first"),
        _by("exchange_id", "status", "_id", serves="what a later round supersedes"),
    ],
)
PAIRINGS = Collection(
    "pairings",
    Pairing,
    [
        _by("exchange_id", "status", "_id", serves="pairings by status; what binds a round"),
        _by("exchange_id", "_id", serves="the pairings of an exchange"),
        _by("city_ids", "_id", serves="the pairings of a city"),
        _by("status", "_id", serves="pairings by status in all exchanges"),
        _by("exchange_id", "city_ids", "_id", serves="the pairings of a city in an exchange"),
        _by("status", "city_ids", "_id", serves="the pairings of a city by status"),
        _by("exchange_id", "status", "city_ids", "_id", serves="all three filters together"),
    ],
)
BOARDS = Collection("boards", Board)
CITY_COPIES = Collection("city_copies", CityCopy)
INTEREST_COPIES = Collection(
    "interest_copies", InterestCopy, [_by("city_id", "_id", serves="the interests of a city")]
)
TOPIC_COPIES = Collection("topic_copies", TopicCopy)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is wanted: as many as ``limit``, behind ``cursor``."""

    limit: int
    cursor: str | None = None


async def list_states(
    mongo: Mongo,
    collection: Collection[StateT],
    filters: Mapping[str, Any],
    part: Slice,
) -> tuple[list[StateT], str | None]:
    """Give a part of a list, oldest first, and the cursor of the next; None filters don't count.

    Raises:
        CursorInvalid: 422.
    """
    query = {name: value for name, value in filters.items() if value is not None}
    if part.cursor is not None:
        (last,) = decode_cursor(part.cursor, str)
        query["_id"] = {"$gt": last}
    rows = await mongo.find(collection, query, sort=[("_id", 1)], limit=part.limit + 1)
    return cut(rows, part.limit, lambda row: (row.id,))


async def city_names(mongo: Mongo, ids: Iterable[str]) -> dict[str, str]:
    """Give the names of those cities that the registry has told of."""
    cities = [each async for each in _by_ids(mongo, CITY_COPIES, ids)]
    return {city.id: city.name for city in cities}


async def topic_labels(mongo: Mongo, codes: Iterable[str]) -> dict[str, str]:
    """Give the English labels of those topics that the registry has told of."""
    topics = [each async for each in _by_ids(mongo, TOPIC_COPIES, codes)]
    return {topic.id: topic.labels["en"] for topic in topics if "en" in topic.labels}


async def requested_rounds(mongo: Mongo, limit: int) -> Sequence[Round]:
    """Give the rounds that wait to be solved, oldest first."""
    return await mongo.find(ROUNDS, {"status": "requested"}, sort=[("_id", 1)], limit=limit)


async def _by_ids(
    mongo: Mongo, collection: Collection[StateT], ids: Iterable[str]
) -> AsyncIterator[StateT]:
    for chunk in chunks(sorted(set(ids))):
        for state in await mongo.find(collection, {"_id": {"$in": chunk}}):
            yield state


def chunks(ids: Sequence[str]) -> list[list[str]]:
    """Cut ids into lists that one read can take."""
    return [list(ids[i : i + IDS_PER_READ]) for i in range(0, len(ids), IDS_PER_READ)]


COLLECTIONS: tuple[Collection[Any], ...] = (
    PROGRAMMES,
    EXCHANGES,
    APPLICATIONS,
    ROUNDS,
    ROUND_INPUTS,
    ROUND_CERTIFICATES,
    ROUND_PROGRESS,
    PROPOSALS,
    PAIRINGS,
    BOARDS,
    CITY_COPIES,
    INTEREST_COPIES,
    TOPIC_COPIES,
)
