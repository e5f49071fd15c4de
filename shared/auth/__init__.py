"""Who may call: principals, access tokens, API keys and the guards that routes name.

Promises: what a route receives as a `Principal` has been verified; everything else is 401 or 403.
"""

from shared.auth.principal import (
    SYSTEM,
    Principal,
    Role,
    may_act_for,
    require_city,
    require_role,
    require_scope,
)

__all__ = [
    "SYSTEM",
    "Principal",
    "Role",
    "may_act_for",
    "require_city",
    "require_role",
    "require_scope",
]
