"""Schemathesis against every operation of every service: whatever comes in, no 5xx goes out."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from tests.hostile.conftest import StandOf
from tests.hostile.operations import DOCUMENTS, SERVICES
from tests.hostile.stand import Stand

EXAMPLES = 12
"""Per operation, of which a service has about 25: more would take over 25 s a service."""

EXCLUDED = [
    missing_required_header,  # does not know 428, which RFC 6585 made for a missing If-Match
    positive_data_acceptance,  # a schema can't say which ids and cursors there are
]
SHADOWED = frozenset({"/v1/cities/duplicates", "/v1/practices/due"})
"""Fit the form of another path too, such as `/v1/cities/{city_id}`: its methods see a broken id."""
FUZZED = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


REFUSALS = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429]
"""Answers that refuse; schemathesis does not count 412 and 413 (a list too long for one body)."""
schemathesis.openapi.media_type("application/jsonl", st.binary(max_size=1000))  # it knows none
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)


def _schema(service: str) -> BaseSchema:
    schema: BaseSchema = schemathesis.openapi.from_path(
        DOCUMENTS / f"{service}.json", config=CONFIG
    )
    return schema


def _check(case: schemathesis.Case[Any], stand: Stand) -> None:
    case.call_and_validate(
        base_url=stand.url,
        headers={"Authorization": f"Bearer {stand.officer}"},
        excluded_checks=[*EXCLUDED, *_excluded(case)],
        timeout=20,
    )


def _excluded(case: schemathesis.Case[Any]) -> Iterator[Any]:
    if case.operation.path in SHADOWED:
        yield unsupported_method
    if any(isinstance(value, (list, dict)) for value in case.query.values()):
        yield negative_data_rejection  # a list of one is sent as what it has


registry, matching, events, notifications = map(_schema, SERVICES)


@registry.parametrize()
@FUZZED
def test_no_input_breaks_the_registry(case: schemathesis.Case[Any], stand_of: StandOf) -> None:
    _check(case, stand_of("registry"))


@matching.parametrize()
@FUZZED
def test_no_input_breaks_matching(case: schemathesis.Case[Any], stand_of: StandOf) -> None:
    _check(case, stand_of("matching"))


@events.parametrize()
@FUZZED
def test_no_input_breaks_events(case: schemathesis.Case[Any], stand_of: StandOf) -> None:
    _check(case, stand_of("events"))


@notifications.parametrize()
@FUZZED
def test_no_input_breaks_notifications(case: schemathesis.Case[Any], stand_of: StandOf) -> None:
    _check(case, stand_of("notifications"))
