import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.issuer import create_app, load_key

ISSUER = "http://127.0.0.1:8090"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(load_key(tmp_path), ISSUER))


def test_token_verifies_with_the_published_key(client: TestClient) -> None:
    answer = client.post("/token", data={"role": "coordinator", "cities": ["cty_1", "cty_2"]})

    keys = KeySet.import_key_set(client.get("/jwks.json").json())
    claims = jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"]).claims
    assert claims["roles"] == ["coordinator"]
    assert claims["cities"] == ["cty_1", "cty_2"]
    assert (claims["iss"], claims["aud"]) == (ISSUER, "worldcities")
    assert claims["exp"] > claims["iat"]


def test_officer_gets_no_cities(client: TestClient) -> None:
    answer = client.post("/token", data={"role": "officer", "cities": ["cty_1"], "sub": "anna"})

    keys = KeySet.import_key_set(client.get("/jwks.json").json())
    claims = jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"]).claims
    assert claims["cities"] == []
    assert claims["sub"] == "anna"


@pytest.mark.parametrize("form", [{}, {"role": "mayor"}, {"role": "officer", "age": "7"}])
def test_form_that_makes_no_sense_is_refused(client: TestClient, form: dict[str, str]) -> None:
    assert client.post("/token", data=form).status_code == 422


def test_published_key_holds_no_secret(client: TestClient) -> None:
    assert "d" not in client.get("/jwks.json").json()["keys"][0]


def test_discovery_leads_to_the_keys(client: TestClient) -> None:
    found = client.get("/.well-known/openid-configuration").json()

    assert found["issuer"] == ISSUER
    assert found["jwks_uri"] == f"{ISSUER}/jwks.json"


def test_key_outlives_a_restart_and_is_the_owners_alone(tmp_path: Path) -> None:
    first = load_key(tmp_path)

    assert load_key(tmp_path).kid == first.kid
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_issuer_refuses_production(tmp_path: Path) -> None:
    done = subprocess.run(
        (sys.executable, "-m", "deploy.local.issuer", "--data", str(tmp_path)),
        env={**os.environ, "ENVIRONMENT": "Production"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert "does not start with ENVIRONMENT=production" in done.stderr
