"""Settings as each service reads them: from the environment, secret files and a few shared names.

Names: `{SERVICE}_{GROUP}__{NAME}` for one service (`REGISTRY_HTTP__PORT`), `{SERVICE}_{NAME}` for
what has no group, and those of `SHARED_NAMES` for all services of a machine. A secret may be a file
of the same name in the directory `SECRETS_DIR`. Order: environment, secret file, shared name.

Promises: a process starts with valid settings or not at all; a misspelt name stops it, too.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.settings.groups import (
    ALL_ROLES,
    COMMA_LIST,
    AuthSettings,
    ConsumerSettings,
    HttpSettings,
    KafkaSettings,
    LogSettings,
    MongoSettings,
    ProcessRole,
    RelaySettings,
    TelemetrySettings,
)

SHARED_NAMES: Mapping[str, tuple[str, ...]] = {
    "ENVIRONMENT": ("environment",),
    "KAFKA_BOOTSTRAP_SERVERS": ("kafka", "bootstrap_servers"),
    "MONGO_URL": ("mongo", "url"),
    "MONGO_DRIVER": ("mongo", "driver"),
}
SECRETS_DIR = "SECRETS_DIR"


class SettingsError(SystemExit):
    """The settings are not usable; ends the process with one line per bad name, without values."""


class ServiceSettings(BaseSettings):
    """What every service has; a service adds its own groups in a subclass."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_nested_delimiter="__",
        use_attribute_docstrings=True,
    )

    service: str
    """Name of the service: its database, its consumer group, the source of its events."""
    environment: Literal["local", "test", "production"] = "local"
    """`production` refuses everything that is meant for development. Shared name: ENVIRONMENT."""
    roles: Annotated[frozenset[ProcessRole], NoDecode, COMMA_LIST] = ALL_ROLES
    """What this process does, with commas: `api`, `consumer`, `relay`. All of them by default;
    operators scale each alone."""
    http: HttpSettings = HttpSettings()
    auth: AuthSettings = AuthSettings()
    mongo: MongoSettings = MongoSettings()
    kafka: KafkaSettings = KafkaSettings()
    relay: RelaySettings = RelaySettings()
    consumer: ConsumerSettings = ConsumerSettings()
    log: LogSettings = LogSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

    @model_validator(mode="after")
    def _refuse_development_in_production(self) -> Self:
        """Refuse keys that anybody on the way could replace: OpenID Connect Discovery 3."""
        addresses = (self.auth.issuer, self.auth.jwks_url)
        if self.environment == "production" and not all(
            address.startswith("https://") for address in addresses
        ):
            raise ValueError("in production auth.issuer and auth.jwks_url must be https addresses")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, secret files, shared names."""
        del dotenv_settings
        service = str(init_settings()["service"])
        secrets = NestedSecretsSettingsSource(
            file_secret_settings, secrets_prefix=_prefix(service), secrets_dir_missing="error"
        )
        shared = InitSettingsSource(settings_cls, _shared_values(service))
        return init_settings, env_settings, secrets, shared


S = TypeVar("S", bound=ServiceSettings)


def load(service: str, kind: type[S]) -> S:
    """Return the settings of `service` from the environment.

    Raises:
        SettingsError: a value is wrong, or a name is unknown; ends the process when not caught.
    """
    unknown = sorted(_unknown_names(service, kind))
    if unknown:
        raise SettingsError(f"settings: unknown name {', '.join(unknown)}")
    try:
        return kind(
            service=service,
            _env_prefix=_prefix(service),
            _secrets_dir=os.environ.get(SECRETS_DIR),
        )
    except ValidationError as error:
        lines = (
            f"settings: {_name(service, problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError("\n".join(lines)) from error


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of docs/settings.md."""

    name: str
    kind: str
    default: str
    text: str


def rows(service: str, kind: type[ServiceSettings]) -> Iterator[SettingRow]:
    """Yield a row per setting of `service`, in the order of the classes."""
    for name, field in kind.model_fields.items():
        if name == "service":
            continue
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            for part, inner in group.model_fields.items():
                yield _row(_name(service, (name, part)), inner)
        else:
            yield _row(_name(service, (name,)), field)


def _row(name: str, field: FieldInfo) -> SettingRow:
    kind = getattr(field.annotation, "__name__", str(field.annotation))
    default = "required" if field.default is PydanticUndefined else _shown(field.default)
    return SettingRow(name, kind, default, " ".join((field.description or "").split()))


def _shown(default: object) -> str:
    if isinstance(default, frozenset):
        return ",".join(sorted(str(part) for part in default))
    if isinstance(default, tuple):  # its order means something, as in a schedule of retries
        return ",".join(str(part) for part in default)
    return "" if default is None else str(default)


def _prefix(service: str) -> str:
    return f"{service.upper()}_"


def _name(service: str, location: tuple[int | str, ...]) -> str:
    return _prefix(service) + "__".join(str(part) for part in location).upper()


def _shared_values(service: str) -> dict[str, Any]:
    values: dict[str, Any] = {"mongo": {"database": service}}
    for name, path in SHARED_NAMES.items():
        text = _shared_text(name)
        if text is None:
            continue
        place = values
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = text
    return values


def _shared_text(name: str) -> str | None:
    if name in os.environ or SECRETS_DIR not in os.environ:
        return os.environ.get(name)
    file = Path(os.environ[SECRETS_DIR], name.lower())
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None


def _unknown_names(service: str, kind: type[ServiceSettings]) -> Iterator[str]:
    prefix = _prefix(service)
    for name in os.environ:
        if name.upper().startswith(prefix) and "__" in name:
            group = name[len(prefix) :].split("__", 1)[0].lower()
            if group not in kind.model_fields:
                yield name
