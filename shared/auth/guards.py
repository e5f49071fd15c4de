"""What a route says about its callers: `principal: Officer` in its parameters is the whole guard.

Promises: every route that `shared.web.build_app` serves needs a principal, even if it names none;
the API's document shows the scheme. A missing credential is 401 `token_missing`, a wrong one 401
`token_invalid`, a wrong role 403 `access_denied`.

Source: RFC 6750 (bearer tokens).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.auth.principal import Principal, Role, require_role
from shared.auth.tokens import TokenVerifier
from shared.errors import Unauthenticated

SCHEME = "bearer"
_BEARER = HTTPBearer(
    scheme_name=SCHEME,
    description="An access token of the programme's issuer, or a partner's API key (`wck_...`).",
    auto_error=False,
)


async def authenticated(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Principal:
    """Return the verified caller of `request`, and bind it to the request's log lines.

    Raises:
        Unauthenticated: 401 `token_missing`.
        TokenInvalid: 401 `token_invalid`.
    """
    if credentials is None:
        raise Unauthenticated
    verifier: TokenVerifier = request.app.state.verifier
    principal = await verifier.verify(credentials.credentials)
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
