"""Who is calling and what they may do: plain data, so that use cases need not know HTTP.

Promises: nothing is allowed that is not said here; an officer acts for every city, a coordinator
for their own, a subscriber for none.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shared.errors import Forbidden
from shared.ids import CityId


class Role(StrEnum):
    """What a person does in the programme."""

    OFFICER = "officer"
    """The programme team: may do everything in every exchange."""
    COORDINATOR = "coordinator"
    """Acts for the cities named in the token, and for no other."""
    OPERATOR = "operator"
    """Runs the platform: reads delivery state, replays, sees no personal data."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The verified caller of one request."""

    subject: str
    kind: Literal["user", "subscriber", "system"]
    roles: frozenset[Role] = frozenset()
    cities: frozenset[CityId] = frozenset()
    scopes: frozenset[str] = frozenset()


SYSTEM = Principal(subject="system", kind="system")
"""The platform itself, when it acts on a message instead of a request."""


def require_role(principal: Principal, *roles: Role) -> None:
    """Let pass who has one of `roles`.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    if principal.roles.isdisjoint(roles):
        raise Forbidden(f"This needs the role {' or '.join(sorted(roles))}.")


def may_act_for(principal: Principal, city_id: CityId) -> bool:
    """Tell whether `principal` may change what belongs to the city."""
    if Role.OFFICER in principal.roles:
        return True
    return Role.COORDINATOR in principal.roles and city_id in principal.cities


def require_city(principal: Principal, city_id: CityId) -> None:
    """Let pass who may act for the city.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    if not may_act_for(principal, city_id):
        raise Forbidden("You don't act for this city.")


def require_scope(principal: Principal, scope: str) -> None:
    """Let pass a subscriber whose API key has `scope`, and the programme team.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    if scope not in principal.scopes and Role.OFFICER not in principal.roles:
        raise Forbidden(f"This needs the scope {scope}.")
