"""The settings of the registry: what every service has, and nothing of its own."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The registry's settings; their names start with `REGISTRY_`."""
