"""The settings of the registry: what every service has, and nothing of its own."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The registry's settings; names start with `REGISTRY_`."""

    service: str = "registry"
    """Name of the service: its database, its consumer group, the source of its events."""
