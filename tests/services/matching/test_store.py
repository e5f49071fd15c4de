"""Every query that the service makes is served by an index, also the next page of each list."""

from collections.abc import Iterator, Mapping
from itertools import chain, combinations
from typing import Any

import pytest

from services.matching.store import (
    APPLICATIONS,
    EXCHANGES,
    PAIRINGS,
    PROPOSALS,
    ROUND_TURNS,
    ROUNDS,
)
from shared.collection import Document
from shared.mongo import Mongo

Query = Mapping[str, Any]


def subsets(**filters: object) -> Iterator[Query]:
    """Give every combination of at least one filter, for a first page and for a later one."""
    names = chain.from_iterable(combinations(filters, n) for n in range(1, len(filters) + 1))
    for chosen in names:
        query = {name: filters[name] for name in chosen}
        yield query
        yield {**query, "_id": {"$gt": "x"}}


QUERIES = [
    *((EXCHANGES.name, each) for each in subsets(**{"terms.programme_id": "p"})),
    *((APPLICATIONS.name, q) for q in subsets(exchange_id="e", city_id="c", status="draft")),
    *((PAIRINGS.name, q) for q in subsets(exchange_id="e", status="active")),
    *((PAIRINGS.name, q) for q in subsets(city_ids="c")),
    *((ROUNDS.name, each) for each in subsets(exchange_id="e")),
    *((ROUNDS.name, {"exchange_id": "e", **q}) for q in subsets(status="solved", kind="what_if")),
    (ROUNDS.name, {"exchange_id": "e", "kind": {"$in": ["regular", "rematch"]}}),
    (ROUND_TURNS.name, {"programme_id": "p"}),
    (ROUND_TURNS.name, {"exchange_id": "e"}),
    (PAIRINGS.name, {"met_eu_city_id": {"$in": ["c", "d"]}}),
    (PROPOSALS.name, {"round_id": "r"}),
    (PROPOSALS.name, {"round_id": "r", "rank": {"$gt": 0, "$lte": 51}}),
    (APPLICATIONS.name, {"city_id": {"$in": ["c", "d"]}}),
    (APPLICATIONS.name, {"exchange_id": "e", "status": "draft", "city_id": {"$in": ["c", "d"]}}),
    (PAIRINGS.name, {"exchange_id": "e", "status": {"$in": ["active", "proposed"]}}),
    (ROUNDS.name, {"status": "requested"}),
]


@pytest.mark.parametrize(("collection", "query"), QUERIES)
async def test_query_is_served_by_an_index(mongo: Mongo, collection: str, query: Query) -> None:
    find = {"find": collection, "filter": query, "sort": {"_id": 1}}

    plan = await mongo.database.command({"explain": find, "verbosity": "queryPlanner"})

    assert "IXSCAN" in stages(plan["queryPlanner"]["winningPlan"])


def stages(plan: Document) -> list[str]:
    below = [*plan.get("inputStages", ()), *([plan["inputStage"]] if "inputStage" in plan else ())]
    return [plan["stage"], *(stage for each in below for stage in stages(each))]
