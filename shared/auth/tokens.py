"""Access tokens and API keys become principals here, and nowhere else.

Promises: a token counts only with a signature of an allowed algorithm by a key of our issuer, with
our issuer and audience in it, inside its time. What was verified once is remembered until the token
ends, so that a known token costs microseconds. API keys start with `wck_` and are looked up.

Source: RFC 9068 (JWT profile for access tokens), RFC 8725 (JWT best current practices).
"""

import hashlib
import re
import warnings
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key

from shared.auth.keys import IssuerKeys
from shared.auth.principal import Principal, Role
from shared.clock import Clock
from shared.errors import TokenInvalid
from shared.ids import CityId, id_pattern
from shared.settings import AuthSettings

API_KEY_PREFIX = "wck_"
_MAX_TOKEN_CHARS = 8192
# Ours have about 700; a coordinator of 100 cities has 5,000.
_REMEMBERED_TOKENS = 10_000
# About 10 MB; more people than that don't work at once.
_CITY_ID = re.compile(id_pattern("cty"))

ApiKeyLookup = Callable[[str], Awaitable[Principal | None]]
"""Given a whole API key, return its subscriber, or None if it is unknown, expired or revoked."""


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    expires_at: float
    """Seconds since 1970, leeway included."""


class TokenVerifier:
    """Verifies what callers present; one per process."""

    __slots__ = ("_api_keys", "_claims", "_clock", "_keys", "_known", "_settings", "_valid_for")

    def __init__(
        self, settings: AuthSettings, clock: Clock, *, api_keys: ApiKeyLookup | None = None
    ) -> None:
        """`api_keys` is None where partners' API keys are not accepted."""
        self._settings = settings
        self._clock = clock
        self._api_keys = api_keys
        self._keys = IssuerKeys(settings)
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()
        self._valid_for = self._keys.changes
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=settings.leeway_seconds,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def verify(self, credential: str) -> Principal:
        """Return who presents `credential`, an access token or an API key.

        Raises:
            TokenInvalid: 401 `token_invalid`.
            Unavailable: 503 `dependency_unavailable`: no key of the issuer is known yet.
        """
        if credential.startswith(API_KEY_PREFIX):
            return await self._verify_api_key(credential)
        if len(credential) > _MAX_TOKEN_CHARS or not credential.isascii():
            raise TokenInvalid
        if self._keys.stale():
            await self._keys.refresh()
        digest = hashlib.sha256(credential.encode()).digest()
        known = self._recall(digest)
        if known is not None:
            return known.principal
        verified = await self._verify_token(credential)
        self._remember(digest, verified)
        return verified.principal

    async def _verify_api_key(self, credential: str) -> Principal:
        principal = await self._api_keys(credential) if self._api_keys else None
        if principal is None:
            raise TokenInvalid
        return principal

    def _recall(self, digest: bytes) -> _Verified | None:
        if self._valid_for != self._keys.changes:
            self._known.clear()
            self._valid_for = self._keys.changes
            return None
        known = self._known.get(digest)
        if known is None:
            return None
        if known.expires_at <= self._clock.now().timestamp():
            del self._known[digest]
            raise TokenInvalid
        self._known.move_to_end(digest)
        return known

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        if self._valid_for != self._keys.changes:
            self._known.clear()
            self._valid_for = self._keys.changes
        self._known[digest] = verified
        if len(self._known) > _REMEMBERED_TOKENS:
            self._known.popitem(last=False)

    async def _verify_token(self, token: str) -> _Verified:
        try:
            key_id = jws.extract_compact(token.encode()).headers().get("kid")
            key = await self._keys.find(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise TokenInvalid
            claims = _signed_claims(token, key, self._settings.algorithms)
            self._claims.validate(claims)
        except (JoseError, ValueError) as error:
            raise TokenInvalid from error
        return _Verified(
            _principal(claims), float(str(claims["exp"])) + self._settings.leeway_seconds
        )


def _signed_claims(token: str, key: Key, algorithms: Sequence[str]) -> dict[str, object]:
    with warnings.catch_warnings():
        # It warns of the name EdDSA, which RFC 9864 replaces and most issuers still use.
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.decode(token, key, algorithms=list(algorithms)).claims


def _principal(claims: Mapping[str, object]) -> Principal:
    roles = frozenset(Role(role) for role in _strings(claims, "roles") if role in set(Role))
    cities = frozenset(
        CityId(city) for city in _strings(claims, "cities") if _CITY_ID.fullmatch(city)
    )
    return Principal(subject=str(claims["sub"]), kind="user", roles=roles, cities=cities)


def _strings(claims: Mapping[str, object], name: str) -> list[str]:
    """Read a list of strings; a claim of any other form grants nothing."""
    values = claims.get(name)
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
