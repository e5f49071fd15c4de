"""Servers that the whole session shares. Each starts when a test first asks for it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import settings

from shared import migrations
from tests.support.servers import private_database, private_kafka

# A noisy machine stops any example now and then: how long one takes says nothing of what it tries.
settings.register_profile("noisy machine", deadline=None)
settings.load_profile("noisy machine")

PLATFORM = ("tests/e2e/", "tests/deploy/", "tests/integration/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start services or whole platforms: they get the machine alone."""
    for item in items:
        if item.nodeid.startswith(PLATFORM):
            item.add_marker("platform")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap servers of one Apache Kafka node. Give your topics names of their own."""
    with private_kafka(tmp_path_factory.mktemp("kafka")) as running:
        yield running.bootstrap


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a database server with fail points on. Give your databases names of their own.

    Nothing expires in it: the server goes by its own clock, and tests that write with a fixed one
    of months ago would lose their rows at its next sweep, once a minute.
    """
    made = migrations._model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "_model", lambda each: made(replace(each, expire_seconds=None)))
        with private_database(tmp_path_factory.mktemp("mongo")) as running:
            yield running.url
