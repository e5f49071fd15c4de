"""Who is not who they say, or may not do what they ask."""

from collections.abc import Iterator

import pytest

from shared.ids import new_id
from tests.hostile.answers import faults
from tests.hostile.conftest import StandOf
from tests.hostile.operations import OPERATIONS, PROPOSING, WRITING, Operation
from tests.hostile.seeds import MAIL, PERSON
from tests.hostile.stand import Stand

STRANGER = "usr_stranger"
"""Has made nothing of what is there: some things belong to who made them."""


def _bad_tokens(stand: Stand) -> Iterator[tuple[str, str]]:
    issuer = stand.issuer
    good = issuer.token("officer")
    yield "forged", stand.foreign().token("officer")
    yield "unsigned", "eyJhbGciOiJub25lIiwia2lkIjoiZXMifQ." + good.split(".")[1] + "."
    yield "of a foreign issuer", issuer.token("officer", iss="https://elsewhere.example")
    yield "for somebody else", issuer.token("officer", aud="elsewhere")
    yield "expired", issuer.token("officer", exp=1_700_000_000)
    yield "without end", issuer.token("officer", exp=None)
    yield "without subject", issuer.token("officer", sub=None)
    yield "cut", good[:-10]
    yield "no token", "{'$gt': ''}"
    yield "unknown API key", "wck_" + "0" * 40
    yield "enormous", "a" * 9000


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_or_wrong_credentials_are_401(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    body = stand.body(operation)
    bare = {k: v for k, v in stand.headers(operation).items() if k != "Authorization"}

    wrong = faults(stand.send(operation, headers=bare, json=body), {401})
    for what, token in _bad_tokens(stand):
        answer = stand.send(operation, headers=stand.headers(operation, token), json=body)
        wrong += [f"{what}: {fault}" for fault in faults(answer, {401})]
        if not wrong and answer.json()["code"] != "token_invalid":
            wrong.append(f"{what}: {answer.json()['code']}")

    assert not wrong


@pytest.mark.parametrize("operation", WRITING, ids=str)
def test_stranger_changes_nothing(operation: Operation, stand_of: StandOf) -> None:
    stand = stand_of(operation.service)
    strangers = _without_role(stand)
    if str(operation) not in PROPOSING:
        strangers |= _coordinators(stand)

    wrong = [
        f"{what}: {fault}"
        for what, token in strangers.items()
        for fault in _let_in(stand, operation, token)
    ]

    assert not wrong


def _without_role(stand: Stand) -> dict[str, str]:
    return {
        "no role": stand.issuer.token(sub=STRANGER),
        "unknown role": stand.issuer.token("emperor", sub=STRANGER),
        "roles in another form": stand.issuer.token(roles="officer", sub=STRANGER),
    }


def _coordinators(stand: Stand) -> dict[str, str]:
    cities = {
        "of another city": [new_id("cty")],
        "of every city": [".*", "*", ""],
        "by operator": {"$gt": ""},
    }
    return {
        f"coordinator {what}": stand.issuer.token("coordinator", sub=STRANGER, cities=each)
        for what, each in cities.items()
    }


def _let_in(stand: Stand, operation: Operation, token: str) -> list[str]:
    """Try every version that the resource may have: the right one must not open the door."""
    versions = range(1, 6) if "If-Match" in operation.headers else range(1)
    refused, found = False, []
    for version in versions:
        headers = stand.headers(operation, token)
        headers |= {"If-Match": f'"v{version}"'} if version else {}
        answer = stand.send(operation, headers=headers, json=stand.body(operation))
        found += faults(answer, {403, 404, 412} if version else {403, 404})
        refused = refused or answer.status_code in {403, 404}
    return found if found or refused else ["never 403 or 404"]


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if not each.writes], ids=str)
def test_nobody_but_the_programme_team_reads_of_a_person(
    operation: Operation, stand_of: StandOf
) -> None:
    stand = stand_of(operation.service)
    strangers = (
        stand.issuer.token(),
        stand.issuer.token("operator"),
        stand.issuer.token("coordinator", cities=[new_id("cty")]),
    )

    for token in strangers:
        answer = stand.send(operation, headers=stand.headers(operation, token))
        streamed = answer.headers["content-type"].startswith("text/event-stream")
        text = "" if streamed else answer.text
        assert answer.status_code < 500, text
        assert PERSON not in text
        assert MAIL not in text


@pytest.mark.parametrize("service", ["registry", "events"])
def test_the_person_is_there_to_be_read(service: str, stand_of: StandOf) -> None:
    stand = stand_of(service)
    texts = [
        stand.send(each, headers=stand.headers(each)).text
        for each in OPERATIONS
        if each.service == service and not each.writes
    ]

    assert any(PERSON in text for text in texts)
