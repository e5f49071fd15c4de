"""Secrets: sealed for the database, derived for API keys, written as partners see them.

Promises: a stolen database holds no secret that works; a sealed text was sealed by us, for the
thing it is stored with. API keys are derived from their id and our key, so that a repeated request
gets the same answer although the secret is stored nowhere.

Source: NIST SP 800-38D (AES-GCM, 96-bit random nonces); Standard Webhooks 1.0 (``whsec_``).
"""

import base64
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIGNING_SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64 random bytes; 32 are as many as SHA-256 can use."""

SIGNING_PREFIX = "whsec_"
_NONCE_BYTES = 12


class SealBrokenError(Exception):
    """A sealed secret was not sealed with our key, or for this thing."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens secrets with one key of 32 bytes."""

    key: bytes = field(repr=False)

    def seal(self, secret: str, of: str) -> str:
        """Return the secret encrypted, bound to the id of the thing it belongs to."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self.key).encrypt(nonce, secret.encode(), of.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, of: str) -> str:
        """Return the secret.

        Raises:
            SealBrokenError: it is not ours.
        """
        raw = base64.b64decode(sealed)
        try:
            opened = AESGCM(self.key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], of.encode())
        except InvalidTag as error:
            raise SealBrokenError(of) from error
        return opened.decode()

    def api_key(self, key_id: str) -> str:
        """Return the credential of an API key: ``wck_``, its id, and a secret of 256 bits."""
        secret = hmac.digest(self.key, f"api-key/{key_id}".encode(), "sha256")
        return f"wck_{key_id}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def new_signing_secret() -> str:
    """Return a new secret for signing webhooks."""
    secret = secrets.token_bytes(SIGNING_SECRET_BYTES)
    return SIGNING_PREFIX + base64.b64encode(secret).decode()
