"""What the registry keeps, and the listings it answers, one module per noun; see `ranges`."""

from typing import Any

from services.registry.store.cities import (
    CITIES,
    CityFilter,
    city_of,
    city_queries,
    groups_query,
    list_cities,
    place_query,
)
from services.registry.store.contacts import CONTACTS, contact_of, contact_query, list_contacts
from services.registry.store.interests import (
    INTERESTS,
    InterestFilter,
    interest_in,
    interest_queries,
    list_interests,
    profile_of,
    profile_query,
)
from services.registry.store.ranges import Query, Range
from services.registry.store.topics import TOPICS, list_topics, topic_of, topic_query
from services.registry.store.turnstiles import TURNSTILES, Turnstile, turns_of
from shared.collection import Collection

COLLECTIONS: tuple[Collection[Any], ...] = (CITIES, TOPICS, INTERESTS, CONTACTS, TURNSTILES)

__all__ = [
    "CITIES",
    "COLLECTIONS",
    "CONTACTS",
    "INTERESTS",
    "TOPICS",
    "TURNSTILES",
    "CityFilter",
    "InterestFilter",
    "Query",
    "Range",
    "Turnstile",
    "city_of",
    "city_queries",
    "contact_of",
    "contact_query",
    "groups_query",
    "interest_in",
    "interest_queries",
    "list_cities",
    "list_contacts",
    "list_interests",
    "list_topics",
    "place_query",
    "profile_of",
    "profile_query",
    "topic_of",
    "topic_query",
    "turns_of",
]
