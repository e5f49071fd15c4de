"""Where notifications keeps what it has: the collections, and the queries over them."""

from typing import Any

from services.notifications.store.feed import COUNTERS, DELIVERIES, FEED, ROUTES
from services.notifications.store.partners import API_KEYS, ENDPOINTS, SUBSCRIBERS
from services.notifications.store.people import (
    ACTIVITY_COPIES,
    CITY_COPIES,
    CONTACT_COPIES,
    DELEGATION_COPIES,
    EMAILS,
    ROSTERS,
)
from shared.collection import Collection

COLLECTIONS: tuple[Collection[Any], ...] = (
    SUBSCRIBERS,
    API_KEYS,
    ENDPOINTS,
    ROUTES,
    COUNTERS,
    FEED,
    DELIVERIES,
    CONTACT_COPIES,
    CITY_COPIES,
    ACTIVITY_COPIES,
    DELEGATION_COPIES,
    ROSTERS,
    EMAILS,
)
