"""Who may call: principals, access tokens, API keys and the guards that routes name.

Promises: what a route receives as a `Principal` has been verified; everything else is 401 or 403.
A domain module, which must not know HTTP, imports `shared.auth.principal` instead.
"""

from shared.auth.guards import (
    Anyone,
    Authenticated,
    Coordinator,
    Officer,
    OfficerOrCoordinator,
    OfficerOrOperator,
    Operator,
    authenticated,
    role_guard,
)
from shared.auth.principal import (
    SYSTEM,
    Principal,
    Role,
    may_act_for,
    require_city,
    require_role,
    require_scope,
)
from shared.auth.tokens import API_KEY_PREFIX, ApiKeyLookup, TokenVerifier

__all__ = [
    "API_KEY_PREFIX",
    "SYSTEM",
    "Anyone",
    "ApiKeyLookup",
    "Authenticated",
    "Coordinator",
    "Officer",
    "OfficerOrCoordinator",
    "OfficerOrOperator",
    "Operator",
    "Principal",
    "Role",
    "TokenVerifier",
    "authenticated",
    "may_act_for",
    "require_city",
    "require_role",
    "require_scope",
    "role_guard",
]
