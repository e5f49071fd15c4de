"""A development issuer of access tokens: whoever asks gets the role they ask for.

`python -m deploy.local.issuer --port --data --issuer` runs it; supervisor.py starts it. It
refuses to start in production. Promises: standard discovery and keys, so that a real identity
provider can take its place by configuration alone; the signing key outlives restarts.

Source: OpenID Connect Discovery 1.0 section 4; RFC 7517 (JWK); RFC 9068 (JWT access tokens).
"""

import os
import time
import uuid
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs

import typer
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.ports import LOOPBACK
from deploy.local.state import AUDIENCE
from shared.auth.principal import Role

ALGORITHM = "ES256"

LIFETIME_SECONDS = 28_800
"""A working day: nobody should have to ask for a token twice while trying things out."""

KEY_MODE = 0o600
"""The owner alone reads the signing key."""


class ProductionError(SystemExit):
    """The issuer was started in production, where anyone could make themselves an officer."""


def main(
    port: Annotated[int, typer.Option(help="Listens here.")] = 8090,
    data: Annotated[Path, typer.Option(help="Keeps its key here.")] = Path(".data/issuer"),
    issuer: Annotated[str, typer.Option(help="The `iss` of its tokens.")] = "",
    host: Annotated[str, typer.Option(help="Listens on this address.")] = LOOPBACK,
) -> None:
    """Issue tokens for development."""
    refuse_production()
    app = create_app(load_key(data), issuer or f"http://{LOOPBACK}:{port}")
    uvicorn.run(app, host=host, port=port, log_level="warning")


def refuse_production() -> None:
    """Let go on only outside production.

    Raises:
        ProductionError: ENVIRONMENT is `production`; ends the process when not caught.
    """
    if os.environ.get("ENVIRONMENT", "local").strip().lower() == "production":
        raise ProductionError("The development issuer does not start with ENVIRONMENT=production.")


def create_app(key: ECKey, issuer: str) -> FastAPI:
    """Give the web application that signs with this key as this issuer."""
    app = FastAPI(title="World Cities: development issuer")
    _add_metadata(app, key, issuer)

    @app.post("/token")
    async def token(request: Request) -> dict[str, object]:
        """Issue a token for the form's `role`, `sub` and, for coordinators, `cities`."""
        asked = _read_form((await request.body()).decode())
        claims = make_claims(issuer, asked.role, sub=asked.sub, cities=asked.cities)
        return {
            "access_token": sign(key, claims),
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
        }

    return app


class TokenForm(BaseModel):
    """What a form may ask for. `role` and `cities` may come several times."""

    model_config = ConfigDict(extra="forbid")

    role: list[Role] = Field(min_length=1)
    sub: str = ""
    cities: list[str] = Field(default=[])


def _read_form(body: str) -> TokenForm:
    """Decode `application/x-www-form-urlencoded`, which needs no package for forms with files."""
    fields: dict[str, object] = dict(parse_qs(body))
    if isinstance(subjects := fields.get("sub"), list):
        fields["sub"] = subjects[-1]
    try:
        return TokenForm.model_validate(fields)
    except ValidationError as error:
        raise HTTPException(422, str(error)) from error


def _add_metadata(app: FastAPI, key: ECKey, issuer: str) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, object]:
        """Tell where the keys and the tokens are."""
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks.json",
            "token_endpoint": f"{issuer}/token",
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        }

    @app.get("/jwks.json")
    async def keys() -> dict[str, object]:
        """Publish the key that tokens are verified with."""
        return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}]}


def make_claims(
    issuer: str, roles: list[Role], *, sub: str, cities: list[str]
) -> dict[str, object]:
    """Give the claims of a token that is valid from now for a working day."""
    now = int(time.time())
    return {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": sub or f"local-{roles[0]}",
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": str(uuid.uuid4()),
        "roles": [str(role) for role in roles],
        "cities": cities if Role.COORDINATOR in roles else [],
    }


def sign(key: ECKey, claims: dict[str, object]) -> str:
    """Give the claims as a signed token that names its key."""
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": str(key.kid)}
    return jwt.encode(header, claims, key)


def load_key(data: Path) -> ECKey:
    """Read the signing key, or make it the first time."""
    file = data / "key.pem"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part")
        partial.touch(KEY_MODE)
        partial.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
        partial.replace(file)
    pem = ECKey.import_key(file.read_bytes())
    return ECKey.import_key(pem.as_dict(private=True), {"kid": pem.thumbprint()})


if __name__ == "__main__":
    typer.run(main)
