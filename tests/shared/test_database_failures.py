"""What failures of the database mean, as servers report them."""

import pytest
from pymongo.errors import (
    BulkWriteError,
    ClientBulkWriteException,
    OperationFailure,
    PyMongoError,
)

from shared.database_failures import problem_of, worth_another_try
from shared.errors import Conflict

LABELLED = {"errorLabels": ["TransientTransactionError"]}


def of_many(code: int) -> ClientBulkWriteException:
    result = {"writeErrors": [{"idx": 1, "code": code}], "error": None}
    return ClientBulkWriteException(result, verbose=False)


@pytest.mark.parametrize(
    "error",
    [
        OperationFailure("conflict", 112, LABELLED),
        BulkWriteError({"writeErrors": [{"code": 112}]}),
        of_many(112),
    ],
    ids=["whole, labelled", "one document of a collection", "one document of several collections"],
)
def test_write_conflict_is_tried_again_and_told_however_it_is_reported(
    error: PyMongoError,
) -> None:
    assert worth_another_try(error, 20)
    assert isinstance(problem_of(error), Conflict)


@pytest.mark.parametrize(
    "error", [BulkWriteError({"writeErrors": [{"code": 11000}]}), of_many(11000)]
)
def test_id_that_another_took_is_tried_again_a_few_times(error: PyMongoError) -> None:
    assert worth_another_try(error, 4)
    assert not worth_another_try(error, 5)
    assert isinstance(problem_of(error), Conflict)


@pytest.mark.parametrize("error", [BulkWriteError({"writeErrors": [{"code": 121}]}), of_many(121)])
def test_other_failures_of_a_document_stay_ours(error: PyMongoError) -> None:
    assert not worth_another_try(error, 0)
    assert problem_of(error) is error
