"""The issuer's public keys: fetched when needed, kept, and fetched again before they are too old.

Promises: an unknown key id causes at most one fetch per `jwks_refetch_seconds`; while the issuer is
away the keys we have go on working.

Source: RFC 7517 (JSON Web Key sets); OpenID Connect Core 1.0 section 10.1.1 (rotation of keys).
"""

import asyncio
import time
from collections.abc import Callable
from typing import cast

import httpx2
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, KeySetSerialization

from shared.errors import Unavailable
from shared.settings import AuthSettings

_MAX_JWKS_BYTES = 262_144
# Issuers publish 2 to 10 keys of about 500 bytes.

_log = structlog.get_logger()


class IssuerKeys:
    """The keys of one issuer; one per process, shared by all requests."""

    __slots__ = ("_fetched_at", "_keys", "_lock", "_now", "_settings", "_tried_at", "changes")

    def __init__(self, settings: AuthSettings, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds of a clock that never runs back."""
        self._settings = settings
        self._now = now
        self._lock = asyncio.Lock()
        self._keys: dict[str, Key] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self.changes = 0
        """Rises when the set of keys changes: what was verified with the old ones is then void."""

    def stale(self) -> bool:
        """Tell whether the keys should be fetched again before anything is believed."""
        now = self._now()
        too_old = now - self._fetched_at >= self._settings.jwks_max_age_seconds
        return too_old and now - self._tried_at >= self._settings.jwks_refetch_seconds

    async def refresh(self) -> None:
        """Fetch the keys if they are stale; a failure leaves the ones we have."""
        if self.stale():
            await self._fetch(seen=self._tried_at)

    async def find(self, key_id: str) -> Key | None:
        """Return the key named `key_id`, fetching the set again if it is not known.

        Raises:
            Unavailable: 503 `dependency_unavailable`: no keys yet, and the issuer does not answer.
        """
        tried_at = self._tried_at
        pause = self._settings.jwks_refetch_seconds
        if key_id not in self._keys and (not self._keys or self._now() - tried_at >= pause):
            await self._fetch(seen=tried_at)
        if not self._keys:
            raise Unavailable("The issuer of access tokens does not answer.")
        return self._keys.get(key_id)

    async def _fetch(self, *, seen: float) -> None:
        async with self._lock:
            if self._tried_at != seen:
                return  # somebody else fetched while we waited
            self._tried_at = self._now()
            try:
                keys = await _download(self._settings)
            except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                _log.warning("issuer_keys_unavailable", reason=type(error).__name__)
                return
            self._fetched_at = self._now()
            if keys.keys() != self._keys.keys():
                self.changes += 1
                _log.info("issuer_keys_changed", key_ids=sorted(keys))
            self._keys = keys


async def _download(settings: AuthSettings) -> dict[str, Key]:
    timeout = httpx2.Timeout(settings.jwks_timeout_seconds)
    async with httpx2.AsyncClient(timeout=timeout, follow_redirects=False) as client:
        answer = await client.get(settings.jwks_url)
    answer.raise_for_status()
    if len(answer.content) > _MAX_JWKS_BYTES:
        raise ValueError("the key set is too large")
    keys = KeySet.import_key_set(cast("KeySetSerialization", orjson.loads(answer.content)))
    return {key.kid: key for key in keys if key.kid and not key.is_private}
