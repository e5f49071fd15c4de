"""The settings of the events service: those that every service has."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The events service needs nothing of its own."""
