"""What operators set for notifications, beside what every service has.

Promises: a production process refuses to start without its own key for secrets, or with webhooks
to private addresses allowed.
"""

import base64
import binascii
import hashlib
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.settings import ServiceSettings
from shared.settings.groups import COMMA_LIST, Group

SEALING_KEY_BYTES = 32
"""AES-256."""

_DEVELOPMENT_KEY = hashlib.sha256(b"for development only: protects nothing").digest()


class SmtpSettings(Group):
    """The server that takes our e-mails."""

    host: str = "127.0.0.1"
    """Name of the server; by default the local mailbox."""
    port: int = Field(default=1025, ge=1, le=65535)
    """Its port. 587 with `starttls` in production."""
    starttls: bool = False
    """Whether to ask for encryption and refuse to go on without it."""
    username: str = ""
    """User at the server; empty: no login."""
    password: str = Field(default="", repr=False)
    """Password at the server."""
    sender: str = "World Cities <no-reply@worldcities.example>"
    """The From of every e-mail."""
    timeout_seconds: float = Field(default=20.0, gt=0)
    """How long one step of the conversation may take; greylisting servers answer slowly."""
    retry_seconds: Annotated[tuple[float, ...], NoDecode, COMMA_LIST] = (
        60,
        300,
        1800,
        7200,
        21600,
        86400,
    )
    """Pauses before the second and later tries, with commas. Greylisting ends in minutes, an
    outage of a provider within a day."""


class WebhookSettings(Group):
    """How partner integrations are called."""

    allow_private: bool = False
    """Lets endpoints be plain http and have private addresses; for development, refused in
    production, where it would open the inner network to anybody with an API key."""
    timeout_seconds: float = Field(default=15.0, gt=0)
    """For one whole call: the lower end of what Standard Webhooks recommends (15 to 30 s)."""
    retry_seconds: Annotated[tuple[float, ...], NoDecode, COMMA_LIST] = (
        5,
        300,
        1800,
        7200,
        18000,
        36000,
        50400,
        72000,
        86400,
    )
    """Pauses before the second and later tries, with commas: the schedule of Standard Webhooks,
    75 hours, so that an endpoint that broke on Friday evening is mended on Monday in time."""
    concurrency: int = Field(default=64, ge=1, le=1000)
    """Endpoints that are called at once. Within one endpoint calls follow each other."""
    lease_seconds: float = Field(default=90.0, gt=0)
    """After this a delivery that a dead process had claimed is taken by another. Holds six calls
    at their timeout; a process begins no call that might outlive its lease."""
    poll_seconds: float = Field(default=0.1, gt=0)
    """Pause between two looks for due deliveries when there was nothing to do."""


class SecretSettings(Group):
    """How secrets are kept."""

    key: str = Field(default="", repr=False)
    """32 random bytes in base64, the key under which signing secrets are encrypted and from which
    API keys are derived. Required in production. Losing it means new secrets for everyone."""

    @field_validator("key")
    @classmethod
    def _is_key(cls, value: str) -> str:
        if value:
            try:
                length = len(base64.b64decode(value, validate=True))
            except binascii.Error as error:
                raise ValueError("must be base64") from error
            if length != SEALING_KEY_BYTES:
                raise ValueError("must be 32 bytes in base64")
        return value


class Settings(ServiceSettings):
    """All settings of notifications."""

    smtp: SmtpSettings = SmtpSettings()
    webhooks: WebhookSettings = WebhookSettings()
    secrets: SecretSettings = SecretSettings()

    @model_validator(mode="after")
    def _safe_in_production(self) -> "Settings":
        if self.environment == "production":
            if self.webhooks.allow_private:
                raise ValueError("webhooks to private addresses are refused in production")
            if not self.secrets.key:
                raise ValueError("NOTIFICATIONS_SECRETS__KEY is required in production")
        return self

    def sealing_key(self) -> bytes:
        """Return the key for secrets; without one, a public one that protects nothing."""
        return base64.b64decode(self.secrets.key) if self.secrets.key else _DEVELOPMENT_KEY
