"""The four services, each started when a test first attacks it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.hostile.stand import Stand, standing

StandOf = Callable[[str], Stand]


@pytest.fixture(scope="session")
def stand_of(mongo_url: str) -> Iterator[StandOf]:
    """Give the stand of a service."""
    running: dict[str, Stand] = {}
    with ExitStack() as stack:

        def of(service: str) -> Stand:
            if service not in running:
                running[service] = stack.enter_context(standing(service, mongo_url))
            return running[service]

        yield of
