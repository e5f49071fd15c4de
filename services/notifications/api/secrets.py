"""Secrets in answers: shown when they are made, and again only to a repetition of that request.

The answer that is stored for repetitions has no secret in it; it is put in on the way out.
"""

from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Depends, Request, Response

from services.notifications.sealing import Sealer
from services.notifications.settings import Settings
from shared.commands import Database
from shared.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Vault:
    """What a route with secrets works with: the database, our key, and where we may call."""

    mongo: Mongo
    sealer: Sealer
    allow_private: bool


async def vault_of(request: Request, mongo: Database) -> Vault:
    """Give the vault of this process."""
    settings: Settings = request.app.state.settings
    return Vault(mongo, Sealer(settings.sealing_key()), settings.webhooks.allow_private)


Secrets = Annotated[Vault, Depends(vault_of)]
"""A route names it as a parameter: ``vault: Secrets``."""


def made_id(response: Response) -> str:
    """Give the id of what an answer says was made."""
    return str(orjson.loads(response.body)["id"])


def with_secret(response: Response, name: str, secret: str | None) -> Response:
    """Give the answer with the secret in the field; never to be cached."""
    body = orjson.loads(response.body) | {name: secret}
    kept = {key: value for key, value in response.headers.items() if key != "content-length"}
    headers = kept | {"cache-control": "no-store"}
    return Response(orjson.dumps(body), response.status_code, headers)
