"""Access tokens: who is believed, who is not, and what a role allows."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from shared.auth import Principal, Role, TokenVerifier, may_act_for, require_city, require_role
from shared.auth.principal import require_scope
from shared.errors import Forbidden, TokenInvalid, Unavailable
from shared.ids import CityId, new_id
from tests.shared.tokens import MINUTES_10, Issuer, new_ec_key

GENT, TOKYO = CityId(new_id("cty")), CityId(new_id("cty"))


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return TokenVerifier(issuer.settings(), issuer.clock)


@pytest.mark.parametrize("key", ["es", "ed", "rs"])
async def test_token_of_the_issuer_is_believed(
    verifier: TokenVerifier, issuer: Issuer, key: str
) -> None:
    principal = await verifier.verify(issuer.token("coordinator", key=key, cities=[GENT]))

    assert principal == Principal(
        "usr_1", "user", frozenset({Role.COORDINATOR}), frozenset({GENT}), frozenset()
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"exp": None},
        {"exp": "never"},
        {"exp": 1},
        {"nbf": 9_999_999_999},
    ],
)
async def test_token_with_a_wrong_claim_is_refused(
    verifier: TokenVerifier, issuer: Issuer, claims: dict[str, Any]
) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.verify(issuer.token("officer", **claims))


@pytest.mark.parametrize(
    "text", ["", "x", "a.b.c", "e30.e30.e30", "é" * 20, "a" * 9000, "..", "wck_"]
)
async def test_something_else_is_refused(verifier: TokenVerifier, text: str) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.verify(text)


async def test_foreign_key_with_a_known_name_is_refused(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    forger = Issuer(issuer.server, issuer.clock, {"es": new_ec_key("es")})

    with pytest.raises(TokenInvalid):
        await verifier.verify(forger.token("officer"))


async def test_changed_claims_are_refused(verifier: TokenVerifier, issuer: Issuer) -> None:
    head, body, signature = issuer.token("coordinator").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = _base64(json.dumps({**claims, "roles": ["officer"]}).encode())

    with pytest.raises(TokenInvalid):
        await verifier.verify(f"{head}.{forged}.{signature}")


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_algorithm_outside_the_list_is_refused(
    verifier: TokenVerifier, issuer: Issuer, algorithm: str
) -> None:
    """The old attacks: no signature at all, or the public key taken for a shared secret."""
    public = issuer.keys["rs"].as_pem(private=False)
    _head, body, _signature = issuer.token("officer", key="rs").split(".")
    head = _base64(json.dumps({"alg": algorithm, "kid": "rs"}).encode())
    mac = hmac.digest(public, f"{head}.{body}".encode(), hashlib.sha256)
    forged = f"{head}.{body}." + ("" if algorithm == "none" else _base64(mac))

    with pytest.raises(TokenInvalid):
        await verifier.verify(forged)


async def test_token_ends_though_it_was_verified_before(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    token = issuer.token("officer")
    await verifier.verify(token)

    issuer.clock.advance(timedelta(seconds=MINUTES_10 + 29))
    await verifier.verify(token)  # the leeway of 30 s
    issuer.clock.advance(timedelta(seconds=1))

    with pytest.raises(TokenInvalid):
        await verifier.verify(token)


async def test_known_token_asks_the_issuer_once(verifier: TokenVerifier, issuer: Issuer) -> None:
    token = issuer.token("officer")

    for _ in range(5):
        await verifier.verify(token)

    assert len(issuer.server.log) == 1


async def test_new_key_of_the_issuer_is_found(issuer: Issuer) -> None:
    verifier = TokenVerifier(issuer.settings(jwks_refetch_seconds=0), issuer.clock)
    await verifier.verify(issuer.token("officer"))

    issuer.keys = {**issuer.keys, "new": new_ec_key("new")}
    issuer.publish()

    assert (await verifier.verify(issuer.token("officer", key="new"))).roles == {Role.OFFICER}


async def test_unknown_keys_do_not_load_the_issuer(verifier: TokenVerifier, issuer: Issuer) -> None:
    forger = Issuer(issuer.server, issuer.clock, {"other": new_ec_key("other")})

    for number in range(5):
        with pytest.raises(TokenInvalid):
            await verifier.verify(forger.token(key="other", jti=str(number)))

    assert len(issuer.server.log) == 1


async def test_withdrawn_key_ends_the_tokens_it_signed(issuer: Issuer) -> None:
    settings = issuer.settings(jwks_max_age_seconds=1e-9, jwks_refetch_seconds=0)
    verifier = TokenVerifier(settings, issuer.clock)
    token = issuer.token("officer")
    await verifier.verify(token)

    issuer.keys = {"rs": issuer.keys["rs"]}
    issuer.publish()

    with pytest.raises(TokenInvalid):
        await verifier.verify(token)


async def test_known_keys_work_on_while_the_issuer_is_away(issuer: Issuer) -> None:
    settings = issuer.settings(jwks_max_age_seconds=1e-9, jwks_refetch_seconds=0)
    verifier = TokenVerifier(settings, issuer.clock)
    await verifier.verify(issuer.token("officer"))

    issuer.server.clear_all_handlers()

    assert (await verifier.verify(issuer.token("operator"))).roles == {Role.OPERATOR}


async def test_without_any_key_the_service_says_so(
    verifier: TokenVerifier, issuer: Issuer, httpserver: HTTPServer
) -> None:
    httpserver.clear_all_handlers()

    with pytest.raises(Unavailable):
        await verifier.verify(issuer.token("officer"))


async def test_api_key_goes_to_its_lookup(issuer: Issuer) -> None:
    partner = Principal("sub_1", "subscriber", scopes=frozenset({"events:read"}))

    async def lookup(key: str) -> Principal | None:
        return partner if key == "wck_good" else None

    verifier = TokenVerifier(issuer.settings(), issuer.clock, api_keys=lookup)

    assert await verifier.verify("wck_good") == partner
    with pytest.raises(TokenInvalid):
        await verifier.verify("wck_bad")


async def test_claims_of_another_form_grant_nothing(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    token = issuer.token("mayor", "officer-", cities=["*", GENT + "0", 7, {"$gt": ""}])

    principal = await verifier.verify(token)

    assert (principal.roles, principal.cities) == (frozenset(), frozenset())


def test_coordinator_acts_for_own_cities_only() -> None:
    coordinator = Principal("u", "user", frozenset({Role.COORDINATOR}), frozenset({GENT}))

    require_city(coordinator, GENT)
    with pytest.raises(Forbidden):
        require_city(coordinator, TOKYO)


def test_officer_acts_for_every_city_and_nobody_else_does() -> None:
    assert may_act_for(Principal("u", "user", frozenset({Role.OFFICER})), TOKYO)
    assert not may_act_for(Principal("u", "user", frozenset({Role.OPERATOR})), TOKYO)
    assert not may_act_for(Principal("u", "user", frozenset(), frozenset({TOKYO})), TOKYO)


def test_role_and_scope_are_required() -> None:
    partner = Principal("s", "subscriber", scopes=frozenset({"events:read"}))

    require_scope(partner, "events:read")
    with pytest.raises(Forbidden):
        require_scope(partner, "events:replay")
    with pytest.raises(Forbidden):
        require_role(partner, Role.OFFICER, Role.OPERATOR)
