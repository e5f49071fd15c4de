"""Problems: one code each, statuses that fit, a complete list for the documentation."""

import gc

import pytest

from shared.errors import (
    Conflict,
    CursorInvalid,
    FieldError,
    StaleVersion,
    TokenInvalid,
    Unauthenticated,
    all_problems,
)


def test_problem_without_detail_says_its_title() -> None:
    problem = StaleVersion()

    assert problem.detail == str(problem) == "The resource has changed since you read it"


def test_errors_and_headers_stay_with_the_occurrence() -> None:
    field = FieldError("/name", "string_too_long", "too long")

    problem = Conflict("no", errors=[field], headers={"Retry-After": "1"})

    assert problem.errors == (field,)
    assert problem.headers == {"Retry-After": "1"}
    assert Conflict().headers == {}


def test_missing_and_wrong_credentials_differ_in_their_challenge() -> None:
    assert Unauthenticated().headers == {"WWW-Authenticate": "Bearer"}
    assert TokenInvalid().headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def test_bad_cursor_names_its_parameter() -> None:
    assert [error.field for error in CursorInvalid().errors] == ["cursor"]


def test_list_of_problems_is_complete_and_sorted() -> None:
    codes = [problem.code for problem in all_problems()]

    assert codes == sorted(set(codes))
    assert {"version_stale", "idempotency_key_reused", "token_invalid"} <= set(codes)
    assert all(400 <= problem.status < 600 for problem in all_problems())


def test_second_problem_with_the_same_code_is_noticed() -> None:
    class Twin(Conflict):
        code = "state_conflict"

    with pytest.raises(ValueError, match="state_conflict"):
        all_problems()
    del Twin
    gc.collect()  # so that no other test sees it among the subclasses
