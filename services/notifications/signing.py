"""Signatures of webhooks, so that a receiver knows that we sent this body, now.

Source: Standard Webhooks 1.0, symmetric signatures (``v1``).
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from services.notifications.sealing import SIGNING_PREFIX


def signature_headers(
    secrets: Iterable[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers of a webhook; one signature per secret, while one is replaced.

    ``timestamp`` is in seconds since 1970; receivers refuse one that is minutes old.
    """
    signatures = (_sign(secret, message_id, timestamp, body) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SIGNING_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(key, signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
