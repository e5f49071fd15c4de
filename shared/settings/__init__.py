"""The settings of a process: groups, how they are read, and the manual that is made from them."""

from shared.settings.groups import (
    AuthSettings,
    ConsumerSettings,
    Group,
    HttpSettings,
    KafkaSettings,
    LogSettings,
    MongoSettings,
    ProcessRole,
    RelaySettings,
    TelemetrySettings,
)
from shared.settings.loading import ServiceSettings, SettingRow, SettingsError, load, rows

__all__ = [
    "AuthSettings",
    "ConsumerSettings",
    "Group",
    "HttpSettings",
    "KafkaSettings",
    "LogSettings",
    "MongoSettings",
    "ProcessRole",
    "RelaySettings",
    "ServiceSettings",
    "SettingRow",
    "SettingsError",
    "TelemetrySettings",
    "load",
    "rows",
]
