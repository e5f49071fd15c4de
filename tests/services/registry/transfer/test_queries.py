"""The queries of imports, each served by an index."""

from typing import Any

import pytest

from services.registry.domain.imports import ImportId
from services.registry.store import CITIES, IMPORT_ERRORS, IMPORTS
from services.registry.store.cities import named_query, places_query
from services.registry.store.imports import faults_query, imports_query
from services.registry.store.ranges import BY_ID, Query
from shared.collection import Collection
from shared.mongo import Mongo

JOB = ImportId("imp_1")


@pytest.mark.parametrize(
    ("collection", "query", "order"),
    [
        (CITIES, places_query([1, 2, 3]), ()),
        (CITIES, named_query("DE", ["koln", "ulm"]), ()),
        (IMPORTS, imports_query("running", None), BY_ID),
        (IMPORTS, imports_query("done", "imp_0"), BY_ID),
        (IMPORT_ERRORS, faults_query(JOB, None), BY_ID),
        (IMPORT_ERRORS, faults_query(JOB, "imp_1:1"), BY_ID),
    ],
)
async def test_no_query_scans_a_collection(
    mongo: Mongo, collection: Collection[Any], query: Query, order: tuple[tuple[str, int], ...]
) -> None:
    find = {"find": collection.name, "filter": query, "sort": dict(order)}

    plan = await mongo.database.command("explain", find)

    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
