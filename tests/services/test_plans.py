"""The check of all queries' plans sees a scan, leaves what an index serves, and finds who asks."""

import os
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.mongo import server_named
from shared.ids import new_id
from tests.support.plans import PROJECT, SERVICES, Query, places, queries_of, scans


@pytest.mark.parametrize(
    ("asked", "scanning"),
    [
        ({"city": "a"}, False),
        ({"_id": "a", "city": {"$ne": "b"}}, False),
        ({"_id": {"$gt": "a"}}, False),
        ({"kind": "a"}, True),
        ({"size": 1, "kind": "b"}, True),
        ({"city": "a", "kind": "b"}, server_named(os.environ) == "secantusd-py"),
        ({}, True),
    ],
)
def test_a_query_without_an_index_is_seen(
    mongo_url: str, asked: dict[str, Any], *, scanning: bool
) -> None:
    query = Query(new_id("plans"), "things", asked)
    with MongoClient[dict[str, Any]](mongo_url) as client:
        client[query.database]["things"].create_index("city")

    assert bool(scans(mongo_url, [query])) is scanning


@pytest.mark.parametrize(
    "command",
    [
        {"find": "things", "filter": {"a": 1}},
        {"aggregate": "things", "pipeline": [{"$match": {"a": 1}}, {"$count": "n"}]},
        {"update": "things", "updates": [{"q": {"a": 1}, "u": {"$set": {"b": 1}}}]},
        {"delete": "things", "deletes": [{"q": {"a": 1}, "limit": 0}]},
        {
            "bulkWrite": 1,
            "ops": [{"delete": 0, "filter": {"a": 1}}],
            "nsInfo": [{"ns": "x.things"}],
        },
    ],
)
def test_every_command_that_looks_for_something_is_read(command: dict[str, Any]) -> None:
    [query] = queries_of("x", command)

    assert (query.collection, query.filter) == ("things", {"a": 1})


def test_places_that_ask_are_found(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text(
        "x = mongo.find(A, {})\ny = names.find('a')\nz = tx.count(\n)\n"
    )

    assert [each[1:] for each in places([tmp_path])] == [(1, 1), (3, 4)]
    assert len(places(PROJECT / "services" / name for name in SERVICES)) > 40
