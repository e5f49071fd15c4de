"""What the registry keeps, and the listings it answers, one module per noun; see `ranges`."""

from typing import Any

from services.registry.store.changes import (
    CHANGES,
    ChangeFilter,
    changes_queries,
    documents_of,
    facts_at,
    list_changes,
    steps_query,
)
from services.registry.store.cities import (
    CITIES,
    CityFilter,
    city_of,
    city_queries,
    groups_query,
    list_cities,
    place_query,
    standing_for,
    wikidata_query,
)
from services.registry.store.contacts import CONTACTS, contact_of, contact_query, list_contacts
from services.registry.store.drafts import DRAFTS, draft_of, draft_query, list_drafts
from services.registry.store.interests import (
    INTERESTS,
    InterestFilter,
    declared_query,
    interest_in,
    interest_queries,
    list_interests,
    profile_of,
    profile_query,
)
from services.registry.store.name_keys import NAME_KEYS, NameKeys, sharing_query
from services.registry.store.participations import (
    EXCHANGE_COPIES,
    PARTICIPATION_COPIES,
    ExchangeCopy,
    Participation,
    exchanges_query,
    programmes_of,
)
from services.registry.store.practices import (
    PRACTICES,
    PracticeFilter,
    due_queries,
    list_due,
    list_practices,
    practice_of,
    practice_query,
)
from services.registry.store.ranges import Query, Range
from services.registry.store.topics import (
    TOPICS,
    list_topics,
    replacements_of,
    topic_of,
    topic_query,
    topics_query,
)
from services.registry.store.turnstiles import TURNSTILES, Turnstile, turns_of
from shared.collection import Collection

COLLECTIONS: tuple[Collection[Any], ...] = (
    CITIES,
    DRAFTS,
    TOPICS,
    INTERESTS,
    CONTACTS,
    TURNSTILES,
    PRACTICES,
    CHANGES,
    EXCHANGE_COPIES,
    PARTICIPATION_COPIES,
    NAME_KEYS,
)

__all__ = [
    "CHANGES",
    "CITIES",
    "COLLECTIONS",
    "CONTACTS",
    "DRAFTS",
    "EXCHANGE_COPIES",
    "INTERESTS",
    "NAME_KEYS",
    "PARTICIPATION_COPIES",
    "PRACTICES",
    "TOPICS",
    "TURNSTILES",
    "ChangeFilter",
    "CityFilter",
    "ExchangeCopy",
    "InterestFilter",
    "NameKeys",
    "Participation",
    "PracticeFilter",
    "Query",
    "Range",
    "Turnstile",
    "changes_queries",
    "city_of",
    "city_queries",
    "contact_of",
    "contact_query",
    "declared_query",
    "documents_of",
    "draft_of",
    "draft_query",
    "due_queries",
    "exchanges_query",
    "facts_at",
    "groups_query",
    "interest_in",
    "interest_queries",
    "list_changes",
    "list_cities",
    "list_contacts",
    "list_drafts",
    "list_due",
    "list_interests",
    "list_practices",
    "list_topics",
    "place_query",
    "practice_of",
    "practice_query",
    "profile_of",
    "profile_query",
    "programmes_of",
    "replacements_of",
    "sharing_query",
    "standing_for",
    "steps_query",
    "topic_of",
    "topic_query",
    "topics_query",
    "turns_of",
    "wikidata_query",
]
