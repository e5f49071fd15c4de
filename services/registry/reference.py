"""The reference data that the registry ships, read once per process when it is first asked for.

Promises: read-only. Loading the places takes 0.3 s, so routes name these as dependencies, which
FastAPI runs in a thread: the first request waits, the others don't.
"""

from functools import cache

from services.registry.domain.duplicates.gazetteer import Gazetteer
from services.registry.phrases import Phrases, Taxonomy, load_phrases, load_taxonomy
from services.registry.places import Places, load_places


@cache
def shipped_places() -> Places:
    """Give the list of places."""
    return load_places()


@cache
def shipped_gazetteer() -> Gazetteer:
    """Give the list of places as a dictionary of names; it gathers a country's when asked."""
    return Gazetteer(shipped_places())


@cache
def shipped_taxonomy() -> Taxonomy:
    """Give the taxonomy."""
    return load_taxonomy()


@cache
def shipped_phrases() -> Phrases:
    """Give the phrases."""
    return load_phrases(shipped_taxonomy())
