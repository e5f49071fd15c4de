"""An officer's desk for imports."""

import pytest

from shared.mongo import Mongo
from tests.services.registry.callers import Callers
from tests.services.registry.transfer.desk import Desk


@pytest.fixture(scope="module")
def desk(callers: Callers, mongo: Mongo) -> Desk:
    return Desk(callers, mongo)
