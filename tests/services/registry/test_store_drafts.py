"""Queries about drafts, and those by Wikidata id: each is served by an index."""

from typing import Any

import pytest

from services.registry.store import CITIES, DRAFTS, Query, draft_query, wikidata_query
from shared.collection import Collection
from shared.mongo import Mongo

QUERIES: list[tuple[Collection[Any], Query]] = [
    (DRAFTS, draft_query("submitted", None, None)),
    (DRAFTS, draft_query("submitted", None, "cty_1")),
    (DRAFTS, draft_query("draft", "usr_1", None)),
    (DRAFTS, draft_query("draft", "usr_1", "cty_1")),
    (CITIES, wikidata_query("Q1773")),
]


@pytest.mark.parametrize(("collection", "query"), QUERIES)
async def test_no_query_scans_a_collection(
    mongo: Mongo, collection: Collection[Any], query: Query
) -> None:
    find = {"find": collection.name, "filter": query, "sort": {"_id": 1}}

    plan = str((await mongo.database.command("explain", find))["queryPlanner"]["winningPlan"])

    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan
