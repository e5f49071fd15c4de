"""Listings of practices and changes, and the reads of use cases: each is served by an index."""

from datetime import datetime
from typing import Any

import pytest

from services.registry.store import (
    CHANGES,
    EXCHANGE_COPIES,
    INTERESTS,
    PRACTICES,
    TOPICS,
    ChangeFilter,
    PracticeFilter,
    Query,
    changes_queries,
    declared_query,
    due_queries,
    exchanges_query,
    practice_query,
    steps_query,
    topics_query,
)
from shared.collection import Collection
from shared.ids import CityId, PracticeId, TopicCode
from shared.mongo import Mongo


def _queries() -> list[tuple[Collection[Any], Query, tuple[tuple[str, int], ...]]]:
    at, by_id = datetime.fromisoformat("2026-01-05T09:00:00+00:00"), (("_id", 1),)
    city, topic, practice = CityId("cty_1"), TopicCode("waste"), PracticeId("gpr_1")
    changes = [
        ChangeFilter(subject="cty_1"),
        ChangeFilter(aggregate="city", after=at),
        ChangeFilter(by="usr_1"),
        ChangeFilter(by="usr_1", after=at),
    ]
    practices = [
        PracticeFilter(),
        PracticeFilter(topic=topic),
        PracticeFilter("draft", city),
        PracticeFilter("published", city, topic),
        PracticeFilter(adapted_from=practice),
    ]
    return [
        *((CHANGES, q, by_id) for c in changes for t in (None, "0") for q in changes_queries(c, t)),
        *((PRACTICES, practice_query(p, last), by_id) for p in practices for last in (None, "g")),
        *((PRACTICES, each.query, each.order) for each in due_queries(at.date(), None)),
        *((PRACTICES, each.query, each.order) for each in due_queries(at.date(), ("2026", "g"))),
        (CHANGES, steps_query("city", at), by_id),
        (INTERESTS, declared_query(topic), by_id),
        (TOPICS, topics_query([topic, TopicCode("noise")]), by_id),
        (EXCHANGE_COPIES, exchanges_query(), by_id),
    ]


@pytest.mark.parametrize(("collection", "query", "order"), _queries())
async def test_no_query_scans_a_collection(
    mongo: Mongo, collection: Collection[Any], query: Query, order: tuple[tuple[str, int], ...]
) -> None:
    find = {"find": collection.name, "filter": query, "sort": dict(order)}

    plan = str((await mongo.database.command("explain", find))["queryPlanner"]["winningPlan"])

    assert "COLLSCAN" not in plan
    assert "IXSCAN" in plan or "IDHACK" in plan
