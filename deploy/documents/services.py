"""The services as the generated documents see them: names, and the modules that describe them.

Loaded by name and only when asked: all four take seconds to import, and most commands need none.
"""

from collections.abc import Sequence
from importlib import import_module

from shared.consumer.batches import Group
from shared.settings import ServiceSettings
from shared.web import Api

SERVICES = ("registry", "matching", "events", "notifications")
"""In the order of the story: registered, matched, visited, told."""


def api_of(service: str) -> Api:
    """Return what the service's process serves over HTTP."""
    api = import_module(f"services.{service}.main").API
    if not isinstance(api, Api):
        raise TypeError(f"services.{service}.main.API is no Api")
    return api


def groups_of(service: str) -> Sequence[Group]:
    """Return the consumer groups of the service."""
    groups: Sequence[Group] = import_module(f"services.{service}.consumers").GROUPS
    return groups


def settings_of(service: str) -> type[ServiceSettings]:
    """Return the class of the service's settings."""
    settings: type[ServiceSettings] = import_module(f"services.{service}.settings").Settings
    return settings


def load_errors(service: str) -> str:
    """Import the service's problems and return the name of their module."""
    return import_module(f"services.{service}.errors").__name__
