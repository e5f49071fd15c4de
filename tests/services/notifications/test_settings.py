import base64

import pytest
from pydantic import ValidationError

from services.notifications.settings import SecretSettings, Settings, WebhookSettings
from shared.settings import AuthSettings, load

AUTH = AuthSettings(issuer="https://id.example", jwks_url="https://id.example/jwks.json")
KEY = base64.b64encode(b"k" * 32).decode()


def test_production_refuses_private_addresses() -> None:
    with pytest.raises(ValidationError, match="private addresses"):
        Settings(
            service="notifications",
            environment="production",
            auth=AUTH,
            secrets=SecretSettings(key=KEY),
            webhooks=WebhookSettings(allow_private=True),
        )


def test_production_needs_a_key_of_its_own() -> None:
    with pytest.raises(ValidationError, match="NOTIFICATIONS_SECRETS__KEY"):
        Settings(service="notifications", environment="production", auth=AUTH)


@pytest.mark.parametrize("key", ["short", base64.b64encode(b"k" * 31).decode()])
def test_a_key_is_32_bytes_in_base64(key: str) -> None:
    with pytest.raises(ValidationError, match="base64"):
        SecretSettings(key=key)


def test_the_schedule_is_one_line_of_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFICATIONS_WEBHOOKS__RETRY_SECONDS", "1, 2.5,10")
    monkeypatch.setenv("NOTIFICATIONS_SECRETS__KEY", KEY)

    settings = load("notifications", Settings)

    assert list(settings.webhooks.retry_seconds) == [1.0, 2.5, 10.0]
    assert settings.sealing_key() == b"k" * 32
    assert KEY not in str(settings)
