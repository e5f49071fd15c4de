"""Settings: names, sources and their order, and a start that fails for a misspelt name."""

from pathlib import Path

import pytest

from shared.settings import Group, ServiceSettings, SettingsError, load, rows


class _Places(Group):
    largest: int = 5
    """How many."""


class _Settings(ServiceSettings):
    places: _Places = _Places()


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENVIRONMENT", "MONGO_URL", "MONGO_DRIVER", "KAFKA_BOOTSTRAP_SERVERS"):
        monkeypatch.delenv(name, raising=False)


def test_defaults_make_a_local_service() -> None:
    settings = load("registry", _Settings)

    assert settings.mongo.database == settings.service == "registry"
    assert settings.roles == {"api", "consumer", "relay"}
    assert settings.http.max_body_bytes == 1024 * 1024


def test_each_service_has_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_HTTP__PORT", "8001")
    monkeypatch.setenv("REGISTRY_PLACES__LARGEST", "7")
    monkeypatch.setenv("MATCHING_HTTP__PORT", "8002")

    settings = load("registry", _Settings)

    assert (settings.http.port, settings.places.largest) == (8001, 7)


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_ROLES", "api, relay")
    monkeypatch.setenv("REGISTRY_AUTH__ALGORITHMS", "ES256,EdDSA")

    settings = load("registry", _Settings)

    assert settings.roles == {"api", "relay"}
    assert settings.auth.algorithms == ("ES256", "EdDSA")


def test_shared_name_holds_where_the_service_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGO_DRIVER", "motor")
    monkeypatch.setenv("MONGO_URL", "mongodb://shared")
    monkeypatch.setenv("REGISTRY_MONGO__URL", "mongodb://own")

    settings = load("registry", _Settings)

    assert settings.mongo.driver == "motor"
    assert settings.mongo.url == "mongodb://own"


def test_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "registry_mongo__url").write_text("mongodb://user:secret@db\n")
    (tmp_path / "kafka_bootstrap_servers").write_text("broker:9092\n")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))

    settings = load("registry", _Settings)

    assert settings.mongo.url == "mongodb://user:secret@db"
    assert settings.kafka.bootstrap_servers == "broker:9092"
    assert "secret@" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_HTTP__PROT", "8001"),
        ("REGISTRY_HTPP__PORT", "8001"),
        ("REGISTRY_HTTP__PORT", "many"),
        ("REGISTRY_AUTH__ALGORITHMS", "HS256"),
        ("REGISTRY_AUTH__ALGORITHMS", "none"),
        ("REGISTRY_ROLES", "api,barista"),
        ("ENVIRONMENT", "staging"),
    ],
)
def test_wrong_setting_ends_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        load("registry", _Settings)


def test_message_about_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_HTTP__PORT", "hunter2")

    with pytest.raises(SettingsError) as caught:
        load("registry", _Settings)

    assert "hunter2" not in str(caught.value)


def test_production_refuses_tokens_of_an_unprotected_issuer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")

    with pytest.raises(SettingsError, match="https"):
        load("registry", _Settings)


def test_every_setting_is_documented() -> None:
    documented = list(rows("registry", _Settings))

    assert {"REGISTRY_HTTP__PORT", "REGISTRY_PLACES__LARGEST", "REGISTRY_ROLES"} <= {
        row.name for row in documented
    }
    assert [row.name for row in documented if not row.text] == []


def test_default_of_a_tuple_is_shown_in_its_order() -> None:
    shown = {row.name: row.default for row in rows("registry", _Settings)}

    assert shown["REGISTRY_AUTH__ALGORITHMS"] == "RS256,ES256,EdDSA,Ed25519"
