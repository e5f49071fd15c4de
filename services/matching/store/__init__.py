"""What matching keeps: its aggregates, the inputs and proofs of rounds, copies of the registry's.

Promises that every query is served by an index that holds all its filters, since `secantusd-py`
uses no other; all lists sort by ``_id``, which is the order in which things were made.
"""

from typing import Any

from services.matching.domain.applications import Application
from services.matching.domain.exchanges import Exchange
from services.matching.domain.programmes import Programme
from services.matching.store.copies import (
    CITY_COPIES,
    INTEREST_COPIES,
    TOPIC_COPIES,
    CityCopy,
    InterestCopies,
    InterestCopy,
    TopicCopy,
    city_names,
    topic_labels,
)
from services.matching.store.pairings import (
    ACTIONS,
    PAIRINGS,
    REMATCHES,
    VACANCIES,
    ActionQuery,
    Rematch,
    Vacancy,
    automatic_vacancies,
    due_actions,
    due_pairings,
    list_actions,
    list_pairings,
    pairings_of,
    vacancies_of,
)
from services.matching.store.reading import Slice, by, by_ids, chunks, list_states
from services.matching.store.rounds import (
    BOARDS,
    PROPOSALS,
    ROUND_INPUTS,
    ROUND_PROGRESS,
    ROUND_RESULTS,
    ROUND_TURNS,
    ROUNDS,
    Board,
    RoundInputs,
    RoundProgress,
    RoundResult,
    RoundTurns,
    list_proposals,
    requested_rounds,
)
from shared.collection import Collection

PROGRAMMES = Collection("programmes", Programme)
EXCHANGES = Collection(
    "exchanges",
    Exchange,
    [by("terms.programme_id", "_id", serves="the exchanges of a programme")],
)
APPLICATIONS = Collection(
    "applications",
    Application,
    [
        by("exchange_id", "city_id", serves="one application per city and exchange", unique=True),
        by("exchange_id", "city_id", "_id", serves="a city's application to an exchange, listed"),
        by("exchange_id", "status", "_id", serves="applications by status; a round's cities"),
        by("exchange_id", "status", "city_id", "_id", serves="the same of some cities"),
        by("exchange_id", "_id", serves="the applications to an exchange"),
        by("city_id", "_id", serves="the applications of a city"),
        by("status", "_id", serves="what waits for a decision in all exchanges"),
        by("status", "city_id", "_id", serves="the same of some cities"),
    ],
)
COLLECTIONS: tuple[Collection[Any], ...] = (
    PROGRAMMES,
    EXCHANGES,
    APPLICATIONS,
    ROUNDS,
    ROUND_INPUTS,
    ROUND_RESULTS,
    ROUND_PROGRESS,
    ROUND_TURNS,
    PROPOSALS,
    PAIRINGS,
    ACTIONS,
    VACANCIES,
    REMATCHES,
    BOARDS,
    CITY_COPIES,
    INTEREST_COPIES,
    TOPIC_COPIES,
)

__all__ = [
    "ACTIONS",
    "APPLICATIONS",
    "BOARDS",
    "CITY_COPIES",
    "COLLECTIONS",
    "EXCHANGES",
    "INTEREST_COPIES",
    "PAIRINGS",
    "PROGRAMMES",
    "PROPOSALS",
    "REMATCHES",
    "ROUNDS",
    "ROUND_INPUTS",
    "ROUND_PROGRESS",
    "ROUND_RESULTS",
    "ROUND_TURNS",
    "TOPIC_COPIES",
    "VACANCIES",
    "ActionQuery",
    "Board",
    "CityCopy",
    "InterestCopies",
    "InterestCopy",
    "Rematch",
    "RoundInputs",
    "RoundProgress",
    "RoundResult",
    "RoundTurns",
    "Slice",
    "TopicCopy",
    "Vacancy",
    "automatic_vacancies",
    "by_ids",
    "chunks",
    "city_names",
    "due_actions",
    "due_pairings",
    "list_actions",
    "list_pairings",
    "list_proposals",
    "list_states",
    "pairings_of",
    "requested_rounds",
    "topic_labels",
    "vacancies_of",
]
