"""What a route says about its callers: `principal: Officer` in its parameters is the whole guard.

Promises: every route that `shared.web.build_app` serves needs a principal, even if it names none;
the API's document shows the scheme. A missing credential is 401 `token_missing`, a wrong one 401
`token_invalid`, a wrong role 403 `access_denied`.

Source: RFC 6750 (bearer tokens).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
from fastapi import Depends, Request

from shared.auth.principal import Principal, Role, require_role
from shared.auth.tokens import TokenVerifier
from shared.errors import TokenInvalid, Unauthenticated
from shared.telemetry import CREDENTIALS_REFUSED

SCHEME = "bearer"
SCHEME_DOCUMENT = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token of the programme's issuer, or a partner's API key (`wck_...`).",
}
"""What OpenAPI says of it; FastAPI's own class would cost each request another dependency."""


async def authenticated(request: Request) -> Principal:
    """Return the verified caller of `request`, and bind it to the request's log lines.

    Raises:
        Unauthenticated: 401 `token_missing`.
        TokenInvalid: 401 `token_invalid`.
    """
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not credential:
        raise Unauthenticated
    verifier: TokenVerifier = request.app.state.verifier
    try:
        principal = await verifier.verify(credential.strip())
    except TokenInvalid:
        CREDENTIALS_REFUSED.inc()
        raise
    structlog.contextvars.bind_contextvars(subject=principal.subject)
    return principal


Authenticated = Annotated[Principal, Depends(authenticated)]
"""Anyone who can say who they are."""
Anyone = Authenticated


def role_guard(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that lets pass who has one of `roles` (403 `access_denied`)."""

    async def guard(principal: Authenticated) -> Principal:
        require_role(principal, *roles)
        return principal

    return guard


Officer = Annotated[Principal, Depends(role_guard(Role.OFFICER))]
Coordinator = Annotated[Principal, Depends(role_guard(Role.COORDINATOR))]
Operator = Annotated[Principal, Depends(role_guard(Role.OPERATOR))]
OfficerOrCoordinator = Annotated[Principal, Depends(role_guard(Role.OFFICER, Role.COORDINATOR))]
OfficerOrOperator = Annotated[Principal, Depends(role_guard(Role.OFFICER, Role.OPERATOR))]
